"""What a SCIM request may contain, checked before the library parses it: size, JSON, filters and paths."""

import json
import math
import re
from typing import Any

from scim2_models import InvalidFilterException, InvalidSyntaxException, InvalidValueException, PayloadTooLargeException

from base.strict_json import BYTE_ORDER_MARKS, MAX_DEPTH, MAX_DIGITS, is_storable

MAX_BODY = 1024 * 1024
# Of a PATCH, and of a Bulk request.
MAX_OPERATIONS, MAX_BULK_OPERATIONS = 1000, 100
MAX_FILTER = 2000
MAX_FILTER_DEPTH = 20
MAX_FILTER_TERMS = 50
MAX_QUERY = 8000
PAGE_SIZE, MAX_PAGE_SIZE = 100, 200
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# NUL and surrogates, escaped as in JSON.
UNSTORABLE = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)
LOGICAL = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)


def _number(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise InvalidSyntaxException(detail="The JSON has a number with too many digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise InvalidSyntaxException(detail="The JSON has a number that is too large")
    return value


def _constant(text: str) -> Any:
    raise InvalidSyntaxException(detail=f"{text} isn't valid JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object. Attribute names are case insensitive, so "active" and "Active" are the same name twice."""
    if len({name.lower() for name, _value in pairs}) != len(pairs):
        raise InvalidSyntaxException(detail="The JSON has the same attribute twice")
    return dict(pairs)


def read_json(body: bytes) -> Any:
    """Return the value of a JSON body in UTF-8. Raises SCIM errors for everything that RFC 8259 doesn't allow."""
    if len(body) > MAX_BODY:
        raise PayloadTooLargeException(detail=f"The body is larger than {MAX_BODY} bytes")
    if body.startswith(BYTE_ORDER_MARKS):
        raise InvalidSyntaxException(detail="The body must be UTF-8 without a byte order mark")
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, parse_int=_number, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError:
        raise InvalidSyntaxException(detail="The body isn't valid UTF-8") from None
    except RecursionError:
        raise InvalidSyntaxException(detail="The JSON is nested too deeply") from None
    except ValueError as error:
        raise InvalidSyntaxException(detail=f"The body isn't valid JSON: {error}") from None
    check_value(value)
    return value


def check_value(value: Any, depth: int = 0) -> None:
    """Raise a SCIM error for text that a database can't store, and for values that are nested too deeply."""
    if depth > MAX_DEPTH:
        raise InvalidSyntaxException(detail="The JSON is nested too deeply")
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_text(name)
            check_value(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_value(item, depth + 1)


def check_text(text: str) -> None:
    """Raise a SCIM error for NUL and lone surrogates."""
    if not is_storable(text):
        raise InvalidValueException(detail="Text must not contain NUL characters or lone surrogates")


def check_filter(text: str) -> None:
    """Raise a SCIM error for a filter or path that is too long, too deep or has too many terms, without parsing it."""
    check_text(text)
    if UNSTORABLE.search(text):
        raise InvalidFilterException(detail="Write characters as they are, not as surrogates or NUL")
    if len(text) > MAX_FILTER:
        raise InvalidFilterException(detail=f"Filters can have at most {MAX_FILTER} characters")
    bare = QUOTED.sub('""', text)
    depth = deepest = 0
    for char in bare:
        depth += (char in "([") - (char in ")]")
        deepest = max(deepest, depth)
    if deepest > MAX_FILTER_DEPTH:
        raise InvalidFilterException(detail=f"Filters can be nested at most {MAX_FILTER_DEPTH} levels deep")
    if len(LOGICAL.findall(bare)) >= MAX_FILTER_TERMS:
        raise InvalidFilterException(detail=f"Filters can have at most {MAX_FILTER_TERMS} terms")


def check_query(query: dict[str, str]) -> None:
    """Raise a SCIM error for query parameters beyond the limits."""
    if sum(map(len, query.values())) > MAX_QUERY:
        raise InvalidValueException(detail="The query is too long")
    for name, value in query.items():
        check_text(name)
        check_text(value)
        if name.lower() in ("filter", "sortby"):
            check_filter(value)
