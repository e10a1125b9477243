"""The OpenAPI 3.1 document: django-ninja's schema, completed with responses, headers, scopes and links."""

import copy
import json
from functools import cache
from typing import Any

from django.conf import settings

from api.api import API, bound_routers
from api.auth import SECURITY_SCHEME
from api.etags import IF_MATCH, MAX_IF_MATCH
from api.openapi_parts import DESCRIPTION, HEADERS, LICENSE, PROBLEM_SCHEMAS, TAGS, problem_answers
from api.operations import Declared, declared
from organizations.scopes import SCOPES

JSON = "application/json"
EVERY_ANSWER = ("X-Request-ID", "Cache-Control", "Access-Control-Allow-Origin")
LIMIT_HEADERS = ("RateLimit-Policy", "RateLimit")


def header_refs(*names: str) -> dict[str, Any]:
    """Return references to headers in the components."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


@cache
def document() -> dict[str, Any]:
    """Return the document, the same for every installation."""
    generated: dict[str, Any] = json.loads(json.dumps(API.get_openapi_schema(path_prefix=""), default=str))
    checks = _checks()
    paths = {
        path: {method: _describe(method, details, checks[details["operationId"]]) for method, details in item.items()}
        for path, item in sorted(generated["paths"].items())
    }
    contents = {
        "openapi": "3.1.0",
        "info": {
            "title": API.title,
            "version": API.version,
            "summary": "Members, invitations, groups, projects, roles, access keys and the audit log.",
            "description": DESCRIPTION,
            "contact": {"name": "TeamAdmin", "url": "https://teamadmin.example/support"},
            "license": LICENSE,
        },
        "servers": [{"url": "/api/v1", "description": "This installation (production)", "x-internal": False}],
        "tags": TAGS,
        "security": [{SECURITY_SCHEME: []}],
        "paths": paths,
        "components": {
            "securitySchemes": {SECURITY_SCHEME: _security_scheme()},
            "headers": HEADERS,
            "responses": problem_answers(header_refs(*EVERY_ANSWER, *LIMIT_HEADERS)),
            "schemas": dict(sorted({**_schemas(generated), **PROBLEM_SCHEMAS}.items())),
        },
    }
    return _without_unused(contents)


def _without_unused(contents: dict[str, Any]) -> dict[str, Any]:
    """Remove components that nothing refers to, such as types of parameters."""
    while True:
        text, components = json.dumps(contents), contents["components"]
        unused = [
            (kind, name)
            for kind in ("schemas", "responses", "headers")
            for name in components[kind]
            if f'"#/components/{kind}/{name}"' not in text
        ]
        if not unused:
            return contents
        for kind, name in unused:
            components[kind] = _without(components[kind], name)


def served_document() -> dict[str, Any]:
    """Return the document with this installation's address."""
    served = copy.copy(document())
    served["servers"] = [{**served["servers"][0], "url": f"{settings.BASE_URL}/api/v1"}]
    return served


def to_text(contents: dict[str, Any]) -> str:
    """Return the document as text, as in docs/openapi.json."""
    return json.dumps(contents, indent=2, ensure_ascii=False) + "\n"


def _checks() -> dict[str, Declared]:
    """Return the check of every operation, by operation id."""
    operations = [
        operation
        for bound in bound_routers()
        for path_view in bound.path_operations.values()
        for operation in path_view.operations
    ]
    return {str(operation.operation_id): declared(operation) for operation in operations}


def _security_scheme() -> dict[str, Any]:
    scopes = ", ".join(f"`{name}`" for name in SCOPES)
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "An access key: tap_… for a member, tao_… for an organization (RFC 6750)",
        "description": f"Create a key on the Access keys page. Its scopes limit what it can do: {scopes}. "
        "Write includes read. A key can never do more than its owner.",
    }


def _schemas(generated: dict[str, Any]) -> dict[str, Any]:
    return {name: _tidy(schema) for name, schema in generated["components"]["schemas"].items()}


def _tidy(schema: Any) -> Any:
    """Remove pydantic's generated titles, and forbid unknown properties, so that typos are found."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {
        name: {key: _tidy(each) for key, each in value.items()} if name == "properties" else _tidy(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
    }
    if tidy.get("type") == "object" and "properties" in tidy:
        tidy.setdefault("additionalProperties", False)
    if tidy.get("type") == "integer":
        tidy.setdefault("format", "int32")
    return tidy


def _describe(method: str, details: dict[str, Any], check: Declared) -> dict[str, Any]:
    """Return an operation of the document."""
    parameters = [_parameter(each) for each in details.get("parameters", [])] + _header_parameters(method, check)
    described = {
        "operationId": details["operationId"],
        "summary": details["summary"],
        "description": _description(details.get("description", ""), check),
        "tags": details["tags"],
        "security": [{SECURITY_SCHEME: [check.scope] if check.scope else []}],
        "parameters": parameters,
        "requestBody": _tidy(details.get("requestBody")),
        "responses": _answers(method, details, check),
    }
    return {name: value for name, value in described.items() if value or name == "security"}


def _description(text: str, check: Declared) -> str:
    needs = f"Requires the scope `{check.scope}`." if check.scope else "Requires no scope."
    return f"{text}\n\n{needs}".strip()


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an optional parameter, which is omitted rather than null."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    return (
        {**schema, "anyOf": choices}
        if len(choices) > 1
        else {**_without(schema, "anyOf"), **(choices[0] if choices else {})}
    )


def _without(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != name}


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = _without_null(_tidy(parameter["schema"]))
    description = schema.pop("description", "") or parameter.get("description", "")
    tidy = {**{name: parameter[name] for name in ("name", "in", "required")}, "description": description}
    if parameter["in"] == "path":
        limits = {"minLength": 36, "maxLength": 36} if schema.get("format") == "uuid" else {"maxLength": 254}
        schema = {**limits, **schema}
        tidy["description"] = description or "The id."
    return {**tidy, "schema": schema}


def _header_parameters(method: str, check: Declared) -> list[dict[str, Any]]:
    found = []
    if method == "post":
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "A new random string for each request, such as a UUID. If you send a request again "
                "with the same key within 24 hours, it runs once and gets the same response.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            }
        )
    if check.notes.versioned and method != "get":
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": False,
                "description": "The ETag of the version to change. If the resource has changed, you get 412.",
                "schema": {"type": "string", "minLength": 1, "maxLength": MAX_IF_MATCH, "pattern": IF_MATCH},
            }
        )
    return found


def _answers(method: str, details: dict[str, Any], check: Declared) -> dict[str, Any]:
    answers = {
        status: _success(method, status, answer, details, check) for status, answer in details["responses"].items()
    }
    for status in sorted(_problem_statuses(method, details, check)):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return answers


def _success(method: str, status: str, answer: dict, details: dict, check: Declared) -> dict[str, Any]:
    headers = [*EVERY_ANSWER, *LIMIT_HEADERS]
    if check.notes.versioned and status != "204":
        headers.append("ETag")
    if any(each["name"] == "after" for each in details.get("parameters", ())):
        headers.append("Link")
    found = {
        "description": "Done." if status == "204" else details["summary"] + ".",
        "headers": header_refs(*headers),
        "content": {kind: {"schema": _tidy(each["schema"])} for kind, each in answer.get("content", {}).items()},
        "links": {
            link.operation_id: {"operationId": link.operation_id, "parameters": dict(link.parameters)}
            for link in check.notes.links
        },
    }
    if check.notes.also:
        found["content"][check.notes.also] = {"schema": {"type": "string", "maxLength": 10_000_000}}
    return {name: value for name, value in found.items() if value}


def _problem_statuses(method: str, details: dict[str, Any], check: Declared) -> set[int]:
    """Return the error statuses that an operation can return."""
    statuses = {401, 403, 422, 429, 500, 503}
    if any(each["in"] == "path" for each in details.get("parameters", ())):
        statuses.add(404)
    if method != "get":
        statuses |= {400, 409, 413}
    if "requestBody" in details:
        statuses.add(415)
    if check.notes.versioned and method != "get":
        statuses.add(412)
    return statuses
