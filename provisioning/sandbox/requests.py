"""Requests to the SCIM endpoint from inside, in a transaction that is rolled back.

The endpoint's own view answers, so a test fails where the provider would. Rolling back removes what it wrote: members,
groups, audit entries, emails, the log and the token. What waits for the commit, such as waking a worker, never runs.
"""

import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import HttpResponse
from django.urls import resolve

PREFIX = "/scim/v2"
# Longer responses are cut in the report.
MAX_BODY = 20_000


@dataclass(frozen=True)
class Answer:
    """The endpoint's response: `body` is its JSON, {} if it has none."""

    status: int
    milliseconds: int
    body: dict[str, Any] = field(default_factory=dict)
    etag: str = ""
    retry_after: str = ""


class _RolledBack(Exception):  # noqa: N818 - not an error
    """Ends the sandbox's transaction."""


@contextmanager
def sandbox() -> Iterator[None]:
    """Undo everything that the block writes to the database."""
    try:
        with transaction.atomic():
            yield
            raise _RolledBack
    except _RolledBack:
        return


def send(method: str, path: str, *, token: str, body: Any = None, user_agent: str) -> Answer:
    """Send a request to the endpoint's view. `path` is below /scim/v2 and may have a query.

    A view that fails is answered with 500, as the server would. Its own transaction is undone, the sandbox's goes on.
    """
    request = _request(method, path, token, body, user_agent)
    started = time.perf_counter()
    try:
        with transaction.atomic():
            match = resolve(request.path_info)
            response = match.func(request, *match.args, **match.kwargs)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
    except Exception as error:  # the report names it; nothing else runs
        response = HttpResponse(json.dumps({"detail": f"{type(error).__name__}"}), status=500)
    milliseconds = round((time.perf_counter() - started) * 1000)
    return Answer(
        response.status_code,
        milliseconds,
        _json(b"".join(response) if response.streaming else response.content),
        response.headers.get("ETag", ""),
        response.headers.get("Retry-After", ""),
    )


def _request(method: str, path: str, token: str, body: Any, user_agent: str) -> WSGIRequest:
    url, data = urlsplit(path), b"" if body is None else json.dumps(body).encode()
    base = urlsplit(settings.BASE_URL)
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": PREFIX + url.path,
        "QUERY_STRING": quote(url.query, safe="=&%+"),
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(base.port or (443 if base.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": base.netloc,
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_ACCEPT": "application/scim+json",
        "HTTP_USER_AGENT": user_agent,
        "wsgi.url_scheme": base.scheme,
        "wsgi.input": io.BytesIO(data),
    }
    if body is not None:
        environ |= {"CONTENT_TYPE": "application/scim+json", "CONTENT_LENGTH": str(len(data))}
    return WSGIRequest(environ)


def _json(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content[:MAX_BODY]) if content else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
