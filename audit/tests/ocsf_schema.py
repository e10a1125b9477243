"""Check events against OCSF's own definitions, of which data/ocsf.json has the classes and objects that we use."""

import json
import re
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

PYTHON = {"integer_t": int, "long_t": int, "timestamp_t": int, "port_t": int, "float_t": float, "boolean_t": bool}


@cache
def schema() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "data" / "ocsf.json").read_text())


def problems_of(event: dict[str, Any]) -> list[str]:
    """Return what is wrong with the event, or []."""
    found = [each for each in schema()["classes"].values() if each["class_uid"] == event.get("class_uid")]
    if not found:
        return [f"class_uid {event.get('class_uid')} is unknown"]
    problems = _check(event, found[0], "")
    if event.get("category_uid") != found[0]["category_uid"]:
        problems.append("category_uid doesn't fit the class")
    if event.get("class_name") != found[0]["caption"]:
        problems.append("class_name doesn't fit the class")
    if event.get("type_uid") != event["class_uid"] * 100 + event.get("activity_id", -1):
        problems.append("type_uid isn't class_uid * 100 + activity_id")
    return problems


def _check(value: dict[str, Any], definition: dict[str, Any], path: str) -> list[str]:
    attributes, problems = definition["attributes"], []
    for name, attribute in attributes.items():
        if attribute["requirement"] == "required" and name not in value:
            problems.append(f"{path}{name} is missing")
    one_of = definition.get("constraints", {}).get("at_least_one", [])
    if one_of and not any(name in value for name in one_of):
        problems.append(f"{path} needs one of {one_of}")
    for name, each in value.items():
        if name not in attributes:
            problems.append(f"{path}{name} isn't an attribute")
        else:
            problems += _check_value(each, attributes[name], path + name)
    return problems


def _check_value(value: Any, attribute: dict[str, Any], path: str) -> list[str]:
    if attribute.get("is_array"):
        if not isinstance(value, list):
            return [f"{path} isn't a list"]
        single = {**attribute, "is_array": False}
        return [problem for each in value for problem in _check_value(each, single, f"{path}[]")]
    kind = attribute["type"]
    if kind in schema()["objects"]:
        is_object = isinstance(value, dict)
        return _check(value, schema()["objects"][kind], f"{path}.") if is_object else [f"{path} isn't an object"]
    if kind in ("object", "json_t"):
        return []
    if not kind.endswith("_t"):
        return [f"{path} has the type {kind}, whose definition isn't in data/ocsf.json"]
    if not isinstance(value, PYTHON.get(kind, str)) or (isinstance(value, bool) and kind != "boolean_t"):
        return [f"{path} isn't a {kind}"]
    if "enum" in attribute and value not in attribute["enum"]:
        return [f"{path} can't be {value}"]
    return _check_text(value, kind, path)


def _check_text(value: Any, kind: str, path: str) -> list[str]:
    if kind == "ip_t":
        try:
            ip_address(value)
        except ValueError:
            return [f"{path} isn't an address"]
    elif kind == "email_t" and not re.search(schema()["types"][kind]["regex"], value):
        return [f"{path} doesn't match {kind}"]
    return []
