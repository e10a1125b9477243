"""What a member owns, for the confirmation before they are deleted."""

from django.db.models import Count, Value

from organizations.models import Membership
from workspace.records.types import TYPES


def texts_of_owned(member: Membership) -> list[str]:
    """Return "3 datasets", "1 source" and so on. One query. Archived ones count: they can be restored."""
    counts = [
        record_type.model._default_manager.filter(owner=member)
        .order_by()
        .values_list(Value(record_type.key))
        .annotate(number=Count("pk"))
        for record_type in TYPES
    ]
    first, *others = counts
    numbers: dict[str, int] = dict(first.union(*others, all=True))
    return [each.counted_as(numbers[each.key]) for each in TYPES if numbers.get(each.key)]
