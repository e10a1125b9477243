"""What a rule answers, and what a service raises when the answer is no."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied


@dataclass(frozen=True)
class Decision:
    """A rule's answer: allowed, or not and why (a sentence for the person asking)."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Decision(True)


class Refused(PermissionDenied):
    """A rule said no; str() is its reason, fit to be shown."""


def refuse(reason: object) -> Decision:
    """A Decision that says no, with its reason (lazy translations are resolved here)."""
    return Decision(False, str(reason))


def require(decision: Decision) -> None:
    """Raises Refused with the decision's reason unless it is allowed."""
    if not decision.allowed:
        raise Refused(decision.reason)
