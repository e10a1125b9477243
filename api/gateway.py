"""The view of every path below /api/: access keys, rate limits, transactions, repeated requests and errors."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja.operation import Operation, PathView

from api import idempotency
from api.auth import ApiRequest, authenticate, check_network
from api.etags import check_header
from api.limits import check_query, count_request, read_body, read_payload
from api.operations import declared
from api.problems import Problem, problem_of, problem_response
from base import context
from organizations.services.access_keys import touch_access_key

WRITING = ("POST", "PUT", "PATCH", "DELETE")


def gateway(path_view: PathView | None) -> Callable[..., HttpResponse]:
    """Return the view of a path. With None, it responds 404, or 401 without an access key."""
    operations = {method: each for each in path_view.operations for method in each.methods} if path_view else {}

    def view(request: HttpRequest, **values: Any) -> HttpResponse:
        before = context.set_current(context.current())
        headers: dict[str, str] = {}
        try:
            response = _answer(request, operations, values, headers)
        except Exception as error:
            response = problem_response(request, problem_of(error))
        finally:
            context.reset(before)
        return _finish(request, response, headers)

    view.csrf_exempt = True  # type: ignore[attr-defined]  # There is no cookie to forge a request with.
    return view


def _finish(request: HttpRequest, response: HttpResponse, headers: dict[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = settings.BASE_URL  # the documentation page
    if request.method == "HEAD":
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _answer(
    request: HttpRequest, operations: dict[str, Operation], values: dict[str, Any], headers: dict[str, str]
) -> HttpResponse:
    """Return the response. Adds to `headers` the headers that error responses need too. Raises all errors."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise Problem(403, "Use https. If you sent an access key unencrypted, replace it.")
    secret = authenticate(request)
    from_key = cast(ApiRequest, request)
    check_network(from_key.organization)
    quota = count_request(from_key.access_key.pk)
    headers.update(quota.headers())
    if quota.exceeded:
        detail = f"This access key can send {quota.limit} requests per minute."
        raise Problem(429, detail, headers={"Retry-After": str(quota.reset)})
    touch_access_key(secret)
    context.set_current(replace(context.current(), via=f"the access key {from_key.access_key.name}"))
    operation = _find_operation(request, operations)
    check = declared(operation)
    check(request)
    check_query(request, check.query_names)
    if check.notes.versioned:
        check_header(request)
    return _run(from_key, operation, values)


def _find_operation(request: HttpRequest, operations: dict[str, Operation]) -> Operation:
    if not operations:
        raise Problem(404, "This URL doesn’t exist.")
    operation = operations.get("GET" if request.method == "HEAD" else request.method or "")
    if operation is None:
        allowed = sorted({*operations, *(["HEAD"] if "GET" in operations else [])})
        raise Problem(405, f"Use {' or '.join(allowed)}.", headers={"Allow": ", ".join(allowed)})
    return operation


def _run(request: ApiRequest, operation: Operation, values: dict[str, Any]) -> HttpResponse:
    request.payload = None
    if request.method not in WRITING:
        return cast(HttpResponse, operation.run(request, **values))
    read_body(request)
    if request.method != "POST" or idempotency.HEADER not in request.headers:
        return _write(request, operation, values)
    row = idempotency.reserve(request, request.access_key)
    if row.status:
        return idempotency.replay(row)
    try:
        response = _write(request, operation, values, row)
    except BaseException:
        idempotency.release(row)
        raise
    if response.status_code >= 400:
        idempotency.release(row)
    return response


def _write(
    request: ApiRequest,
    operation: Operation,
    values: dict[str, Any],
    row: idempotency.IdempotencyKey | None = None,
) -> HttpResponse:
    """Run the operation, and store the response for repeated requests, in one transaction. Errors roll it back."""
    request.payload = read_payload(request)
    with transaction.atomic():
        response = cast(HttpResponse, operation.run(request, **values))
        if response.status_code >= 400:
            transaction.set_rollback(True)
        elif row:
            idempotency.store(row, response)
    return response
