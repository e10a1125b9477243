"""Schemas of the OpenAPI document as rows for the documentation page, and their examples."""

from dataclasses import dataclass
from typing import Any

from api.openapi import document

MAX_DEPTH = 3
EXAMPLES = {
    "uuid": "0197f3a2-1c5e-7d3a-9b61-5f2f0c1a7e44",
    "date-time": "2026-03-02T09:30:00Z",
    "email": "nadia@acme.example",
}


@dataclass(frozen=True)
class Row:
    """A property or parameter: "owner.name", its type in words, and what it means."""

    name: str
    kind: str
    required: bool
    description: str

    @classmethod
    def of(cls, name: str, schema: dict[str, Any], *, required: bool, description: str = "") -> "Row":
        return cls(name, kind_of(schema), required, description or schema.get("description", ""))


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a reference names, merged with the keys beside the reference."""
    if "$ref" not in schema:
        return schema
    target = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}


def _choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [resolve(each) for each in schema.get("anyOf", ())]


def kind_of(schema: dict[str, Any]) -> str:
    """Return the type in words, like "text, up to 100 characters" or "id or null"."""
    schema = resolve(schema)
    if choices := _choices(schema):
        return " or ".join(kind_of(each) for each in choices)
    if "enum" in schema or "const" in schema:
        return " | ".join(str(each) for each in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    if kind == "integer" and "minimum" in schema and "maximum" in schema:
        return f"number from {schema['minimum']} to {schema['maximum']}"
    if kind == "string":
        return _kind_of_text(schema)
    return {"integer": "number", "boolean": "true or false", "object": "object"}.get(kind, kind)


def _kind_of_text(schema: dict[str, Any]) -> str:
    known = {"uuid": "id", "date-time": "time (RFC 3339)", "email": "email address"}.get(schema.get("format", ""))
    if known:
        return known
    return f"text, up to {schema['maxLength']} characters" if "maxLength" in schema else "text"


def rows_of(schema: dict[str, Any], prefix: str = "", depth: int = 0) -> list[Row]:
    """Return the properties of an object and of the objects in it, with their paths."""
    schema = resolve(schema)
    required = schema.get("required", ())
    found: list[Row] = []
    for name, value in schema.get("properties", {}).items():
        found.append(Row.of(f"{prefix}{name}", resolve(value), required=name in required))
        inner, mark = _object_in(value)
        if inner and depth < MAX_DEPTH:
            found += rows_of(inner, f"{prefix}{name}{mark}.", depth + 1)
    return found


def _object_in(schema: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the object schema of a property or of its list items, and "[]" for a list, otherwise ""."""
    schema = resolve(schema)
    for choice in _choices(schema) or [schema]:
        if "properties" in choice:
            return choice, ""
        items = resolve(choice.get("items", {})) if choice.get("type") == "array" else {}
        if "properties" in items:
            return items, "[]"
    return {}, ""


def example_of(schema: dict[str, Any]) -> Any:
    """Return an example of a value."""
    schema = resolve(schema)
    if examples := schema.get("examples"):
        return examples[0]
    if choices := _choices(schema):
        return example_of(choices[0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", *schema.get("enum", [None])[:1])
    if "default" in schema:
        return schema["default"]
    kind = schema.get("type")
    if kind == "object":
        return {name: example_of(value) for name, value in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}))]
    if kind == "string":
        return EXAMPLES.get(schema.get("format", ""), "text")
    return {"boolean": True, "integer": schema.get("minimum", 1)}.get(str(kind))
