"""Registry of what members own in other apps. Each app registers a function in ready(), as with organizations.pages."""

from collections.abc import Callable

from organizations.models import Membership

# Returns texts such as "3 datasets", [] if the member owns nothing.
TextsOfOwned = Callable[[Membership], list[str]]
_registered: list[TextsOfOwned] = []


def register(texts: TextsOfOwned) -> None:
    if texts not in _registered:
        _registered.append(texts)


def owned_by(member: Membership) -> list[str]:
    """Return what loses its owner when the member is deleted, one text for each kind."""
    return [text for texts in _registered for text in texts(member)]
