"""What a SAML identity provider calls a person (NameID)."""

from django.core.exceptions import ValidationError
from lxml import etree

from base.text import canonical_email, clean_line


def text_of(element: etree._Element | None) -> str:
    """Return an element's text. It has no children: see grammar.py."""
    return "" if element is None else (element.text or "").strip()


def subject_of(name_id: etree._Element) -> str:
    """Return the subject as it's stored: as it was sent, without surrounding whitespace.

    An email address is in lower case, because providers and people change its case, and it's the same address.
    """
    return clean_email(text_of(name_id)) or text_of(name_id)


def clean_email(text: str) -> str:
    """Return the canonical email address, or "" if it isn't one."""
    try:
        return canonical_email(text)
    except ValidationError:
        return ""


def clean_name(text: str) -> str:
    """Return a name as one line, or "" if it can't be one."""
    try:
        return clean_line(text)
    except ValidationError:
        return ""
