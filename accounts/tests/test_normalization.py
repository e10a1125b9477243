"""A password is the same in NFC, NFD and NFKC, by every route (S-1, NIST SP 800-63B-4, 3.1.1.2)."""

import re
import unicodedata
from io import StringIO

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.emails import render_password_reset
from accounts.models import User
from accounts.services import confirm_password
from invitations.links import make_token
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-1")]
# With an "é", and an "ﬁ" that NFKC turns into two letters.
TEXT = "Cr\u00e8me br\u00fbl\u00e9e, et encore un \ufb01let"
FORMS = [unicodedata.normalize(form, TEXT) for form in ("NFC", "NFD", "NFKC", "NFKD")]


def can_sign_in(email: str, password: str) -> bool:
    response = Client().post("/accounts/login/", {"login": email, "password": password})
    return response.status_code == 302


def assert_every_form_works(email: str) -> None:
    assert len(set(FORMS)) == 4
    for form in FORMS:
        assert can_sign_in(email, form)
        user = User.objects.get(email=email)
        assert user.check_password(form)
        assert confirm_password(RequestFactory().get("/"), user=user, password=form)
    assert not can_sign_in(email, TEXT.replace("\u00e9", "e"))


@pytest.mark.parametrize("form", FORMS)
def test_set_when_accepting_an_invitation(cast, form):
    invitation = cast.invite()[0]
    client = cast.client()
    client.get(reverse("invitation", args=[make_token(invitation)]), follow=True)
    assert client.post("/invitations/accept/", {"password": form}).status_code == 302
    assert_every_form_works("nadia@acme.example")


@pytest.mark.parametrize("form", FORMS)
def test_set_by_a_change(cast, form):
    client = cast.client("bo")
    data = {"oldpassword": PASSWORD, "password1": form, "password2": form}
    assert client.post("/accounts/password/change/", data).status_code == 302
    assert_every_form_works("bo@acme.example")
    again = {"oldpassword": FORMS[1], "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/password/change/", again).status_code == 302


def test_set_by_a_reset(cast):
    client = cast.client()
    client.post("/accounts/password/reset/", {"email": "bo@acme.example"})
    message = render_password_reset(OutgoingEmail.objects.get(kind="accounts.password_reset"))
    link = re.search(r"http://testserver(/accounts/\S+)", message.body).group(1)
    url = client.get(link, follow=True).redirect_chain[-1][0]
    assert client.post(url, {"password1": FORMS[1], "password2": FORMS[1]}).status_code == 302
    assert_every_form_works("bo@acme.example")


def test_the_two_fields_may_have_different_forms(cast):
    data = {"oldpassword": PASSWORD, "password1": FORMS[0], "password2": FORMS[1]}
    assert cast.client("bo").post("/accounts/password/change/", data).status_code == 302


def test_set_by_a_management_command(cast, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda *args, **options: FORMS[1])
    call_command("changepassword", "bo@acme.example", stdout=StringIO())
    assert_every_form_works("bo@acme.example")


@pytest.mark.parametrize("form", FORMS[:3])
def test_older_hashes_work_and_are_replaced(cast, form):
    """Before passwords were normalized, they were hashed as they were typed."""
    old = make_password(form)
    User.objects.filter(pk=cast.bo.user_id).update(password=old)
    for typed in FORMS[2:] if form == FORMS[2] else FORMS[:2]:
        assert User.objects.get(pk=cast.bo.user_id).check_password(typed)
    assert can_sign_in("bo@acme.example", form)
    new = User.objects.get(pk=cast.bo.user_id).password
    assert (new != old) == (form != FORMS[2])
    assert_every_form_works("bo@acme.example")
