"""Okta's and Entra's ways to write SCIM requests, rewritten as RFC 7643 and 7644 have them.

Each rewriting is noted in a sentence for the log.
"""

from typing import Any

from scim2_models import InvalidSyntaxException, InvalidValueException, PayloadTooLargeException

from provisioning.scim.limits import MAX_OPERATIONS, check_filter
from provisioning.scim.schemas import ENTERPRISE, GROUP, USER

SCHEMAS = {ENTERPRISE.lower(), USER.lower(), GROUP.lower()}
BOOLEANS = {"true": True, "false": False}
# Attributes and sub-attributes that are true or false.
BOOLEAN_NAMES = ("active", "primary")


class Notes:
    """Sentences about how a request was read, each once."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, sentence: str) -> None:
        if sentence not in self.sentences and len(self.sentences) < 5:
            self.sentences.append(sentence)


def normalize(payload: Any, notes: Notes) -> Any:
    """Return the payload of any SCIM request without the variants. Raises SCIM errors."""
    if not isinstance(payload, dict):
        raise InvalidSyntaxException(detail="The body must be a JSON object")
    fields = {name.lower(): name for name in payload}
    if "operations" not in fields:
        return _resource(payload, notes)
    operations = payload[fields["operations"]]
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise InvalidSyntaxException(detail="Operations must be a list of objects")
    if len(operations) > MAX_OPERATIONS:
        raise PayloadTooLargeException(detail=f"A request can have at most {MAX_OPERATIONS} operations")
    changed = [new for each in operations for new in _operation(each, notes)]
    return {**payload, fields["operations"]: changed}


def _operation(operation: dict[str, Any], notes: Notes) -> list[dict[str, Any]]:
    fields = {name.lower(): value for name, value in operation.items()}
    if "method" in fields:  # an operation of a Bulk request
        data = next((name for name in operation if name.lower() == "data"), None)
        if data is None or operation[data] is None:
            return [operation]
        return [{**operation, data: normalize(operation[data], notes)}]
    op, path = fields.get("op"), fields.get("path")
    if not isinstance(op, str) or op.lower() not in ("add", "remove", "replace"):
        raise InvalidSyntaxException(detail="op must be add, remove or replace")
    if op != op.lower():
        notes.add(f"“{op}” was read as {op.lower()}.")
    if path is not None and not isinstance(path, str):
        raise InvalidSyntaxException(detail="path must be a string")
    result: dict[str, Any] = {"op": op.lower()}
    if not path:
        return _without_path(result, fields.get("value"), notes)
    check_filter(path)
    result["path"] = path
    if "value" in fields:
        result["value"] = _value(path, fields["value"], notes)
    return [result]


def _without_path(operation: dict[str, Any], value: Any, notes: Notes) -> list[dict[str, Any]]:
    """Return the operations for a value without a path. Entra names paths as attributes: {"name.givenName": "Ada"}."""
    if not isinstance(value, dict):
        if operation["op"] == "remove":
            return [operation]  # the library has the error for it
        raise InvalidValueException(detail="An operation without a path needs an object as its value")
    plain = {name: item for name, item in value.items() if not _is_path(name)}
    operations = [{**operation, "value": _resource(plain, notes)}] if plain or not value else []
    for name, item in value.items():
        if _is_path(name):
            notes.add(f"The attribute “{name[:60]}” was read as a path.")
            check_filter(name)
            operations.append({**operation, "path": name, "value": _value(name, item, notes)})
    return operations


def _is_path(name: str) -> bool:
    lower = name.lower()
    if lower.startswith("urn:"):
        return lower not in SCHEMAS
    return "." in lower or "[" in lower


def _value(path: str, value: Any, notes: Notes) -> Any:
    name = path.lower().rpartition(":")[2].rpartition(".")[2]
    if name in BOOLEAN_NAMES:
        return _boolean(name, value, notes)
    if name == "externalid":
        return _text(name, value, notes)
    if name == "manager" and isinstance(value, str):
        notes.add("The manager was read as its id.")
        return {"value": value}
    if isinstance(value, dict):
        return _resource(value, notes)
    if isinstance(value, list):
        return [_resource(item, notes) if isinstance(item, dict) else item for item in value]
    return value


def _resource(data: dict[str, Any], notes: Notes, depth: int = 0) -> dict[str, Any]:
    result = {}
    for name, value in data.items():
        lower = name.lower()
        if lower in BOOLEAN_NAMES:
            value = _boolean(lower, value, notes)
        elif lower == "externalid":
            value = _text(lower, value, notes)
        elif lower == "manager" and isinstance(value, str):
            value = {"value": value} if value else None
        elif isinstance(value, dict) and depth < 3:
            value = _resource(value, notes, depth + 1)
        elif isinstance(value, list) and depth < 3:
            value = [_resource(item, notes, depth + 1) if isinstance(item, dict) else item for item in value]
        result[name] = value
    return result


def _boolean(name: str, value: Any, notes: Notes) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in BOOLEANS:
        notes.add(f"“{value}” was read as {value.lower()}.")
        return BOOLEANS[value.lower()]
    raise InvalidValueException(detail=f"{name} must be true or false")


def _text(name: str, value: Any, notes: Notes) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        notes.add(f"The number {value} was read as text.")
        return str(value)
    return value
