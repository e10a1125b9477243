"""HTTP requests to servers that customers name, such as their identity provider.

The server may be slow, hostile or inside our own network. So a request takes OUTGOING_TIMEOUT_SECONDS in all, reads
MAX_BYTES, and connects only to public addresses and those in OUTGOING_ALLOWED_NETWORKS. The address that was checked is
the one that is connected to, so a second DNS answer changes nothing. Each redirect is checked like the first URL.
"""

import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from base.networks import canonical_address, in_ranges

MAX_BYTES = 1024 * 1024
MAX_REDIRECTS = 3


class OutgoingError(Exception):
    """The request failed. str() is a sentence for the person who entered the address."""


@dataclass(frozen=True)
class Response:
    """An answer. Header names are in lower case."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the body as JSON. Raise OutgoingError if it is something else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            host = urlsplit(self.url).hostname
            raise OutgoingError(_("%(host)s didn’t answer with JSON.") % {"host": host}) from None


def get(url: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a GET request, after up to MAX_REDIRECTS redirects. Raise OutgoingError.

    After a redirect to another host, `headers` are left out.
    """
    deadline, origin = _deadline(), _origin(urlsplit(url))
    for _attempt in range(MAX_REDIRECTS + 1):
        own = headers if _origin(urlsplit(url)) == origin else None
        response = _send("GET", url, None, {**(own or {})}, deadline)
        if response.status not in (301, 302, 303, 307, 308) or "location" not in response.headers:
            return response
        url = urljoin(url, response.headers["location"])
    raise OutgoingError(_("%(host)s redirects too often.") % {"host": urlsplit(url).hostname})


def post(url: str, data: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a POST request with a form. A redirect isn't followed. Raise OutgoingError."""
    form = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    return _send("POST", url, urlencode(data).encode(), form, _deadline())


def check_url(url: str) -> str:
    """Return the URL if requests to it can be allowed, without resolving its host. Raise OutgoingError."""
    _split(url)
    return url


def _deadline() -> float:
    return time.monotonic() + settings.OUTGOING_TIMEOUT_SECONDS


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not url.isascii() or any(character <= " " for character in url):
        raise OutgoingError(_("Enter a complete address that starts with https://."))
    if parts.scheme == "http" and not settings.OUTGOING_ALLOWED_NETWORKS:
        raise OutgoingError(_("Enter an address that starts with https://."))
    return parts


def _send(method: str, url: str, body: bytes | None, headers: dict[str, str], deadline: float) -> Response:
    parts = _split(url)
    host = str(parts.hostname)
    try:
        sock = _connect(parts, deadline)
    except (OSError, ssl.SSLError) as error:
        raise OutgoingError(_failure(error, host, deadline)) from None
    stop = threading.Timer(max(deadline - time.monotonic(), 0.01), _shut_down, [sock])
    stop.daemon = True
    stop.start()
    try:
        connection = HTTPConnection(host)
        connection.sock = sock
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        own = {"host": parts.netloc, "accept": "*/*", "user-agent": "TeamAdmin", "connection": "close"}
        connection.request(method, path, body, own | headers)
        answer = connection.getresponse()
        content = answer.read(MAX_BYTES + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise OutgoingError(_failure(error, host, deadline)) from None
    finally:
        stop.cancel()
        sock.close()
    if time.monotonic() >= deadline:
        raise OutgoingError(_failure(TimeoutError(), host, deadline))
    if len(content) > MAX_BYTES:
        raise OutgoingError(_("The answer of %(host)s is too long.") % {"host": host})
    return Response(url, answer.status, content, {name.lower(): value for name, value in answer.getheaders()})


def _connect(parts: SplitResult, deadline: float) -> socket.socket:
    """Return a connected socket, with TLS for https. Raise OSError, and OutgoingError for a private address."""
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolve(host, port, deadline)
    if not _is_allowed(address, parts.scheme):
        raise OutgoingError(_("%(host)s isn’t a public address, so we don’t connect to it.") % {"host": host})
    sock = socket.create_connection((address, port), timeout=max(deadline - time.monotonic(), 0.01))
    if parts.scheme == "http":
        return sock
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _resolve(host: str, port: int, deadline: float) -> str:
    """Return the first address of the host. The system's resolver has no time limit, so it runs in a thread."""
    found: list[str] = []

    def look_up() -> None:
        try:
            found.extend(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            pass

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0.01))
    if not found:
        raise OutgoingError(_("We can’t find %(host)s. Check the address.") % {"host": host})
    return canonical_address(found[0].partition("%")[0])


def _is_allowed(address: str, scheme: str) -> bool:
    """Return whether we connect to this address: a public one with https, or one in an allowed network."""
    if settings.OUTGOING_ALLOWED_NETWORKS and in_ranges(address, settings.OUTGOING_ALLOWED_NETWORKS):
        return True
    parsed = ip_address(address)
    return scheme == "https" and parsed.is_global and not parsed.is_multicast


def _shut_down(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _failure(error: Exception, host: str, deadline: float) -> str:
    """Return a sentence about why the request to `host` failed."""
    if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
        seconds = settings.OUTGOING_TIMEOUT_SECONDS
        return _("%(host)s didn’t answer within %(seconds)s seconds.") % {"host": host, "seconds": seconds}
    if isinstance(error, ssl.SSLError):
        return _("%(host)s has no valid certificate.") % {"host": host}
    return _("We can’t connect to %(host)s.") % {"host": host}
