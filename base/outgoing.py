"""HTTP requests to servers that customers name, such as their identity provider.

The server may be slow, hostile or inside our own network. So a request takes OUTGOING_TIMEOUT_SECONDS in all, reads
MAX_BYTES, and connects only to public addresses and those in OUTGOING_ALLOWED_NETWORKS. The address that was checked is
the one that is connected to, so a second DNS answer changes nothing. Each redirect is checked like the first URL. A
process makes AT_ONCE requests at a time, so that slow servers leave threads for everyone else.
"""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from base.networks import canonical_address, in_ranges

MAX_BYTES = 1024 * 1024
MAX_REDIRECTS, MAX_ADDRESSES = 3, 4
# Half of the threads of a web process. Others wait for WAIT_SECONDS until one of these requests is done.
AT_ONCE, WAIT_SECONDS = 2, 1
HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
# The only IPv6 addresses that are in use worldwide (IANA). Some of the others contain private IPv4 addresses.
UNICAST = ip_network("2000::/3")

_slots = threading.BoundedSemaphore(AT_ONCE)
# Webhooks never take the last slot: signing in needs it.
_webhook_slots = threading.BoundedSemaphore(AT_ONCE - 1)
_limit: ContextVar[float] = ContextVar("outgoing_limit", default=float("inf"))


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
            raise OutgoingError(_("%(host)s didn’t respond with JSON.") % {"host": host}) from None


def get(url: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a GET request, after up to MAX_REDIRECTS redirects. Raise OutgoingError.

    After a redirect to another host, `headers` are left out.
    """
    deadline, origin = _deadline(), _origin(_split(url))
    for _attempt in range(MAX_REDIRECTS + 1):
        own = headers if _origin(_split(url)) == origin else None
        response = _send("GET", url, None, {**(own or {})}, deadline)
        if response.status not in (301, 302, 303, 307, 308) or "location" not in response.headers:
            return response
        url = _join(url, response.headers["location"])
    raise OutgoingError(_("%(host)s redirects too many times.") % {"host": urlsplit(url).hostname})


def post(url: str, data: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a POST request with a form. A redirect isn't followed. Raise OutgoingError."""
    form = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    return _send("POST", url, urlencode(data).encode(), form, _deadline())


def post_bytes(url: str, body: bytes, *, headers: Mapping[str, str]) -> Response:
    """Send a webhook (a POST request) and return the response. Doesn't follow redirects. Raises OutgoingError."""
    with _slot(_webhook_slots):
        return _send("POST", url, body, {**headers}, _deadline())


def check_url(url: str) -> str:
    """Return the URL if requests to it can be allowed, without resolving its host. Raise OutgoingError."""
    _split(url)
    return url


@contextmanager
def limit_time(seconds: float) -> Iterator[None]:
    """Let all requests inside end within this time together, beside the limit of each."""
    token = _limit.set(min(_limit.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def _deadline() -> float:
    return min(time.monotonic() + settings.OUTGOING_TIMEOUT_SECONDS, _limit.get())


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and "@" not in parts.netloc and parts.port != 0
        valid = valid and bool(HOST.fullmatch(parts.hostname or ""))
    except ValueError:
        valid = False
    if not valid or not url.isascii() or any(character <= " " for character in url):
        raise OutgoingError(_("Enter a complete address that starts with https://."))
    if parts.scheme == "http" and not settings.OUTGOING_ALLOWED_NETWORKS:
        raise OutgoingError(_("Enter an address that starts with https://."))
    return parts


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        text = _("%(host)s redirects to an address that isn’t valid.")
        raise OutgoingError(text % {"host": urlsplit(url).hostname}) from None


@contextmanager
def _slot(slots: threading.BoundedSemaphore) -> Iterator[None]:
    """Wait at most WAIT_SECONDS for a free slot. Raise OutgoingError if there is none."""
    if not slots.acquire(timeout=WAIT_SECONDS):
        raise OutgoingError(_("Too many requests to other servers are waiting. Try again in a minute."))
    try:
        yield
    finally:
        slots.release()


def _send(method: str, url: str, body: bytes | None, headers: dict[str, str], deadline: float) -> Response:
    parts = _split(url)
    host = str(parts.hostname)
    try:
        with _slot(_slots), _connect(parts, deadline) as sock:
            return _exchange(sock, method, parts, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        raise OutgoingError(_failure(error, host, deadline)) from None


def _exchange(
    sock: socket.socket, method: str, parts: SplitResult, body: bytes | None, headers: dict[str, str]
) -> Response:
    """Return the answer. Raise OSError, HTTPException, ValueError, and OutgoingError if it's too long."""
    connection = HTTPConnection(str(parts.hostname))
    connection.sock = sock
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    own = {"host": parts.netloc, "accept": "*/*", "user-agent": "TeamAdmin", "connection": "close"}
    connection.request(method, path, body, own | {name.lower(): value for name, value in headers.items()})
    with connection.getresponse() as answer:
        content = answer.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise OutgoingError(_("The response from %(host)s is too long.") % {"host": parts.hostname})
        if answer.length:
            raise HTTPException("The answer ended early.")
        received = {name.lower(): value for name, value in answer.getheaders()}
        return Response(parts.geturl(), answer.status, content, received)


@contextmanager
def _connect(parts: SplitResult, deadline: float) -> Iterator[socket.socket]:
    """Connect, with TLS for https. The socket is closed afterwards, and shut down if that's later than the deadline.

    Its own timeout isn't enough: it starts again with every byte that arrives. Raise OSError, and OutgoingError for a
    private address.
    """
    sock = _open(parts, deadline)
    stop = threading.Timer(max(deadline - time.monotonic(), 0.01), lambda: _shut_down(sock))
    stop.daemon = True
    stop.start()
    try:
        if parts.scheme == "https":
            host = str(parts.hostname)
            sock = _tls_context().wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
            sock.do_handshake()
        yield sock
        if time.monotonic() >= deadline:
            raise TimeoutError
    finally:
        stop.cancel()
        sock.close()


def _open(parts: SplitResult, deadline: float) -> socket.socket:
    """Return a socket that is connected to the first address that answers. All of them must be allowed."""
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _resolve(host, port, deadline)
    if not all(_is_allowed(address, parts.scheme) for address in addresses):
        raise OutgoingError(_("%(host)s isn’t a public address, so we don’t connect to it.") % {"host": host})
    for number, address in enumerate(addresses, start=1):
        left = max(deadline - time.monotonic(), 0.01)
        try:
            # The last address gets all of the time, the others a part of it.
            timeout = left if number == len(addresses) else left / 2
            sock = socket.create_connection((address, port), timeout=timeout)
        except OSError:
            if number == len(addresses):
                raise
        else:
            sock.settimeout(max(deadline - time.monotonic(), 0.01))
            return sock
    raise OSError("The host has no address.")


@cache
def _tls_context() -> ssl.SSLContext:
    """Return the context with the system's certificate authorities. Reading them takes a while."""
    return ssl.create_default_context()


def _resolve(host: str, port: int, deadline: float) -> list[str]:
    """Return the first addresses of the host. The system's resolver has no time limit, so it runs in a thread."""
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
    return [canonical_address(each.partition("%")[0]) for each in found[:MAX_ADDRESSES]]


def _is_allowed(address: str, scheme: str) -> bool:
    """Return whether we connect to this address: a public one with https, or one in an allowed network."""
    if settings.OUTGOING_ALLOWED_NETWORKS and in_ranges(address, settings.OUTGOING_ALLOWED_NETWORKS):
        return True
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and (parsed not in UNICAST or parsed.sixtofour or parsed.teredo):
        return False
    return scheme == "https" and parsed.is_global and not parsed.is_multicast


def _shut_down(sock: socket.socket) -> None:
    try:
        # Not SSLSocket.shutdown(): after that, the thread that reads would read without TLS.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass


def _failure(error: Exception, host: str, deadline: float) -> str:
    """Return a sentence about why the request to `host` failed."""
    if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
        seconds = settings.OUTGOING_TIMEOUT_SECONDS
        return _("%(host)s didn’t respond within %(seconds)s seconds.") % {"host": host, "seconds": seconds}
    if isinstance(error, ssl.SSLError):
        return _("%(host)s has no valid certificate.") % {"host": host}
    return _("We can’t connect to %(host)s.") % {"host": host}
