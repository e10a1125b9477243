"""The SCIM endpoint, /scim/v2/. Only a bearer token opens it: no session, cookie or access key."""

import json
import logging
import time
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from scim2_models import (
    Error,
    InvalidSyntaxException,
    NotFoundException,
    PayloadTooLargeException,
    SCIMException,
    UnauthorizedException,
)
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from provisioning.models import ScimToken
from provisioning.scim.handler import Handler
from provisioning.scim.limits import MAX_BODY, check_filter, check_query, read_json
from provisioning.scim.rate import seconds_to_wait
from provisioning.scim.service import SERVICE
from provisioning.scim.storage import Storage
from provisioning.scim.trace import Trace
from provisioning.scim.variants import normalize
from provisioning.services.scim_log import LoggedRequest, LoggedResponse, log_request
from provisioning.services.scim_tokens import find_connection, touch_token

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/scim+json"
ROOT = "/scim/v2"


@csrf_exempt  # There is no cookie to forge a request with.
def scim(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer a SCIM request of the organization that the token belongs to."""
    started = time.monotonic()
    token = _authenticate(request)
    if token is None:
        return _to_http(SERVICE.error_response(UnauthorizedException(detail="A valid bearer token is required")))
    if wait := seconds_to_wait(token.pk):
        return _too_many_requests(wait)
    logged = LoggedRequest(request.method or "", request.path, dict(request.headers), request.GET.dict())
    trace = Trace(actor=token.connection)
    response = _answer(request, path, token, trace, logged)
    touch_token(token, synced=trace.changed)
    _log(request, token, trace, logged, response, int((time.monotonic() - started) * 1000))
    return _to_http(response)


def _log(
    request: HttpRequest,
    token: ScimToken,
    trace: Trace,
    logged: LoggedRequest,
    response: ScimResponse,
    milliseconds: int,
) -> None:
    """Write the entry of the log. What the request did is done: failing to log it must not change the answer."""
    try:
        log_request(
            organization=token.connection.organization,
            request=logged,
            response=LoggedResponse(int(response.status), milliseconds, response.headers, response.body),
            action=trace.action,
            about=trace.about,
            note=_note(trace, response),
            reference=getattr(request, "id", ""),
        )
    except Exception:
        logger.exception("A SCIM request could not be logged")


def _authenticate(request: HttpRequest) -> ScimToken | None:
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    return find_connection(text.strip()) if scheme.lower() == "bearer" else None


def _answer(request: HttpRequest, path: str, token: ScimToken, trace: Trace, logged: LoggedRequest) -> ScimResponse:
    """Return the answer, an error for everything that goes wrong."""
    try:
        scim_request = _read(request, path, token, trace, logged)
        return Handler(SERVICE, Storage(token.connection.organization, trace)).handle(scim_request)
    except OperationalError:
        logger.warning("A SCIM request failed because of the database", exc_info=True)
        error = Error(status=503, detail="The server is busy. Try again")
        return ScimResponse(HTTPStatus.SERVICE_UNAVAILABLE, error.model_dump(), {"Retry-After": "5"})
    except SCIMException as error:
        return SERVICE.error_response(error)
    except Exception as error:
        logger.exception("A SCIM request failed")
        return SERVICE.error_response(error)


def _read(request: HttpRequest, path: str, token: ScimToken, trace: Trace, logged: LoggedRequest) -> ScimRequest:
    """Return the request for the library, within the limits and without variants of RFC 7644. Raises SCIM errors."""
    if "\x00" in path:
        raise NotFoundException(detail="There is nothing at this address")
    query = request.GET.dict()
    check_query(query)
    scim_request = ScimRequest(
        method=request.method or "",
        base_url=settings.BASE_URL + ROOT,
        path=f"/{path}",
        query=query,
        headers=dict(request.headers),
        subject=token,
    )
    SERVICE.match(scim_request)  # Without such an address or method, the body doesn't matter.
    if request.method in ("POST", "PUT", "PATCH"):
        SERVICE.ensure_json(request.headers.get("Content-Type"))
        logged.body = read_json(_body(request))
        payload = normalize(logged.body, trace.notes)
        _check_search(payload)
        scim_request.body = json.dumps(payload).encode()
    return scim_request


def _body(request: HttpRequest) -> bytes:
    too_large = PayloadTooLargeException(detail=f"The body is larger than {MAX_BODY} bytes")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise too_large
    try:
        return request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise InvalidSyntaxException(detail="The body is incomplete") from None


def _check_search(payload: dict[str, Any]) -> None:
    """Check the filter of a search request in a body as those in a query."""
    for name, value in payload.items():
        if name.lower() in ("filter", "sortby") and isinstance(value, str):
            check_filter(value)


def _note(trace: Trace, response: ScimResponse) -> str:
    """Return what the log says besides the answer: why not, or how the request was read."""
    sentences = list(trace.notes.sentences)
    if response.status >= 400 and isinstance(response.body, dict) and response.body.get("detail"):
        sentences.insert(0, f"{str(response.body['detail']).rstrip('.')}.")
    return " ".join(sentences)


def _too_many_requests(seconds: int) -> HttpResponse:
    error = Error(status=429, detail=f"Too many requests. Try again in {seconds} seconds")
    headers = {"Retry-After": str(seconds)}
    return _to_http(ScimResponse(HTTPStatus.TOO_MANY_REQUESTS, error.model_dump(), headers))


def _to_http(response: ScimResponse) -> HttpResponse:
    content = b"" if response.body is None else json.dumps(response.body)
    headers = {"Content-Type": MEDIA_TYPE} | dict(response.headers) | {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, status=int(response.status), headers=headers)
