"""Pending members by what became of their invitation email (I-8)."""

from django.db.models import BooleanField, F, Func, Q

from organizations.models import DELIVERY_PROBLEMS


class IsPending(Func):
    """Whether a member is pending, for the indexes of pending members.

    The value isn't a parameter: a cached generic plan wouldn't know it, and couldn't use these indexes.
    """

    template = "%(expressions)s = 'invited'"

    def __init__(self) -> None:
        super().__init__(F("status"), output_field=BooleanField())


UNDELIVERED = Q(IsPending(), invite_delivery__in=DELIVERY_PROBLEMS)
