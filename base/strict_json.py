"""Parsing untrusted JSON: RFC 8259 only, with limits, and only text that a database can store."""

import json
import math
from typing import Any

MAX_DEPTH = 20
MAX_DIGITS = 20
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")


class BadJson(ValueError):
    """The text isn't valid JSON or exceeds a limit. str() is a sentence for the client."""


def read_json(body: bytes) -> Any:
    """Return the value of JSON text in UTF-8. Raises BadJson, also for duplicate names in an object."""
    if body.startswith(BYTE_ORDER_MARKS):
        raise BadJson("The body must be UTF-8 without a byte order mark.")
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
        check_value(value)
    except UnicodeDecodeError:
        raise BadJson("The body isn’t valid UTF-8.") from None
    except RecursionError:
        raise BadJson("The JSON is nested too deeply.") from None
    except BadJson:
        raise
    except ValueError as error:
        raise BadJson(f"The body isn’t valid JSON: {error}.") from None
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise BadJson("The JSON has a number with too many digits.")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise BadJson("The JSON has a number that is too large.")
    return value


def _constant(text: str) -> Any:
    raise BadJson(f"{text} isn’t valid JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadJson("The JSON has the same name twice in an object.")
    return value


def check_value(value: Any, depth: int = 0) -> None:
    """Raise BadJson for text that a database can't store, and for values nested too deeply."""
    if depth > MAX_DEPTH:
        raise BadJson("The JSON is nested too deeply.")
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
    """Raise BadJson if the text contains NUL or lone surrogates."""
    if not is_storable(text):
        raise BadJson("Text must not contain NUL characters or lone surrogates.")


def is_storable(text: str) -> bool:
    """Return whether a database can store the text: it has no NUL characters and no lone surrogates."""
    return "\x00" not in text and (text.isascii() or _is_unicode(text))


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
