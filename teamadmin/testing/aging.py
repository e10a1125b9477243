"""Old sign-ins, and the page that asks for a fresh one (S-7)."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from django.utils import timezone

from accounts.models import Session
from accounts.services.sign_in import CONFIRMED_AT
from accounts.sessions import hash_key
from teamadmin.testing.cast import PASSWORD


def age(client: Client, minutes: int) -> None:
    """Make the session as old as if its user had signed in that many minutes ago."""
    session = client.session
    if session.pop(CONFIRMED_AT, None):
        session.save()
    then = timezone.now() - timedelta(minutes=minutes)
    Session.objects.filter(pk=hash_key(client.session.session_key)).update(signed_in_at=then)


def asks(response) -> bool:
    """Return whether the response leads to the page that asks for a fresh sign-in."""
    return response.status_code == 302 and response["Location"].startswith("/accounts/reauthenticate/?")


def fields_of(response) -> dict[str, str]:
    """Return the hidden fields of the page that asks."""
    url = response.headers.get("HX-Redirect") or response["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def confirm(client: Client, response, **factor: str):
    """Confirm the identity of the user on the page that `response` leads to, by default with PASSWORD."""
    return client.post("/accounts/reauthenticate/", fields_of(response) | (factor or {"password": PASSWORD}))
