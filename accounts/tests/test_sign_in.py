"""Signing in: users deactivated everywhere are rejected (U-10), but only after the right password (S-1)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.test import Client
from django.utils import timezone

from accounts.emails import render_password_reset
from accounts.models import User
from accounts.services import end_sessions
from invitations.services import accept_as_user, withdraw_invitation
from organizations.models import Membership, Status
from organizations.policies import can_sign_in
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = pytest.mark.django_db


def sign_in(user: User, password: str = PASSWORD):
    return Client().post("/accounts/login/", {"login": user.email, "password": password})


def is_signed_in(response) -> bool:
    assert response.status_code == 302
    return response["Location"] == "/"


@pytest.fixture
def bo(cast) -> User:
    """A user who is deactivated in Acme and a member of no other organization."""
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    return cast.bo.user


@pytest.mark.spec("U-10", "S-1")
def test_deactivated_users_are_rejected_only_after_the_right_password(cast, bo):
    response = sign_in(bo)
    assert response["Location"] == "/accounts/inactive/" and "_auth_user_id" not in response.client.session
    wrong, unknown = (
        sign_in(bo, "wrong-wrong-wrong"),
        Client().post("/accounts/login/", {"login": "nobody@acme.example", "password": "wrong-wrong-wrong"}),
    )
    assert wrong.status_code == unknown.status_code == 200
    assert "Wrong email or password." in wrong.content.decode() and "deactivated" not in wrong.content.decode()
    assert is_signed_in(sign_in(cast.opal.user))


@pytest.mark.spec("U-10")
def test_reactivated_users_can_sign_in(cast, bo):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.ACTIVE)
    assert is_signed_in(sign_in(bo))


@pytest.mark.spec("U-10", "A-5")
def test_membership_in_another_organization_allows_signing_in(cast, bo):
    add_member(cast.globex, bo, "billing")
    assert is_signed_in(sign_in(bo))
    assert cast.client("bo").get("/o/acme/").status_code == 404
    assert cast.client("bo").get("/o/globex/").status_code == 200


@pytest.mark.spec("U-10", "A-5")
def test_a_pending_invitation_allows_signing_in_until_it_expires(cast, bo):
    invitation = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", "Bo@Acme.example")])[0]
    assert is_signed_in(sign_in(bo))
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now() - timedelta(1))
    assert not is_signed_in(sign_in(bo))
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now() + timedelta(1))
    assert accept_as_user(invitation=invitation, user=bo) == "joined"
    assert is_signed_in(sign_in(bo))


@pytest.mark.spec("U-10")
def test_a_withdrawn_invitation_does_not_allow_signing_in(cast, bo):
    invitation = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", bo.email)])[0]
    assert withdraw_invitation(actor=cast.tess, member=invitation.membership)
    assert not is_signed_in(sign_in(bo))


@pytest.mark.spec("U-10")
def test_users_without_an_organization_can_sign_in(cast):
    assert can_sign_in(cast.stranger) and is_signed_in(sign_in(cast.stranger))


@pytest.mark.spec("U-10", "I-9", "S-1")
def test_deactivated_users_get_no_reset_email_and_the_page_does_not_tell(cast, bo):
    response = Client().post("/accounts/password/reset/", {"email": bo.email})
    assert response["Location"] == "/accounts/password/reset/done/"
    row = OutgoingEmail.objects.get(kind="accounts.password_reset")
    assert render_password_reset(row) is None
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.ACTIVE)
    assert render_password_reset(row).to == [bo.email]
    assert render_password_reset(OutgoingEmail(subject_id=uuid4())) is None


@pytest.mark.spec("U-13")
@pytest.mark.parametrize("step", ["login", "post_login"])
def test_a_user_deleted_while_signing_in_is_rejected(live_cast, step, monkeypatch):
    if not on_postgresql():
        pytest.skip("SQLite has one writer: no user can be deleted meanwhile.")
    original = getattr(DefaultAccountAdapter, step)

    def delete_first(self, request, user, **login):
        run_in_parallel(1, lambda _number: User.objects.filter(pk=user.pk).delete())  # in another connection
        return original(self, request, user, **login)

    monkeypatch.setattr(DefaultAccountAdapter, step, delete_first)
    response = sign_in(live_cast.opal.user)
    assert response["Location"] == "/accounts/inactive/" and "_auth_user_id" not in response.client.session


@pytest.mark.spec("S-5")
def test_saving_an_older_copy_restores_no_session(cast):
    client, older = cast.client("bo"), User.objects.get(pk=cast.bo.user_id)
    end_sessions(user=older)
    older.first_name = "Bob"
    older.save()
    fresh = User.objects.get(pk=older.pk)
    assert (fresh.first_name, fresh.sessions_version) == ("Bob", 1)
    assert client.get("/o/acme/").status_code == 302
