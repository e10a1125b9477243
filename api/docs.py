"""Data for the documentation page, from the OpenAPI document: operations, parameters and examples."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings

from api.docs_schemas import Row, example_of, resolve, rows_of
from api.openapi import document
from api.problems import KINDS


@dataclass(frozen=True)
class Parameter:
    """A parameter in the path, the query or a header."""

    name: str
    place: str
    required: bool
    row: Row
    choices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """A response. `anchor` is the HTML id of the problem's description, "" for success."""

    status: str
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Operation:
    """An operation. `description` is a list of paragraphs, each a list of (text, is_code)."""

    id: str
    method: str
    path: str
    summary: str
    description: list[list[tuple[str, bool]]]
    scope: str
    parameters: list[Parameter]
    body: list[Row]
    body_example: str
    answers: list[Answer]
    result: list[Row]
    result_example: str
    curl: str

    @property
    def tone(self) -> str:
        return {"GET": "success", "DELETE": "danger"}.get(self.method, "accent")


@dataclass(frozen=True)
class Section:
    """The operations of a tag."""

    name: str
    description: str
    anchor: str
    operations: list[Operation]


@cache
def sections() -> list[Section]:
    """Return all sections with operations, in the order of the tags."""
    found: dict[str, list[Operation]] = {}
    for path, item in document()["paths"].items():
        for method, details in item.items():
            found.setdefault(details["tags"][0], []).append(_operation(method, path, details))
    return [
        Section(tag["name"], tag["description"], tag["name"].lower().replace(" ", "-"), found[tag["name"]])
        for tag in document()["tags"]
        if tag["name"] in found
    ]


def first_call() -> str:
    """Return the shell commands of the first request."""
    url = f"{settings.BASE_URL}/api/v1/organization"
    return f'export ACCESS_KEY=tao_…\ncurl {url} -H "Authorization: Bearer $ACCESS_KEY"'


def problems() -> list[dict[str, Any]]:
    """Return the kinds of problems, as the page lists them. Problem documents link to them by `type`."""
    return [
        {"status": status, "anchor": f"problem-{kind.slug}", "title": kind.title, "advice": kind.advice}
        for status, kind in KINDS.items()
    ]


def _operation(method: str, path: str, details: dict[str, Any]) -> Operation:
    body = _schema_in(details.get("requestBody", {}))
    result = _schema_in(next((each for status, each in details["responses"].items() if status < "3"), {}))
    example = _json(example_of(body)) if body else ""
    return Operation(
        id=details["operationId"],
        method=method.upper(),
        path=path,
        summary=details["summary"],
        description=_paragraphs(details["description"]),
        scope=next(iter(details["security"][0].values()), [""])[0] if any(details["security"][0].values()) else "",
        parameters=list(_parameters(details)),
        body=rows_of(body) if body else [],
        body_example=example,
        answers=[_answer(status, each) for status, each in details["responses"].items()],
        result=rows_of(result) if result else [],
        result_example=_json(example_of(result)) if result else "",
        curl=_curl(method, path, details, body),
    )


def _schema_in(content: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a body or response, {} without one."""
    return next((each["schema"] for each in content.get("content", {}).values()), {})


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _paragraphs(text: str) -> list[list[tuple[str, bool]]]:
    """Split text with `code` into paragraphs of (text, is_code)."""
    paragraphs = text.split("\n\n")
    return [[(part, number % 2 == 1) for number, part in enumerate(each.split("`"))] for each in paragraphs]


def _parameters(details: dict[str, Any]) -> Iterator[Parameter]:
    for each in details.get("parameters", ()):
        schema = resolve(each["schema"])
        row = Row.of(each["name"], schema, required=each["required"], description=each["description"])
        yield Parameter(each["name"], each["in"], each["required"], row, [str(one) for one in schema.get("enum", ())])


def _answer(status: str, answer: dict[str, Any]) -> Answer:
    if "$ref" not in answer:
        return Answer(status, answer["description"])
    kind = KINDS[int(status)]
    return Answer(status, kind.title, f"problem-{kind.slug}")


def _curl(method: str, path: str, details: dict[str, Any], body: dict[str, Any]) -> str:
    """Return the curl command of an operation, with example values."""
    for each in details.get("parameters", ()):
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", str(example_of(each["schema"])))
    url = f"{settings.BASE_URL}/api/v1{path}"
    lines = [f'curl {url} -H "Authorization: Bearer $ACCESS_KEY"']
    if method != "get":
        lines[0] = f'curl -X {method.upper()} {url} -H "Authorization: Bearer $ACCESS_KEY"'
    if body:
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d '{json.dumps(example_of(body), ensure_ascii=False)}'")
    return " \\\n  ".join(lines)
