"""What this process has kept of pages, taken away."""

from base.answers import PAGES
from base.templatetags.kept import PARTS
from console.rows import ROWS


def forget() -> None:
    """As in a process that has written no page yet."""
    for kept in (PAGES, PARTS, ROWS):
        kept.clear()
