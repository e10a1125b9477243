"""Errors as problem documents (RFC 9457): what went wrong, why, and the id of the request."""

import json
import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja.errors import HttpError
from ninja.errors import ValidationError as InputError

from base.policies import RateLimited, Refused

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
REALM = 'Bearer realm="TeamAdmin API"'


class Kind(NamedTuple):
    """A kind of error: the end of its address in the documentation, its title, and what to do about it."""

    slug: str
    title: str
    advice: str


KINDS = {
    400: Kind("bad-request", "The request can’t be read", "Send well-formed JSON in UTF-8."),
    401: Kind("unauthorized", "An access key is required", "Send a valid access key as a bearer token."),
    403: Kind("forbidden", "Not allowed", "Use a key with the scope and the permission that the operation needs."),
    404: Kind("not-found", "Not found", "Check the URL and the id. You can’t access other organizations’ resources."),
    405: Kind("method-not-allowed", "Method not allowed", "Use one of the methods in the Allow header."),
    409: Kind("conflict", "Conflict", "Get the resource again, then decide whether to repeat the request."),
    412: Kind("precondition-failed", "The resource has changed", "Get it again and send its new ETag in If-Match."),
    413: Kind("too-large", "The body is too large", "Send at most 1 MB."),
    415: Kind("unsupported-media-type", "Unsupported media type", "Send application/json."),
    422: Kind("invalid", "Invalid values", "Correct the fields that `errors` names."),
    429: Kind("too-many-requests", "Too many requests", "Wait for the number of seconds in Retry-After."),
    500: Kind("server-error", "Something went wrong", "Try again, or contact support with the request id."),
    503: Kind("unavailable", "The service is busy", "Try again after the number of seconds in Retry-After."),
}


class FieldError(NamedTuple):
    """A value that is wrong. `field` is its path in the body or the name of the parameter, "" for the whole request."""

    field: str
    message: str


class Problem(Exception):
    """An error response. `detail` is a sentence about this request."""

    def __init__(
        self, status: int, detail: str, *, errors: Iterable[FieldError] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, list(errors), headers or {}


def invalid(field: str, message: str) -> Problem:
    """Return the problem for one invalid value."""
    return Problem(422, message, errors=[FieldError(field, message)])


def not_found(kind: str) -> Problem:
    """Return the problem for an id that the organization doesn't have: "member", "group"."""
    return Problem(404, f"No {kind} has this id.")


def type_of(status: int) -> str:
    """Return the URI of a kind of problem: its description in the documentation."""
    return f"{settings.BASE_URL}/api/v1/docs#problem-{KINDS[status].slug}"


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the response for a problem."""
    body: dict[str, Any] = {
        "type": type_of(problem.status),
        "title": KINDS[problem.status].title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": getattr(request, "id", ""),
    }
    if problem.errors:
        body["errors"] = [each._asdict() for each in problem.errors]
    response = HttpResponse(json.dumps(body), status=problem.status, content_type=MEDIA_TYPE, headers=problem.headers)
    if problem.status == 401:
        response.headers.setdefault("WWW-Authenticate", REALM)
    response["Cache-Control"] = "no-store"
    return response


def problem_of(error: Exception) -> Problem:
    """Return the problem for an exception. Unknown ones are logged and become a 500."""
    for kinds, convert in CONVERSIONS:
        if isinstance(error, kinds):
            return convert(error)
    logger.error("An API request failed", exc_info=error)
    return Problem(500, "Something went wrong on our side. Try again, or contact support with the request id.")


def _too_many(error: RateLimited) -> Problem:
    wait = max(1, int((error.retry_at - timezone.now()).total_seconds()) + 1) if error.retry_at else 86_400
    return Problem(429, str(error), headers={"Retry-After": str(wait)})


def _busy(error: Exception) -> Problem:
    logger.warning("An API request failed because of the database", exc_info=error)
    return Problem(503, "The service is busy. Nothing was changed. Try again.", headers={"Retry-After": "5"})


def _http(error: HttpError) -> Problem:
    status = error.status_code if error.status_code in KINDS else HTTPStatus.BAD_REQUEST
    return Problem(int(status), str(error))


def _refused_values(error: ValidationError) -> Problem:
    """Return the problem for a ValidationError of a form or service."""
    if hasattr(error, "error_dict"):
        found = [
            FieldError("" if field == NON_FIELD_ERRORS else field, message)
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    else:
        found = [FieldError("", str(message)) for message in error.messages]
    return Problem(422, found[0].message if found else "A value is invalid.", errors=found)


# Our texts for pydantic's errors, by type.
MESSAGES = {
    "missing": "This field is required.",
    "extra_forbidden": "This field doesn’t exist.",
    "string_type": "This must be a string.",
    "bool_type": "This must be true or false.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "list_type": "This must be a list.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "dict_type": "This must be an object.",
    "string_too_short": "This is too short.",
    "uuid_parsing": "This must be an id.",
    "uuid_type": "This must be an id.",
}


def _invalid_input(error: InputError) -> Problem:
    found = [FieldError(_field_of(each["loc"]), _message_of(each)) for each in error.errors]
    return Problem(422, "The request has invalid values.", errors=found)


def _field_of(location: tuple) -> str:
    """Return the path of a value: ("body", "payload", "groups", 0) gives "groups.0"."""
    skipped = 2 if location[0] == "body" else 1
    return ".".join(str(part) for part in location[skipped:])


def _message_of(error: dict[str, Any]) -> str:
    if error["type"] in MESSAGES:
        return MESSAGES[error["type"]]
    text = str(error["msg"]).removeprefix("Value error, ")
    return text if text.endswith(".") else f"{text}."


CONVERSIONS: list[tuple[Any, Any]] = [
    (Problem, lambda error: error),
    (RateLimited, _too_many),
    (Refused, lambda error: Problem(403, str(error))),
    (InputError, _invalid_input),
    (ValidationError, _refused_values),
    ((Http404, ObjectDoesNotExist), lambda error: Problem(404, "Nothing has this id.")),
    (IntegrityError, lambda error: Problem(409, "This already exists, or someone else changed it at the same time.")),
    (DataError, lambda error: Problem(422, "A value can’t be stored.")),
    ((OperationalError, InterfaceError), _busy),
    (HttpError, _http),
]
