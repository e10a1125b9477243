"""The rows of the authenticator app and the backup codes in Privacy & security (S-4)."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.models import AuthenticatorApp
from accounts.queries import NO_FACTORS, SecondFactors, count_backup_codes, get_authenticator, get_second_factors
from teamadmin.testing.two_factor import add_authenticator

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-4")]
PATH = "/o/acme/preferences/security/"


def text_of_row(name: str, **context) -> str:
    context |= {"can_change": True}
    html = render_to_string(f"account/privacy/_{name}.html", context, RequestFactory().get(PATH))
    assert all("?next=/" not in url and "next=%2Fo%2F" in url for url in re.findall(r'href="([^"]*)"', html))
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_without_a_factor_it_offers_to_set_one_up():
    text = text_of_row("authenticator", app=None, factors=NO_FACTORS)
    assert "Off" in text and "Set up app" in text
    assert text_of_row("backup_codes", factors=NO_FACTORS, codes_left=0) == ""


def test_with_an_app(cast):
    user = cast.bo.user
    add_authenticator(user, codes=("abcd2345",))
    app, factors = get_authenticator(user), get_second_factors(user)
    text = text_of_row("authenticator", app=app, factors=factors)
    assert "Added on" in text and "Not used yet." in text and "Replace app Turn off 2FA" in text
    AuthenticatorApp.objects.update(last_used_at=app.created_at)
    assert "Last used on" in text_of_row("authenticator", app=get_authenticator(user), factors=factors)
    assert "Remove app" in text_of_row("authenticator", app=app, factors=SecondFactors(True, 1, app.created_at))
    codes = text_of_row("backup_codes", factors=factors, codes_left=count_backup_codes(user))
    assert "1 of 10 left Running low Generate new codes" in codes.replace("  ", " ")
    assert "only an Admin can help" in text_of_row("backup_codes", factors=factors, codes_left=0)
