"""A viewer's own choice of columns (U-5). It affects no one else, so no audit entry is written."""

from collections.abc import Sequence

from console.users.params import Tab
from organizations.models import Membership


def save_columns(*, actor: Membership, tab: Tab, columns: Sequence[str]) -> None:
    """Shows the member these optional columns on that list from now on; none: the usual ones."""
    name = "columns" if tab == Tab.ALL else "pending_columns"
    setattr(actor, name, ",".join(columns))
    Membership.objects.filter(pk=actor.pk).update(**{name: getattr(actor, name)})
