"""Signed-in browsers, and their sessions in the database."""

from typing import Any

from django.conf import settings
from django.test import Client

from accounts.models import AuthenticatorApp, Session, User
from accounts.services import notify_two_factor_listeners
from accounts.services.sign_in import SECOND_FACTOR
from accounts.sessions import hash_key
from organizations.models import Organization
from teamadmin.testing.cast import PASSWORD


def sign_in(email: str, *slugs: str, **options: Any) -> Client:
    """Return a client that signed in with the password and opened these organizations."""
    client = Client(**options)
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    for slug in slugs:
        client.get(f"/o/{slug}/")
    return client


def session_key(client: Client) -> str:
    """Return the stored key of the client's session."""
    return hash_key(client.cookies[settings.SESSION_COOKIE_NAME].value)


def set_session(client: Client, **columns: Any) -> None:
    """Set columns of the client's session, as time does."""
    assert Session.objects.filter(pk=session_key(client)).update(**columns) == 1


def use_second_factor(client: Client, factor: str = "app") -> None:
    """Use a second factor in the client's session."""
    session = client.session
    session[SECOND_FACTOR] = factor
    session.save()


def add_app(user: User) -> None:
    """Give the user an authenticator app."""
    AuthenticatorApp.objects.create(user=user, name="App")
    notify_two_factor_listeners(user=user)


def set_policies(organization: Organization, **policies: Any) -> None:
    """Set columns of the organization."""
    Organization.objects.filter(pk=organization.pk).update(**policies)
    organization.refresh_from_db()


def statuses(client: Client, *slugs: str) -> list[str | int]:
    """Return for each organization the status of its homepage, or where it leads instead."""
    responses = [client.get(f"/o/{slug}/") for slug in slugs]
    return [
        response["Location"].split("?")[0] if response.status_code == 302 else response.status_code
        for response in responses
    ]
