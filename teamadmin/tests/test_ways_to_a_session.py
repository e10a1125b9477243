"""Every way to a session is known, and none passes by the rule for signing in and the second factor."""

import time
from base64 import b32decode
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django_otp.oath import TOTP

from accounts.models import AuthenticatorApp, User
from accounts.services import notify_two_factor_listeners
from invitations.links import make_token
from organizations.models import Membership, Status
from provisioning.models import ExternalIdentity
from provisioning.tests.answers import come_back, enable_sso
from teamadmin.testing.cast import PASSWORD, add_member

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105


# --- what each way does --------------------------------------------------------------------------
def enter_password(client: Client, cast, user: User) -> HttpResponse:
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": "/"})


def accept_invitation(client: Client, cast, user: User) -> HttpResponse:
    """Accept as if the user were new, with another password."""
    invitation = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", user.email)])[0]
    client.get(f"/invitations/{make_token(invitation)}/")
    return client.post(reverse("accept"), {"password": "a-new-password-to-join"})


def reset_password(client: Client, cast, user: User) -> HttpResponse:
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    page = client.get(f"/accounts/password/reset/key/{key}/")
    assert page.status_code == 302
    new = "another-pass-phrase-here"
    return client.post(page["Location"], {"password1": new, "password2": new})


def sign_up(client: Client, cast, user: User) -> HttpResponse:
    form = {"email": user.email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post(reverse("account_signup"), form)


def sign_in_by_code(client: Client, cast, user: User) -> HttpResponse:
    return client.post(reverse("account_confirm_login_code"), {"code": "123456", "email": user.email})


WAYS = [enter_password, accept_invitation, reset_password, sign_up, sign_in_by_code]


def is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session or client.get("/o/acme/").status_code == 200


def add_app(user: User) -> None:
    AuthenticatorApp.objects.create(user=user, name="App", secret=SECRET, confirmed=True)
    notify_two_factor_listeners(user=user)


def new_code() -> str:
    totp = TOTP(b32decode(SECRET), 30, 0, 6, 0)
    totp.time = time.time()
    return f"{totp.token():06d}"


def deactivate(user: User) -> None:
    Membership.objects.filter(user=user).update(status=Status.DEACTIVATED)


def require_url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        pytest.skip(f"The URL {name} doesn't exist yet.")


@pytest.mark.django_db
@pytest.mark.spec("S-1", "S-2")
def test_a_password_opens_a_session_for_an_active_user_without_second_factor(cast):
    client = Client()
    enter_password(client, cast, cast.bo.user)
    assert is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.spec("U-10")
@pytest.mark.parametrize("way", WAYS)
def test_no_way_opens_a_session_for_a_deactivated_user(cast, way: Callable):
    client, user = Client(), cast.bo.user
    deactivate(user)
    assert way(client, cast, user).status_code < 500
    assert not is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.spec("O-4")
@pytest.mark.parametrize("way", WAYS)
def test_no_way_opens_a_session_where_single_sign_on_is_enforced(cast, way: Callable):
    """More ways around it are in organizations/tests/test_single_sign_on.py."""
    client, user = Client(), cast.bo.user
    cast.acme.sso_enforced = True
    cast.acme.save()
    assert way(client, cast, user).status_code < 500
    assert not is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.spec("S-2")
@pytest.mark.parametrize("way", WAYS)
def test_no_way_opens_a_session_without_the_second_factor(cast, way: Callable):
    client, user = Client(), cast.bo.user
    add_app(user)
    require_url("second_factor")
    assert way(client, cast, user).status_code < 500
    assert not is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.spec("S-2")
def test_a_code_finishes_signing_in(cast):
    client, url = Client(), require_url("second_factor")
    add_app(cast.bo.user)
    assert urlsplit(enter_password(client, cast, cast.bo.user)["Location"]).path == url
    assert not is_signed_in(client)
    assert client.post(url, {"code": new_code()}).status_code == 302
    assert is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.spec("S-2", "U-10")
def test_a_user_deactivated_before_the_second_factor_gets_no_session(cast):
    client, url = Client(), require_url("second_factor")
    add_app(cast.bo.user)
    enter_password(client, cast, cast.bo.user)
    deactivate(cast.bo.user)
    assert client.post(url, {"code": new_code()}).status_code < 500
    assert not is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.spec("S-2")
def test_another_user_cannot_finish_a_sign_in(cast):
    """The second factor belongs to the browser that entered the password."""
    url = require_url("second_factor")
    add_app(cast.bo.user)
    client, other = Client(), Client()
    enter_password(client, cast, cast.bo.user)
    assert other.post(url, {"code": new_code()}).status_code < 500
    assert not is_signed_in(other)


@pytest.mark.django_db
@pytest.mark.spec("I-6")
def test_an_invitation_signs_in_new_users_only(cast):
    client = Client()
    invitation = cast.invite(cast.tess, role="billing")[0]
    client.get(f"/invitations/{make_token(invitation)}/")
    client.post(reverse("accept"), {"password": "a-new-password-to-join"})
    assert SESSION_KEY in client.session
    other = Client()
    accept_invitation(other, cast, cast.bo.user)
    assert SESSION_KEY not in other.session
    assert User.objects.get(pk=cast.bo.user_id).check_password(PASSWORD)


@pytest.mark.django_db
@pytest.mark.spec("U-10", "S-2")
@pytest.mark.parametrize("data", [{}, {"credential": {}}, {"credential": {"id": "x", "rawId": "x"}}])
def test_a_passkey_that_proves_nothing_opens_no_session(cast, data):
    """Passkeys of deactivated users are tested with a real one in accounts/tests."""
    client, url = Client(), require_url("passkey_sign_in")
    assert 400 <= client.post(url, data, content_type="application/json").status_code < 500
    assert not is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.urls("provisioning.tests.answers")
@pytest.mark.spec("O-3", "U-10")
@pytest.mark.parametrize("end", ["deactivated", "in two organizations", "not a member", "inactive account"])
def test_an_identity_provider_opens_a_session_for_its_own_active_members_only(cast, end):
    okta, user = enable_sso(cast.acme, "acme.example"), cast.bo.user
    allowed = Client()
    come_back(allowed, okta, user.email)
    assert is_signed_in(allowed)
    if end == "deactivated":
        deactivate(user)
    elif end == "in two organizations":
        ExternalIdentity.objects.all().delete()  # not linked yet
        add_member(cast.globex, user, "read_only")
    elif end == "not a member":
        Membership.objects.filter(user=user).delete()
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    client = Client()
    assert come_back(client, okta, user.email).status_code < 500
    assert not is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.urls("provisioning.tests.answers")
@pytest.mark.spec("O-3", "S-2")
def test_an_accounts_own_second_factor_is_asked_before_it_is_linked(cast):
    okta, user, client = enable_sso(cast.acme, "acme.example"), cast.bo.user, Client()
    add_member(cast.globex, user, "read_only")
    add_app(user)
    come_back(client, okta, user.email)
    enter_password(client, cast, user)
    assert client.post("/sso/acme/link/").status_code == 409 and not is_signed_in(client)
    client.post(require_url("second_factor"), {"code": new_code()})
    assert client.post("/sso/acme/link/").status_code == 302 and is_signed_in(client)
