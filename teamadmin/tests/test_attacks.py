"""Attacks that worked on products like this one, where no other test is about them."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import AuthenticatorApp, KnownBrowser, Session, User
from accounts.services import end_other_sessions, notify_two_factor_listeners, remember_browser
from accounts.services.browsers import find_browser, is_remembered
from audit.models import Entry
from invitations.links import make_token, read_token
from invitations.models import Invitation
from organizations import services
from organizations.models import Membership, Status
from teamadmin.testing.cast import PASSWORD, add_member

pytestmark = pytest.mark.django_db
OTHER_SITES = [
    "//evil.example", "https:evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "https://testserver@evil.example/", "https://evil.example/", "///evil.example", "http:///evil.example",
    " //evil.example", "\t//evil.example", "data:text/html,x",
]  # fmt: skip


def sign_in(email: str = "bo@acme.example", **options) -> Client:
    client = Client(**options)
    assert client.post("/accounts/login/", {"login": email, "password": PASSWORD}).status_code == 302
    return client


# --- sessions -----------------------------------------------------------------------------------
def sign_out(cast, client: Client) -> None:
    client.post("/accounts/logout/")


def change_password(cast, client: Client) -> None:
    """In another browser."""
    new = "a-quite-different-phrase"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert sign_in().post("/accounts/password/change/", data).status_code == 302


def log_out_member(cast, client: Client) -> None:
    services.log_out_member(actor=cast.olga, member=cast.bo)


def reset_two_factor(cast, client: Client) -> None:
    services.reset_member_two_factor(actor=cast.olga, member=cast.bo)


def deactivate(cast, client: Client) -> None:
    services.deactivate_member(actor=cast.olga, member=cast.bo)


def delete(cast, client: Client) -> None:
    services.delete_member(actor=cast.olga, member=cast.bo)


def end_others(cast, client: Client) -> None:
    end_other_sessions(user=cast.bo.user, session_key="of another browser")


@pytest.mark.spec("S-4", "S-5", "U-10")
@pytest.mark.parametrize(
    "end", [sign_out, change_password, log_out_member, reset_two_factor, deactivate, delete, end_others]
)
def test_the_cookie_of_an_ended_session_opens_nothing(cast, end: Callable):
    """CVE-2021-45330, CVE-2020-13299."""
    client = sign_in()
    assert client.get("/o/acme/").status_code == 200
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    if end is reset_two_factor:
        AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
        notify_two_factor_listeners(user=cast.bo.user)
    end(cast, client)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    for path in ("/o/acme/", "/organizations/", "/accounts/password/change/"):
        assert thief.get(path)["Location"].startswith("/accounts/login/"), path
    htmx = thief.get("/o/acme/projects/", headers={"hx-request": "true"})
    assert htmx.status_code == 200 and htmx["HX-Redirect"].startswith("/accounts/login/") and not htmx.content


@pytest.mark.spec("S-4")
def test_a_key_from_the_database_opens_no_session(cast):
    sign_in()
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get(user=cast.bo.user).session_key
    assert thief.get("/o/acme/").status_code == 302


def test_a_session_that_was_planted_before_signing_in_is_not_signed_in(cast):
    """Session fixation: the key changes at sign-in."""
    client = Client()
    client.post("/accounts/password/reset/", {"email": "bo@acme.example"})
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert thief.get("/o/acme/").status_code == 302


@pytest.mark.spec("S-2", "U-10")
@pytest.mark.parametrize("end", [deactivate, reset_two_factor])
def test_a_remembered_device_is_forgotten(cast, rf, end: Callable):
    """CVE-2023-22492: it must not skip the second factor after a reactivation."""
    client = sign_in()
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
    notify_two_factor_listeners(user=cast.bo.user)
    request = rf.get("/")
    request.COOKIES = {settings.BROWSER_COOKIE_NAME: client.cookies[settings.BROWSER_COOKIE_NAME].value}
    browser = find_browser(request, cast.bo.user)
    assert browser is not None
    remember_browser(browser=browser)
    assert is_remembered(request, cast.bo.user)
    end(cast, client)
    assert not is_remembered(request, cast.bo.user)
    assert KnownBrowser.objects.filter(user=cast.bo.user).exists()


# --- invitations --------------------------------------------------------------------------------
@pytest.mark.spec("U-13", "A-5")
@pytest.mark.parametrize("end", [deactivate, delete])
def test_an_invitation_of_another_organization_survives(cast, end: Callable):
    """CVE-2026-48074: deleting someone removed their invitations everywhere."""
    other = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", "bo@acme.example")])[0]
    end(cast, Client())
    other.refresh_from_db()
    assert other.revoked_at is None and Membership.objects.get(pk=other.membership_id).status == Status.INVITED
    client = Client()
    assert client.get(f"/invitations/{make_token(other)}/", follow=True).status_code == 200


@pytest.mark.spec("I-6")
def test_no_page_export_or_log_shows_a_token(cast, caplog):
    """CVE-2026-44986, CVE-2021-26905."""
    caplog.set_level("DEBUG")
    invitation = cast.invite()[0]
    token = make_token(invitation)
    signature = token.rpartition(".")[2]
    client = cast.client("olga")
    paths = ["users/", "users/pending/", "users/export/?tab=pending", f"users/{invitation.membership_id}/", "security/"]
    paths += [f"users/{invitation.membership_id}/invitation/", f"users/{invitation.membership_id}/menu/"]
    paths += [f"users/{invitation.membership_id}/activity/", "workspace/"]
    for path in paths:
        content = b"".join(client.get(f"/o/acme/{path}"))
        assert signature.encode() not in content, path
    assert signature not in repr(list(Entry.objects.values())) and signature not in caplog.text


@pytest.mark.spec("I-6")
def test_ten_thousand_links_have_no_repeat_and_no_order(cast):
    """CVE-2017-18917, CVE-2022-26779."""
    invitation = cast.invite()[0]
    tokens = []
    for version in range(10_000):
        invitation.version = version
        tokens.append(make_token(invitation))
    signatures = [token.rpartition(".")[2] for token in tokens]
    assert len(set(signatures)) == 10_000 and signatures != sorted(signatures)
    assert all(len(signature) >= 43 for signature in signatures)  # 256 bits
    prefix = tokens[0].rpartition(".")[0]
    assert all(read_token(f"{prefix}.{signature}") is None for signature in signatures[1:100])


def test_a_link_gives_nothing_at_other_urls(cast):
    """CVE-2022-23555, CVE-2024-6087."""
    token = make_token(cast.invite()[0])
    for path in ("/accounts/password/reset/key/{}/", "/accounts/confirm-email/{}/", "/o/acme/?token={}"):
        client = Client(headers={"authorization": f"Bearer {token}"})
        assert client.get(path.format(token)).status_code in (200, 302, 404)
        assert "_auth_user_id" not in client.session
    assert not Invitation.objects.exclude(accepted_at=None).exists()


# --- redirects and hosts ------------------------------------------------------------------------
@pytest.mark.parametrize("target", OTHER_SITES)
def test_no_redirect_leaves_this_site(cast, target):
    form = {"login": "bo@acme.example", "password": PASSWORD, "next": target}
    responses = [
        Client().post("/accounts/login/", form),
        Client().post(f"/accounts/login/?next={quote(target)}", form | {"next": ""}),
        sign_in().post("/accounts/logout/", {"next": target}),
        sign_in().get(f"/accounts/login/?next={quote(target)}"),
        sign_in().post("/accounts/sign-in-again/", {"next": target}),
        sign_in().post("/accounts/theme/", {"theme": "dark", "next": target}, headers={"referer": target}),
    ]
    for response in responses:
        assert response.status_code == 302
        assert response["Location"].startswith("/") and not response["Location"].startswith(("//", "/\\"))
        assert "evil" not in response["Location"].partition("?")[0]


@pytest.mark.parametrize("host", ["evil.example", "testserver@evil.example", "evil.example:80", "[::1", "a/b"])
def test_an_unknown_host_is_a_bad_request(cast, host):
    response = Client().get("/accounts/login/", headers={"host": host})
    assert response.status_code == 400 and "evil" not in response.content.decode()


@pytest.mark.parametrize("host", ["testserver:1234", "TESTSERVER.", "testserver"])
@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-original-host"])
def test_the_host_header_is_never_shown(cast, host, header):
    response = Client().get("/accounts/login/", headers={"host": host, header: "evil.example"})
    text = response.content.decode() + repr(response.headers)
    assert response.status_code == 200 and "evil" not in text and "1234" not in text


def test_roles_of_a_form_cannot_be_added_to_an_account(cast):
    """CVE-2026-29056: fields that no form has are ignored."""
    add_member(cast.globex, cast.bo.user, "billing")
    extra = {
        "is_staff": "1",
        "is_superuser": "1",
        "role": "admin",
        "groups": "1",
        "email": "evil@evil.example",
        "avatar": "x",
    }
    cast.client("bo").post("/o/acme/preferences/", {"first_name": "Bo", "last_name": "L", **extra})
    user = User.objects.get(pk=cast.bo.user_id)
    assert (user.is_staff, user.is_superuser, user.email, user.avatar.name) == (False, False, "bo@acme.example", "")
    assert user.last_name == "L"
