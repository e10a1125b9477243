"""How many requests an access key may send (settings.API_REQUESTS_PER_MINUTE), and what a request may contain."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError

from api.problems import FieldError, Problem
from base.rates import count_in_window
from base.strict_json import BadJson, check_text, read_json

WINDOW = 60
MAX_BODY = 1024 * 1024
MAX_QUERY = 8000


@dataclass(frozen=True)
class Quota:
    """A key's remaining requests in this window, and the seconds until the next window."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool = False

    def headers(self) -> dict[str, str]:
        """Return the headers of the IETF's draft (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW}',
            "RateLimit": f'"key";r={self.remaining};t={self.reset}',
        }


def count_request(key_id: Any) -> Quota:
    """Count a request of the key, and return what is left. Windows last a minute."""
    limit = settings.API_REQUESTS_PER_MINUTE
    count, reset = count_in_window(f"api-rate:{key_id}", WINDOW)
    return Quota(limit, max(0, limit - count), reset, count > limit)


def read_body(request: HttpRequest) -> bytes:
    """Return the body of a request. Raises Problem if it's too large or incomplete."""
    too_large = Problem(413, f"The body is larger than {MAX_BODY} bytes.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal():
        raise Problem(400, "The Content-Length isn’t a number.")
    if int(length[:20]) > MAX_BODY:
        raise too_large
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise Problem(400, "The body is incomplete.") from None
    if len(body) > MAX_BODY:
        raise too_large
    return body


def read_payload(request: HttpRequest) -> Any:
    """Return the JSON value of a request's body, None if there is no body. Raises Problem."""
    body = read_body(request)
    if not body:
        return None
    media_type, _semicolon, parameters = request.headers.get("Content-Type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Problem(415, "Send the body as application/json.")
    try:
        return read_json(body)
    except BadJson as error:
        raise Problem(400, str(error)) from None


def check_query(request: HttpRequest, names: frozenset[str]) -> None:
    """Raise Problem (422) for unknown or repeated parameters, and for text that can't be used."""
    if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
        raise Problem(422, "The query is too long.")
    for name, values in request.GET.lists():
        try:
            for text in (name, *values):
                check_text(text)
        except BadJson as error:
            raise Problem(422, str(error), errors=[FieldError("", str(error))]) from None
        if name not in names:
            message = "This parameter doesn’t exist."
            raise Problem(422, message, errors=[FieldError(name[:100], message)])
        if len(values) > 1:
            message = "Send this parameter only once."
            raise Problem(422, message, errors=[FieldError(name, message)])
