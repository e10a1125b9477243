"""What the web server accepts from a connection: limits on bytes and time, and no request with two meanings."""

import shutil
import socket
import tempfile
import threading
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import WSGITask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

from base.uploads import MAX_REQUEST_BYTES
from teamadmin.request_log import ErrorTask

MB = 1024 * 1024
# Larger bodies are written to the temporary folder: all together up to this many bytes, or half of its free space.
BODY_IN_MEMORY = 64 * 1024
MAX_BODIES_ON_DISK = 256 * MB
# How many bytes of a chunked body may be something else than content. Sizes, extensions and trailers cost much CPU time
# per byte: 50 MB of chunks with one byte each keep the event loop busy for 36 seconds.
CHUNK_OVERHEAD, CHUNK_OVERHEAD_RATIO = 8 * 1024, 8
# Seconds. For this long, what a client sends after a refusal is read and dropped. Otherwise TCP would reset the
# connection, and the client might not see the response.
LINGER = 5
TRY_AGAIN = "There are too many uploads at the moment. Try again in a minute."


class TooManyUploads(Error):
    """The temporary folder has no room for another large body."""

    code, reason = 503, "Service Unavailable"

    def to_response(self, ident: str | None = None) -> tuple[str, list, bytes]:
        status, headers, body = super().to_response(ident)
        return status, [*headers, ("Retry-After", "60")], body


class Request(HTTPRequestParser):
    """A request that is being read."""

    lock = threading.Lock()
    max_bodies_on_disk = MAX_BODIES_ON_DISK
    bodies_on_disk = 0  # bytes, of all requests of this process
    body_on_disk = 0  # of this request

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.began = time.monotonic()

    def parse_header(self, header_plus: bytes) -> None:
        """Refuse requests that a proxy may have understood differently (RFC 9112, 6.1), and what waitress fails on."""
        try:
            super().parse_header(header_plus)
        except ParsingError:
            raise
        except ValueError:  # a Content-Length of 5,000 digits, or a URL like "http://["
            raise ParsingError("Invalid header") from None
        # waitress removes Transfer-Encoding from HTTP/1.1 requests, and ignores it in others.
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("Transfer-Encoding is not allowed here")

    def received(self, data: bytes) -> int:
        """Take bytes of the request, and refuse it once its body breaks a limit."""
        try:
            consumed = super().received(data)
        except OSError:  # the temporary folder is full
            self._refuse(TooManyUploads(TRY_AGAIN))
            return len(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error.body = f"A request can have up to {MAX_REQUEST_BYTES // MB} MB."
        elif self.body_rcv is not None and not self.error:
            self._check_body()
        return consumed

    def _check_body(self) -> None:
        content = len(self.body_rcv)
        if self.chunked and self.body_bytes_received - content > CHUNK_OVERHEAD + content // CHUNK_OVERHEAD_RATIO:
            self._refuse(BadRequest("The chunks are too small"))
        elif content > BODY_IN_MEMORY:
            self._count_on_disk(content)
            if Request.bodies_on_disk > Request.max_bodies_on_disk:
                self._refuse(TooManyUploads(TRY_AGAIN))

    def _refuse(self, error: Error) -> None:
        self.error, self.completed = error, True

    def _count_on_disk(self, size: int) -> None:
        with self.lock:
            Request.bodies_on_disk += size - self.body_on_disk
            self.body_on_disk = size

    def close(self) -> None:
        """Delete the body."""
        try:
            super().close()
        except OSError:  # the temporary folder is full
            pass
        self._count_on_disk(0)


def limit_bodies_on_disk() -> None:
    """Set how many bytes of bodies may be in the temporary folder at the same time."""
    Request.max_bodies_on_disk = min(MAX_BODIES_ON_DISK, shutil.disk_usage(tempfile.gettempdir()).free // 2)


class Task(WSGITask):
    """A request that is handled. Once the server stops, the response says that the connection will be closed.

    The response to HEAD has no body (RFC 9110, 9.3.2). Clients would read it as the response to their next request.
    """

    @property
    def is_head(self) -> bool:
        return self.request.command == "HEAD"

    def get_environment(self) -> dict[str, Any]:
        environ = super().get_environment()
        if self.is_head:
            environ.pop("wsgi.file_wrapper", None)  # it sends the file without write()
        return environ

    def write(self, data: bytes) -> None:
        super().write(b"" if self.is_head else data)

    def finish(self) -> None:
        if self.is_head:
            self.write(b"")
            self.chunked_response = False  # no last chunk either
        super().finish()

    def build_response_header(self) -> bytes:
        if self.channel.server.stopping:
            self.set_close_on_finish()
        return super().build_response_header()


class Channel(HTTPChannel):
    """A connection."""

    parser_class, task_class, error_task_class = Request, Task, ErrorTask
    was_refused = has_served = False
    lingers_until: float | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        self.opened = self.waits_since = time.monotonic()
        super().__init__(*args, **options)

    def send_continue(self) -> None:
        """Ask for the body, unless there is none or it's refused: waitress would wait for it forever."""
        if self.request.completed:
            self.request.expect_continue = False
        else:
            super().send_continue()

    def service(self) -> None:
        """Handle a request, in a thread."""
        self.was_refused = self.requests[0].error is not None
        super().service()
        self.waits_since, self.has_served = time.monotonic(), True

    def readable(self) -> bool:
        return self.lingers_until is not None or super().readable()

    def handle_read(self) -> None:
        if self.lingers_until is None:
            super().handle_read()
        else:
            self.recv(self.adj.recv_bytes)  # closes at the end of what the client sends

    def handle_close(self) -> None:
        """Close the connection; after a refusal, once the client has read the response."""
        if self.was_refused and self.lingers_until is None and self._linger():
            return
        if self.request is not None:
            self.request.close()
        super().handle_close()

    def close_now(self) -> None:
        """Close the connection, whatever is left to send or to read."""
        self.was_refused = False
        self.handle_close()

    def _linger(self) -> bool:
        """Say that nothing more is sent. Return False if the client is gone."""
        self.lingers_until = time.monotonic() + LINGER
        self.will_close = self.close_when_flushed = False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def is_overdue(self, *, read_deadline: float, write_timeout: float) -> bool:
        """Return whether the client sends its request or reads its response too slowly. In seconds."""
        now = time.monotonic()
        if self.lingers_until is not None:
            return self.lingers_until < now
        if self.total_outbufs_len:
            return self.last_activity < time.time() - write_timeout
        return not self.requests and self.request is not None and self.request.began < now - read_deadline

    def is_busy(self, *, first_byte_timeout: float) -> bool:
        """Return whether a request isn't received or answered completely, or will arrive on a new connection."""
        is_new = not self.has_served and time.monotonic() - self.opened < first_byte_timeout
        return bool(self.requests or self.request or self.total_outbufs_len or is_new)
