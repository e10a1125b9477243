"""Creating, changing and deleting users."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import CsvSeparator, Theme, User
from audit.services import record
from base.uploads import delete_after_commit
from base.zones import zone_named


@transaction.atomic
def create_verified_user(*, email: str, first_name: str, last_name: str, password: str | None) -> User:
    """Create a user whose email address is verified, by a link sent there or by the operator.

    `email` is canonical. Without a password, the user can't sign in before choosing one with a reset link. Raise
    IntegrityError if the email address already has a user.
    """
    return create_user(email, first_name, last_name, password, is_verified=True)


def create_user(email: str, first_name: str, last_name: str, password: str | None, *, is_verified: bool) -> User:
    """Create a user, as create_verified_user() and create_unverified_user() do."""
    names = {"first_name": first_name, "last_name": last_name}
    user = User.objects.create_user(email, password, is_address_verified=is_verified, **names)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(organization_id=None, actor=user, action="user.created", target=user)
    return user


def set_theme(*, user: User, theme: Theme) -> None:
    """Save the user's theme."""
    user.theme = theme
    user.save(update_fields=["theme"])


def set_time_zone(*, user: User, time_zone: str) -> None:
    """Save the user's time zone, "" for the one that the browser names. Raise ValueError for another text."""
    if time_zone and zone_named(time_zone) is None:
        raise ValueError(time_zone)
    user.time_zone = time_zone
    user.save(update_fields=["time_zone"])


def set_csv_separator(*, user: User, separator: CsvSeparator) -> None:
    """Save what separates the columns in the user's CSV files."""
    user.csv_separator = separator
    user.save(update_fields=["csv_separator"])


@transaction.atomic
def rename_user(*, user: User, first_name: str, last_name: str) -> None:
    """Change the user's own name. Names of memberships don't change: organizations control those."""
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])
    record(organization_id=None, actor=user, action="user.renamed", target=user)


def lock_user(user: User) -> User:
    """Lock the user's row until the transaction ends, so that they can't become a member anywhere in the meantime.

    In the order of locks, users come after organizations and members. Raise User.DoesNotExist if the user is gone.
    """
    return User.objects.select_for_update().get(pk=user.pk)


def delete_user(*, user: User) -> None:
    """Delete the user. Their sessions end, because no user is left to sign in (U-13)."""
    record(organization_id=None, actor=None, action="user.deleted", target=user)
    delete_after_commit(user.avatar.name)
    user.delete()
