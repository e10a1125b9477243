"""The parts of the OpenAPI document that don't depend on operations."""

from typing import Any

from api.problems import KINDS, MEDIA_TYPE

DESCRIPTION = """\
The HTTP API of an organization. Send an access key with each request: `Authorization: Bearer tao_…`.

- **Errors** are problem documents (RFC 9457) with the id of the request. `errors` names the fields that are wrong.
- **Lists** are pages with a cursor: send `next` as `after` to get the following page, or follow the Link header.
- **Versions**: send the ETag that you read in If-Match, so that you don’t overwrite someone else’s change.
- **Retries**: send an Idempotency-Key with POST, so that a repeated request runs only once.
- **Limits**: the RateLimit headers show how many requests are left in the current minute.

Unknown parameters and properties are rejected, so that a misspelled filter never returns everything.
"""
LICENSE = {"name": "Proprietary", "url": "https://teamadmin.example/terms"}
TAGS = [
    {"name": "Organization", "description": "The organization that an access key belongs to."},
    {"name": "Members", "description": "People in the organization and what they can access."},
    {"name": "Invitations", "description": "Invitations that have not been accepted yet."},
    {"name": "Groups", "description": "Groups, which give their members access to projects and roles."},
    {"name": "Projects", "description": "Projects and who can access them."},
    {"name": "Roles", "description": "Built-in and custom roles."},
    {"name": "Access keys", "description": "The access keys of the organization and of its members."},
    {"name": "Audit log", "description": "Who did what, to whom, when and from where."},
]


def _text_header(description: str, example: str, **schema: Any) -> dict[str, Any]:
    return {
        "description": description,
        "schema": {"type": "string", "maxLength": 2000, "examples": [example], **schema},
    }


def _number_header(description: str, example: int) -> dict[str, Any]:
    schema = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 2_147_483_647, "examples": [example]}
    return {"description": description, "schema": schema}


HEADERS = {
    "Access-Control-Allow-Origin": _text_header(
        "Scripts on other sites can’t read responses.", "https://teamadmin.example"
    ),
    "Allow": _text_header("The methods that this path allows.", "GET, HEAD"),
    "Cache-Control": _text_header("Responses must not be stored.", "no-store", const="no-store"),
    "ETag": _text_header("The version of the resource. Send it in If-Match.", '"6f1d0c…"'),
    "Link": _text_header("The next page.", '</api/v1/members?after=…>; rel="next"'),
    "RateLimit": _text_header("Requests left, and seconds until the limit resets.", '"key";r=598;t=42'),
    "RateLimit-Policy": _text_header("Requests that a key can send per minute.", '"key";q=600;w=60'),
    "Retry-After": _number_header("Seconds to wait before trying again.", 42),
    "WWW-Authenticate": _text_header("The authentication that is required.", 'Bearer realm="TeamAdmin API"'),
    "X-Request-ID": _text_header("The id of the request, for support.", "5f2f0c1a7e44d3b1"),
}
EXTRA_HEADERS = {401: ("WWW-Authenticate",), 405: ("Allow",), 429: ("Retry-After",), 503: ("Retry-After",)}
DETAILS = {
    400: "The body isn’t valid JSON.",
    401: "This access key doesn’t exist, has expired or was revoked.",
    403: "This access key doesn’t have the scope members:read.",
    404: "No member has this id.",
    405: "Use GET or HEAD.",
    409: "This already exists, or someone else changed it at the same time.",
    412: "The resource has changed since the version in If-Match. Get it again.",
    413: "The body is larger than 1048576 bytes.",
    415: "Send the body as application/json.",
    422: "The request has invalid values.",
    429: "This access key can send 600 requests per minute.",
    500: "Something went wrong on our side. Try again, or contact support with the request id.",
    503: "The service is busy. Nothing was changed. Try again.",
}
FIELD_ERROR = {
    "type": "object",
    "description": "A value that is wrong.",
    "required": ["field", "message"],
    "additionalProperties": False,
    "properties": {
        "field": {
            "type": "string",
            "maxLength": 2000,
            "description": "The path in the body or the name of a parameter. Empty for the whole request.",
            "examples": ["email"],
        },
        "message": {"type": "string", "maxLength": 2000, "examples": ["This field is required."]},
    },
}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail", "request_id"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "format": "uri", "maxLength": 2000, "description": "The kind of problem."},
        "title": {"type": "string", "maxLength": 200, "description": "The kind of problem, for people."},
        "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "maxLength": 10_000, "description": "What is wrong with this request."},
        "request_id": {"type": "string", "maxLength": 32, "description": "The id of the request, for support."},
        "errors": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/FieldError"}},
    },
}
PROBLEM_SCHEMAS = {"Problem": PROBLEM, "FieldError": FIELD_ERROR}


def problem_answers(headers: dict[str, Any]) -> dict[str, Any]:
    """Return the error responses by status, with these headers."""
    return {str(status): _problem_answer(status, headers) for status in KINDS}


def _problem_answer(status: int, headers: dict[str, Any]) -> dict[str, Any]:
    kind = KINDS[status]
    example: dict[str, Any] = {
        "type": f"https://teamadmin.example/api/v1/docs#problem-{kind.slug}",
        "title": kind.title,
        "status": status,
        "detail": DETAILS[status],
        "request_id": "5f2f0c1a7e44d3b1",
    }
    if status == 422:
        example["errors"] = [{"field": "email", "message": "This field is required."}]
    extra = {name: {"$ref": f"#/components/headers/{name}"} for name in EXTRA_HEADERS.get(status, ())}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": f"{kind.title}. {kind.advice}",
        "headers": {**headers, **extra},
        "content": {MEDIA_TYPE: {"schema": schema, "examples": {kind.slug: {"value": example}}}},
    }
