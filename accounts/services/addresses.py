"""Whether users have the mailbox of their email address. Only links that no one else can have prove it."""

from django.db import transaction

from accounts.models import User
from accounts.services.users import create_user


@transaction.atomic
def create_unverified_user(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a user by a link that others may have had too, such as a copied invitation link (I-10).

    Until verify_address(), the user can't join organizations because of their address. Otherwise like
    create_verified_user().
    """
    return create_user(email, first_name, last_name, password, is_verified=False)


def verify_address(*, user: User) -> bool:
    """Record that the user has received a link at their address. Return False if it was verified before."""
    return bool(User.objects.filter(pk=user.pk, is_address_verified=False).update(is_address_verified=True))
