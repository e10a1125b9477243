"""The link, the accept page, and accepting as each kind of visitor."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from invitations.links import make_token
from invitations.models import Invitation
from organizations.models import Membership, Status
from teamadmin.testing.cast import PASSWORD, add_user

NEW_PASSWORD = "a-long-walk-by-the-sea"
ACCEPT = "/invitations/accept/"


@pytest.fixture
def invitation(cast) -> Invitation:
    return cast.invite(reason="Come and build.", project_ids=[str(cast.projects["ledger"].pk)])[0]


def open_link(client, invitation, **extra):
    """Open the link in the email and return the response of the accept page."""
    return client.get(reverse("invitation", args=[make_token(invitation)]), follow=True, **extra)


def current_state(invitation) -> tuple:
    member = Membership.objects.get(pk=invitation.membership_id)
    return member.status, member.user_id, User.objects.count(), Entry.objects.count()


@pytest.mark.spec("I-6")
def test_link_redirects_to_page_without_token(cast, invitation):
    client = cast.client()
    response = client.get(reverse("invitation", args=[make_token(invitation)]))
    assert (response.status_code, response["Location"]) == (302, ACCEPT)
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    cookie = response.cookies[settings.INVITATION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/invitations/")
    page = client.get(ACCEPT)
    assert "no-store" in page["Cache-Control"]
    assert make_token(invitation) not in page.content.decode()


@pytest.mark.spec("I-6")
def test_mail_scanner_does_not_use_up_link(cast, invitation):
    before = current_state(invitation)
    client = cast.client()
    for _ in range(3):
        for method in (client.get, client.head):
            assert method(reverse("invitation", args=[make_token(invitation)])).status_code == 302
            assert method(ACCEPT).status_code == 200
    for method in (client.post, client.put, client.delete):
        assert method(reverse("invitation", args=[make_token(invitation)])).status_code == 405
    assert current_state(invitation) == before


@pytest.mark.spec("J-1")
def test_page_shows_organization_inviter_role_and_reason(cast, invitation):
    page = open_link(cast.client(), invitation)
    html = page.content.decode()
    assert page.status_code == 200
    for part in ("Join Acme", "Olga Ivanova", "Builder", "Come and build.", "nadia@acme.example", "Set a password"):
        assert part in html
    assert "Build and edit in the projects you can access" in html


@pytest.mark.spec("J-1", "J-8")
def test_new_user_sets_password_and_joins(cast, invitation):
    client = cast.client()
    open_link(client, invitation)
    response = client.post(ACCEPT, {"invitation": invitation.pk, "password": NEW_PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/o/acme/welcome/")
    member = Membership.objects.get(email_key="nadia@acme.example")
    assert member.status == Status.ACTIVE
    assert member.user.check_password(NEW_PASSWORD)
    assert (member.user.first_name, member.user.last_name) == ("Nadia", "Petrov")
    assert client.session["_auth_user_id"] == str(member.user.pk)
    assert Entry.objects.filter(action="invitation.accepted", target_id=member.pk).count() == 1


@pytest.mark.spec("J-1")
def test_only_the_password_is_read_from_the_form(cast, invitation):
    client = cast.client()
    open_link(client, invitation)
    forged = {
        "password": NEW_PASSWORD,
        "email": "evil@evil.example",
        "username": "evil@evil.example",
        "first_name": "Evil",
        "role": "admin",
        "roles": "admin",
        "is_staff": "1",
        "is_superuser": "on",
        "groups": str(cast.groups["research"].pk),
        "org": "globex",
        "organization": str(cast.globex.pk),
        "next": "https://evil.example/",
    }
    response = client.post(ACCEPT, forged)
    assert response["Location"] == "/o/acme/welcome/"
    user = User.objects.get(email="nadia@acme.example")
    assert (user.first_name, user.is_staff, user.is_superuser) == ("Nadia", False, False)
    member = user.memberships.get()
    assert (member.organization, [role.label for role in member.roles.all()]) == (cast.acme, ["Builder"])
    assert not member.group_links.exists()
    assert not User.objects.filter(email="evil@evil.example").exists()


@pytest.mark.spec("J-1")
@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "Enter a password."),
        ("short", "Use at least 15 characters."),
        ("nadia@acme.example", "only your name"),
        ("Nadia-Petrov-2026", "only your name"),
        ("acme acme acme acme", "only your name"),
        ("1q2w3e4r5t6y7u8i9o0p", "too close to a common password"),
        ("passwordpassword", "Repeated words"),
        ("aaaaaaaaaaaaaaa", "Repeated characters"),
        ("x" * 257, "at most 256"),
        ("nul\x00nul-nul-nul-nul", "Null characters"),
    ],
)
def test_weak_password_shows_error_at_its_field(cast, invitation, password, message):
    client = cast.client()
    open_link(client, invitation)
    before = current_state(invitation)
    response = client.post(ACCEPT, {"password": password})
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert 'aria-invalid="true"' in page
    assert "Come and build." in page
    assert current_state(invitation) == before


@pytest.mark.spec("J-1")
@pytest.mark.parametrize("password", ["pass word with blanks ", "пароль-из-многих-букв", "🐘🐘🐘🐘🐘🐘🐘🐘-herd-of"])
def test_password_may_contain_any_characters(cast, invitation, password):
    client = cast.client()
    open_link(client, invitation)
    assert client.post(ACCEPT, {"password": password}).status_code == 302
    assert User.objects.get(email="nadia@acme.example").check_password(password)


@pytest.mark.spec("J-1")
def test_invalid_utf8_is_not_a_server_error(cast, invitation):
    client = cast.client()
    open_link(client, invitation)
    body = "password=%ED%A0%80%ED%A0%80-a-lone-surrogate"
    response = client.post(ACCEPT, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (302, 422)


@pytest.mark.spec("J-2")
def test_existing_user_signs_in_to_join(cast, invitation):
    add_user("nadia@acme.example", "Nadia", "Petrov")
    client = cast.client()
    page = open_link(client, invitation)
    assert "Sign in to join" in page.content.decode()
    assert "/accounts/login/?next=/invitations/accept/" in page.content.decode()
    before = current_state(invitation)
    assert client.post(ACCEPT, {"password": NEW_PASSWORD}).status_code == 409
    assert current_state(invitation) == before
    signed_in = client.post(
        "/accounts/login/?next=/invitations/accept/",
        {"login": "nadia@acme.example", "password": PASSWORD, "next": ACCEPT},
    )
    assert signed_in["Location"] == ACCEPT
    assert "Accept invitation" in client.get(ACCEPT).content.decode()
    joined = client.post(ACCEPT, {"invitation": invitation.pk})
    assert (joined.status_code, joined["Location"]) == (302, "/o/acme/welcome/")
    assert Membership.objects.get(email_key="nadia@acme.example").user.email == "nadia@acme.example"


@pytest.mark.spec("J-2")
def test_signing_in_does_not_accept_the_invitation(cast, invitation):
    user = add_user("nadia@acme.example")
    client = cast.client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    open_link(client, invitation)
    assert current_state(invitation)[0] == Status.INVITED
    assert client.get("/o/acme/welcome/").status_code == 404


@pytest.mark.spec("J-2")
@pytest.mark.parametrize("name", ["bo", "tess", "stranger"])
def test_other_user_can_switch_account(cast, invitation, name):
    client = cast.client(name)
    page = open_link(client, invitation).content.decode()
    assert "This invitation is for someone else" in page
    assert "Switch account" in page
    before = current_state(invitation)
    assert client.post(ACCEPT, {"invitation": invitation.pk, "password": NEW_PASSWORD}).status_code == 409
    assert current_state(invitation) == before
    switched = client.post("/invitations/accept/other-account/")
    assert switched["Location"] == ACCEPT
    assert "_auth_user_id" not in client.session
    assert "Set a password" in client.get(ACCEPT).content.decode()


@pytest.mark.spec("I-6")
def test_outdated_form_does_not_accept_another_invitation(cast, invitation):
    other = cast.invite(people=[("Omar", "Said", "omar@acme.example")])[0]
    client = cast.client()
    open_link(client, invitation)
    open_link(client, other)
    response = client.post(ACCEPT, {"invitation": invitation.pk, "password": NEW_PASSWORD})
    assert response.status_code == 409
    assert "You’ve opened another invitation" in response.content.decode()
    assert "omar@acme.example" in response.content.decode()
    assert not Membership.objects.filter(status=Status.ACTIVE, email_key__in=["omar@acme.example"]).exists()


@pytest.mark.spec("J-3")
def test_user_with_another_membership_cannot_accept(cast, invitation):
    user = add_user("nadia@acme.example")
    Membership.objects.filter(pk=cast.opal.pk).update(user=user)
    client = cast.client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    open_link(client, invitation)
    response = client.post(ACCEPT, {"invitation": invitation.pk})
    assert response.status_code == 410
    assert Membership.objects.get(pk=invitation.membership_id).status == Status.INVITED


@pytest.mark.spec("I-6", "J-3")
def test_used_link_does_not_work_in_another_browser(cast, invitation):
    first, second = cast.client(), cast.client()
    open_link(first, invitation)
    open_link(second, invitation)
    first.post(ACCEPT, {"password": NEW_PASSWORD})
    response = second.post(ACCEPT, {"password": "another-long-password"})
    assert response.status_code == 410
    assert "_auth_user_id" not in second.session
    assert User.objects.get(email="nadia@acme.example").check_password(NEW_PASSWORD)


@pytest.mark.spec("J-3")
def test_enforced_single_sign_on_prevents_accepting(cast, invitation):
    client = cast.client()
    open_link(client, invitation)
    cast.acme.sso_enforced = True
    cast.acme.save()
    before = current_state(invitation)
    response = client.post(ACCEPT, {"password": NEW_PASSWORD})
    assert response.status_code == 403
    assert "requires single sign-on" in response.content.decode()
    assert current_state(invitation) == before


@pytest.mark.spec("J-3")
def test_role_is_not_given_if_inviter_lost_the_right(cast):
    invitation = cast.invite(role="manager")[0]
    client = cast.client()
    open_link(client, invitation)
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    response = client.post(ACCEPT, {"password": NEW_PASSWORD})
    assert response.status_code == 403
    assert "can no longer give this role" in response.content.decode()
    assert current_state(invitation)[0] == Status.INVITED


@pytest.mark.spec("I-1", "J-3")
@pytest.mark.parametrize(("seconds", "status"), [(-1, 410), (60, 302)])
def test_expiry_is_exact_to_the_second(cast, invitation, seconds, status):
    client = cast.client()
    open_link(client, invitation)
    moment = timezone.now() + timedelta(seconds=seconds)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=moment)
    assert client.post(ACCEPT, {"password": NEW_PASSWORD}).status_code == status


@pytest.mark.spec("I-1")
def test_web_server_clock_does_not_expire_link(cast, invitation):
    client = cast.client()
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=True):
        page = open_link(client, invitation)
    # The cookie uses the web server's clock, the invitation the database's.
    assert page.status_code == 200


@pytest.mark.spec("J-1")
def test_token_gives_no_access_elsewhere(cast, invitation):
    token = make_token(invitation)
    client = cast.client()
    assert client.get("/o/acme/welcome/", headers={"authorization": f"Bearer {token}"}).status_code == 302
    reset = client.get(f"/accounts/password/reset/key/{token.replace('.', '-')}/", follow=True)
    assert "no longer works" in reset.content.decode()
    client.cookies[settings.SESSION_COOKIE_NAME] = token
    assert client.get("/o/acme/welcome/").status_code == 302
