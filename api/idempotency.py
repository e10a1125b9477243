"""Idempotency-Key: a POST request repeated with the same key within 24 hours runs once and gets the same response.

The response is stored in the transaction of the change, so after a crash either both exist or neither does.
"""

import hashlib
import re
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from api.models import IdempotencyKey
from api.problems import Problem, invalid
from organizations.models import AccessKey

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
# A request that has run longer than this has crashed, so it can be sent again.
CRASHED_AFTER = timedelta(minutes=5)
VALUE = re.compile(r"[\x21-\x7e]{1,255}")
# The headers that are stored with a response.
STORED_HEADERS = ("Content-Type", "ETag", "Location")


def digest_request(request: HttpRequest) -> str:
    """Return the digest that identifies a repeated request."""
    parts = (request.method or "", request.get_full_path(), hashlib.sha256(request.body).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def reserve(request: HttpRequest, access_key: AccessKey) -> IdempotencyKey:
    """Return the row of the request's key: with the stored response (`status`), or newly reserved.

    Raises Problem: 422 if the key was used for another request, 409 while the same request is running.
    """
    value, digest, now = request.headers[HEADER], digest_request(request), timezone.now()
    if not VALUE.fullmatch(value):
        raise invalid(HEADER, "Use 1 to 255 visible ASCII characters.")
    rows = IdempotencyKey.objects.filter(access_key=access_key, value=value)
    rows.filter(started_at__lt=now - KEPT).delete()
    row, created = IdempotencyKey.objects.get_or_create(
        access_key=access_key, value=value, defaults={"digest": digest, "started_at": now}
    )
    if created:
        return row
    if row.digest != digest:
        raise invalid(HEADER, "This key was used for another request. Use a new key for each request.")
    if row.status:
        return row
    taken_over = now - row.started_at > CRASHED_AFTER and _own(row).update(started_at=now)
    if not taken_over:
        raise Problem(409, "The same request is still running. Try again in a few seconds.")
    row.started_at = now
    return row


def _own(row: IdempotencyKey):
    """Return the row unless another request has taken it over."""
    return IdempotencyKey.objects.filter(pk=row.pk, started_at=row.started_at, status=0)


def store(row: IdempotencyKey, response: HttpResponse) -> None:
    """Save the response, in the transaction of the change. Raises Problem if another request took over."""
    headers = {name: response[name] for name in STORED_HEADERS if name in response}
    if not _own(row).update(status=response.status_code, headers=headers, body=response.content.decode()):
        raise Problem(409, "The same request was sent again and has completed.")


def release(row: IdempotencyKey) -> None:
    """Forget a request that changed nothing, so that it can be sent again with the same key."""
    _own(row).delete()


def replay(row: IdempotencyKey) -> HttpResponse:
    """Return the stored response."""
    response = HttpResponse(row.body, status=row.status)
    del response.headers["Content-Type"]
    for name, value in {**row.headers, "Idempotency-Replayed": "true"}.items():
        response[name] = value
    return response


def delete_old(*, limit: int) -> int:
    """Delete up to `limit` expired keys. Return how many."""
    old = IdempotencyKey.objects.filter(started_at__lt=timezone.now() - KEPT).order_by("started_at")
    return IdempotencyKey.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
