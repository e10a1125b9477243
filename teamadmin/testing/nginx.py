"""Debian's nginx with the files in deploy/nginx, in front of web processes that it finds as in docker-compose.yml."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
from django.conf import settings

from teamadmin.testing.certificates import write_certificate
from teamadmin.testing.dns_server import DnsServer, running_server
from teamadmin.testing.processes import Child, free_port

FILES = settings.BASE_DIR / "deploy" / "nginx"
HOST = "localhost"


def environment(port: int) -> dict[str, str]:
    """Return the variables of web processes and workers behind a proxy on this port."""
    return {"ALLOWED_HOSTS": HOST, "BASE_URL": f"https://{HOST}:{port}", "BEHIND_PROXY": "1"}


def ensure() -> str | None:
    """Return the path of nginx, after installing Debian's package if needed and possible, or None."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if not shutil.which("nginx", path=path) and os.geteuid() == 0 and shutil.which("apt-get"):
        _run_quietly("apt-get", "update") and _run_quietly(
            "apt-get", "install", "-y", "--no-install-recommends", "nginx-light"
        )
    return shutil.which("nginx", path=path)


def _run_quietly(*command: str) -> bool:
    print("nginx for the tests of the proxy:", *command, file=sys.stderr, flush=True)
    # In this runlevel, the package doesn't start a server.
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    return subprocess.run(command, stdout=subprocess.DEVNULL, env=env).returncode == 0


def render(folder: Path, variables: dict[str, str]) -> Path:
    """Write the templates to the folder with their variables filled in, like the image. Return the main file."""
    for template in FILES.rglob("*.template"):
        path = folder / template.relative_to(FILES).with_suffix("")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(re.sub(r"\$\{(PROXY_\w+)\}", lambda match: variables[match[1]], template.read_text()))
    return folder / "nginx.conf"


class Nginx(Child):
    """nginx in front of the addresses that its DNS server gives for the name "web", all with the same port.

    Change `addresses` while it runs, as when containers start and end: it looks the name up again every two seconds.
    """

    def __init__(self, folder: Path, *, dns_server: DnsServer, port: int, web_port: int, addresses: list[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.addresses = addresses
        dns_server.respond = self._answer
        self.http_port, self.port = free_port(), port
        self.url, self.http_url = f"https://{HOST}:{self.port}", f"http://{HOST}:{self.http_port}"
        self.certificate = write_certificate(folder / "fullchain.pem", HOST)
        shutil.copy(self.certificate, folder / "privkey.pem")  # it contains both
        self.tls = ssl.create_default_context(cafile=str(self.certificate))
        variables = {
            "PROXY_TLS": "files",
            "PROXY_CERTIFICATES": str(folder),
            "PROXY_HOST": HOST,
            "PROXY_BASE_URL": self.url,
            "PROXY_WEB": f"web:{web_port}",
            "PROXY_RESOLVER": f"127.0.0.1:{dns_server.port}",
            "PROXY_HTTP_PORT": str(self.http_port),
            "PROXY_HTTPS_PORT": str(self.port),
            "PROXY_FILES": str(FILES),
            "PROXY_RUN": str(folder),
            "PROXY_ACME_DIRECTORY": "",
        }
        # Its processes can't read pytest's folders as another user.
        options = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        command = [str(ensure()), "-p", str(folder), "-c", str(render(folder, variables)), "-g", options]
        super().__init__(command, folder / "nginx.log")

    def wait_ready(self, timeout: float = 20) -> None:
        """Wait until it accepts connections."""
        self.wait_for(self._accepts, timeout)

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        question = query.question[0]
        if question.rdtype == dns.rdatatype.A and self.addresses:
            response.answer.append(dns.rrset.from_text(question.name, 1, "IN", "A", *self.addresses))
        return response


@contextmanager
def running(folder: Path, *, port: int, web_port: int, addresses: list[str] | None = None) -> Iterator[Nginx]:
    """Run nginx on `port`, in front of web processes on `web_port` of the addresses. Killed on exit.

    Start these with environment(port), so that they know their URL: https://localhost:port.
    """
    with running_server() as dns_server:
        server = Nginx(
            folder, dns_server=dns_server, port=port, web_port=web_port, addresses=addresses or ["127.0.0.1"]
        )
        try:
            server.wait_ready()
            yield server
        finally:
            server.kill()
