"""The result of a policy, and the exceptions that services raise when it is a denial."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied


@dataclass(frozen=True)
class Decision:
    """Whether something is allowed, and if not, why (a sentence for the current user).

    With `applies` False, menus leave the action out. Otherwise they show a denied action as disabled, with the reason.
    Requests are denied with the same reason in both cases.
    """

    allowed: bool
    reason: str = ""
    applies: bool = True

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Decision(True)


class Refused(PermissionDenied):
    """A policy denied the action. str() is the reason to show."""


class RateLimited(Refused):
    """A limit is reached. The same request will be allowed at `retry_at` (None: never in this form)."""

    def __init__(self, reason: object, retry_at: datetime | None = None):
        self.retry_at = retry_at
        super().__init__(str(reason))


def deny(reason: object) -> Decision:
    """Return a denial with this reason. Lazy translations are resolved here."""
    return Decision(False, str(reason))


def not_applicable(reason: object) -> Decision:
    """Return a denial of an action that doesn't make sense here, so that menus leave it out."""
    return Decision(False, str(reason), applies=False)


def require(decision: Decision) -> None:
    """Raise Refused with the decision's reason unless it is allowed."""
    if not decision.allowed:
        raise Refused(decision.reason)
