"""What a rule answers, and what a service raises when the answer is no."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied


@dataclass(frozen=True)
class Decision:
    """A rule's answer: allowed, or not and why (a sentence for the person asking).

    `applies` False: there is nothing to allow, so menus leave the thing out; a refusal that applies is shown off there,
    with its reason. A request is refused in the same words either way.
    """

    allowed: bool
    reason: str = ""
    applies: bool = True

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Decision(True)


class Refused(PermissionDenied):
    """A rule said no; str() is its reason, fit to be shown."""


class TooSoon(Refused):
    """A limit is reached: the same will be allowed at `again_at` (None: not as it is)."""

    def __init__(self, reason: object, again_at: datetime | None = None):
        self.again_at = again_at
        super().__init__(str(reason))


def deny(reason: object) -> Decision:
    """A Decision that says no, with its reason (lazy translations are resolved here)."""
    return Decision(False, str(reason))


def not_applicable(reason: object) -> Decision:
    """A Decision that says no because it does not come into question here: not offered at all."""
    return Decision(False, str(reason), applies=False)


def require(decision: Decision) -> None:
    """Raises Refused with the decision's reason unless it is allowed."""
    if not decision.allowed:
        raise Refused(decision.reason)
