"""The processes of docker-compose.yml, with their own commands and variables, on the test's database and Redis."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml
from django.conf import settings

from teamadmin.testing import nginx
from teamadmin.testing.processes import Child, free_port, responds, test_database_url
from teamadmin.testing.visitor import Visitor

# Two of each. A second beat would do no harm, but compose has one.
SERVICES = {"web-1": "web", "web-2": "web", "worker-1": "worker", "worker-2": "worker", "beat": "beat"}
ADDRESSES = {"web-1": "127.0.0.1", "web-2": "127.0.0.2"}
SETTINGS = """
from teamadmin.settings import *
STATIC_ROOT = {static!r}
"""


class Stack:
    """Services in production settings behind the proxy, which the fixture `stack` starts and stops."""

    def __init__(self, folder: Path, email_url: str) -> None:
        self.folder, self.port, self.web_port = folder, free_port(), free_port()
        self.compose = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
        self.env = self._environment(email_url)
        self.children: dict[str, Child] = {}
        (folder / "stack_settings.py").write_text(SETTINGS.format(static=str(folder / "static")))

    def _environment(self, email_url: str) -> dict[str, str]:
        """Return the variables that compose sets, as far as they don't name its other containers, and an .env's."""
        own = {
            **nginx.environment(self.port),
            "SECRET_KEY": "two-of-each-" + "s" * 50,
            "DEFAULT_FROM_EMAIL": "TeamAdmin <people@acme.example>",
            "EMAIL_URL": email_url,
            "DATABASE_URL": test_database_url(),
            "REDIS_URL": os.environ["REDIS_URL"],
            "TEAMADMIN_DATA": str(self.folder / "data"),
            "DJANGO_SETTINGS_MODULE": "stack_settings",
            "PYTHONPATH": str(self.folder),
        }
        constant = {
            name: str(value) for name, value in self.compose["web"]["environment"].items() if "$" not in str(value)
        }
        return {**{name: value for name, value in constant.items() if not name.endswith("_FILE")}, **own}

    def command(self, name: str) -> list[str]:
        """Return the command of a service, with this environment's programs and a web process's own address."""
        command = self.compose[SERVICES[name]]["command"]
        own = {
            r"/tmp/": f"{self.folder}/{name}-",
            r"0\.0\.0\.0": ADDRESSES.get(name, ""),
            r"\b8000\b": str(self.web_port),
            r"\$\$": "$",  # as compose reads it
            r"^python$|(?<=exec )python\b": sys.executable,  # the last one: its path can contain all others
        }
        for pattern, value in own.items():
            command = [re.sub(pattern, value.replace("\\", r"\\"), str(part)) for part in command]
        return [sys.executable, "-m", *command] if command[0] == "celery" else command

    def grace(self, name: str) -> int:
        """Return how many seconds compose waits after SIGTERM."""
        return int(self.compose[SERVICES[name]]["stop_grace_period"].removesuffix("s"))

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py with the variables of the services, and return its output."""
        command = [sys.executable, "manage.py", *arguments]
        env = {**os.environ, **self.env}
        env.pop("TEAMADMIN_DEMO", None)
        done = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True)
        assert not done.returncode, done.stderr
        return done.stdout

    def start(self, name: str) -> None:
        """Start a service, and wait until it works."""
        log = self.folder / f"{name}.log"
        known = log.read_text().count(self._sign(name)) if log.exists() else 0
        child = self.children[name] = Child(self.command(name), log, **self.env)
        if name in ADDRESSES:
            child.wait_for(lambda: responds(f"http://{ADDRESSES[name]}:{self.web_port}/health/live"), 120)
        else:
            child.wait_for(lambda: child.output.count(self._sign(name)) > known, 120)

    def _sign(self, name: str) -> str:
        return {"worker": " ready.", "beat": "beat: Starting..."}.get(SERVICES[name], "\0")

    def restart(self, name: str) -> float:
        """Stop a service as compose does, start it again, and return how long it took to stop, in seconds."""
        child = self.children[name]
        took = child.stop(self.grace(name))
        assert child.process.returncode == 0, f"{name} ended with {child.process.returncode}: {child.output[-3000:]}"
        self.start(name)
        return took

    def output(self) -> str:
        """Return the logs of all services."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


@contextmanager
def running(folder: Path, email_url: str) -> Iterator[tuple[Stack, Visitor]]:
    """Run two of each and the proxy. Yield the stack and someone who visits it. All are killed on exit."""
    stack = Stack(folder, email_url)
    try:
        with nginx.running(
            folder / "proxy", port=stack.port, web_port=stack.web_port, addresses=list(ADDRESSES.values())
        ) as proxy:
            with ThreadPoolExecutor(len(SERVICES)) as threads:
                static = threads.submit(stack.manage, "collectstatic", "--noinput")
                jobs = [threads.submit(stack.start, name) for name in SERVICES if name not in ADDRESSES]
                static.result()  # a web process lists the files when it starts
                jobs += [threads.submit(stack.start, name) for name in ADDRESSES]
                [job.result() for job in jobs]
            yield stack, Visitor(proxy.url, proxy.certificate)
    finally:
        for child in stack.children.values():
            child.kill()
