"""What an empty list page says."""

from dataclasses import dataclass, field


@dataclass
class EmptyState:
    """What templates/ui/empty.html shows: a heading, a text, a link, and filters that can be removed (label, URL)."""

    heading: str
    text: str = ""
    url: str = ""
    action: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
