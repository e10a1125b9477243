"""The empty state of a list page."""

from dataclasses import dataclass, field


@dataclass
class EmptyState:
    """The parameters of templates/ui/empty.html: heading, text, link, and filters to remove (label, URL)."""

    heading: str
    text: str = ""
    url: str = ""
    action: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
