"""Texts for the page that shows a new key."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from organizations.scopes import READ, RESOURCES, WRITE, scope


def list_powers(scopes: Iterable[str]) -> list[str]:
    """Return sentences like "Reads members and groups"."""
    names = set(scopes)
    writes = [str(each.label).lower() for each in RESOURCES if scope(each.key, WRITE) in names]
    reads = [
        str(each.label).lower()
        for each in RESOURCES
        if scope(each.key, READ) in names and scope(each.key, WRITE) not in names
    ]
    sentences = [(_("Reads and changes %(resources)s"), writes), (_("Reads %(resources)s"), reads)]
    return [text % {"resources": get_text_list(labels, _("and"))} for text, labels in sentences if labels]


def example_request(scopes: Iterable[str], secret: str) -> str:
    """Return a command that lists the first resource that the key can read. It has only the secret's prefix."""
    names = set(scopes)
    first = next(each.key for each in RESOURCES if scope(each.key, READ) in names)
    return f'curl {settings.BASE_URL}/api/v1/{first} \\\n  -H "Authorization: Bearer {secret[:4]}…"'
