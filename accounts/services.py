"""Writing users."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import EmailAddress, Login
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse

from accounts.models import Theme, User
from audit.services import record


@transaction.atomic
def create_invited_user(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """A user whose address is proven by the link that was mailed there. `email` is canonical.

    IntegrityError where the address has a user already.
    """
    user = User.objects.create_user(email, password, first_name=first_name, last_name=last_name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(organization_id=None, actor=user, action="user.created", target=user)
    return user


def sign_in_with_new_password(request: HttpRequest, user: User, *, leads_to: str) -> HttpResponse:
    """Signs in who has set a password just now, through all of allauth's stages; answers with the way to `leads_to`."""
    return perform_password_login(
        request, {"email": user.email}, Login(user=user, email=user.email, redirect_url=leads_to)
    )


def set_theme(*, user: User, theme: Theme) -> None:
    """Keeps the colours that the user chose."""
    user.theme = theme
    user.save(update_fields=["theme"])


@transaction.atomic
def rename_user(*, user: User, first_name: str, last_name: str) -> None:
    """The user's own name; what organizations call their member stays theirs to change."""
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["first_name", "last_name"])
    record(organization_id=None, actor=user, action="user.renamed", target=user)


def end_sessions(*, user: User) -> None:
    """Ends every session of the user at its next request, those that are just being opened as well (U-10, S-5)."""
    User.objects.filter(pk=user.pk).update(sessions_version=F("sessions_version") + 1)
    user.refresh_from_db(fields=["sessions_version"])


def delete_user(*, user: User) -> None:
    """Deletes the user and with them every session: nobody is left whom they could sign in (U-13)."""
    record(organization_id=None, actor=None, action="user.deleted", target=user)
    user.delete()
