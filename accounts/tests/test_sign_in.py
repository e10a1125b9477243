"""Who may sign in: not who was deactivated everywhere (U-10); and nobody learns it without the password (S-1)."""

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
from teamadmin.testing.parallel import at_once, on_postgresql

pytestmark = pytest.mark.django_db


def sign_in(user: User, password: str = PASSWORD):
    return Client().post("/accounts/login/", {"login": user.email, "password": password})


def let_in(answer) -> bool:
    assert answer.status_code == 302
    return answer["Location"] == "/"


@pytest.fixture
def bo(cast) -> User:
    """Deactivated in Acme, in no other organization."""
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    return cast.bo.user


@pytest.mark.spec("U-10", "S-1")
def test_the_deactivated_are_turned_away_after_the_right_password_alone(cast, bo):
    answer = sign_in(bo)
    assert answer["Location"] == "/accounts/inactive/" and "_auth_user_id" not in answer.client.session
    wrong, unknown = (
        sign_in(bo, "wrong-wrong-wrong"),
        Client().post("/accounts/login/", {"login": "nobody@acme.example", "password": "wrong-wrong-wrong"}),
    )
    assert wrong.status_code == unknown.status_code == 200
    assert "Email or password is wrong." in wrong.content.decode() and "switched off" not in wrong.content.decode()
    assert let_in(sign_in(cast.opal.user))


@pytest.mark.spec("U-10")
def test_reactivated_they_sign_in(cast, bo):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.ACTIVE)
    assert let_in(sign_in(bo))


@pytest.mark.spec("U-10", "A-5")
def test_another_organization_lets_them_in(cast, bo):
    add_member(cast.globex, bo, "billing")
    assert let_in(sign_in(bo))
    assert cast.client("bo").get("/o/acme/").status_code == 404
    assert cast.client("bo").get("/o/globex/").status_code == 200


@pytest.mark.spec("U-10", "A-5")
def test_an_open_invitation_lets_them_in_while_it_is_open(cast, bo):
    invitation = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", "Bo@Acme.example")])[0]
    assert let_in(sign_in(bo))
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now() - timedelta(1))
    assert not let_in(sign_in(bo))
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now() + timedelta(1))
    assert accept_as_user(invitation=invitation, user=bo) == "joined"
    assert let_in(sign_in(bo))


@pytest.mark.spec("U-10")
def test_a_withdrawn_invitation_lets_nobody_in(cast, bo):
    invitation = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", bo.email)])[0]
    assert withdraw_invitation(actor=cast.tess, member=invitation.membership)
    assert not let_in(sign_in(bo))


@pytest.mark.spec("U-10")
def test_who_is_in_no_organization_signs_in(cast):
    assert can_sign_in(cast.stranger) and let_in(sign_in(cast.stranger))


@pytest.mark.spec("U-10", "I-9", "S-1")
def test_the_deactivated_get_no_reset_mail_and_the_page_says_nothing(cast, bo):
    answer = Client().post("/accounts/password/reset/", {"email": bo.email})
    assert answer["Location"] == "/accounts/password/reset/done/"
    row = OutgoingEmail.objects.get(kind="accounts.password_reset")
    assert render_password_reset(row) is None
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.ACTIVE)
    assert render_password_reset(row).to == [bo.email]
    assert render_password_reset(OutgoingEmail(subject_id=uuid4())) is None


@pytest.mark.spec("U-13")
@pytest.mark.parametrize("step", ["login", "post_login"])
def test_who_is_deleted_while_signing_in_is_turned_away(live_cast, step, monkeypatch):
    if not on_postgresql():
        pytest.skip("One writer: nobody is deleted meanwhile.")
    kept = getattr(DefaultAccountAdapter, step)

    def vanish(self, request, user, **login):
        at_once(1, lambda _number: User.objects.filter(pk=user.pk).delete())  # by somebody else: another connection
        return kept(self, request, user, **login)

    monkeypatch.setattr(DefaultAccountAdapter, step, vanish)
    answer = sign_in(live_cast.opal.user)
    assert answer["Location"] == "/accounts/inactive/" and "_auth_user_id" not in answer.client.session


@pytest.mark.spec("S-5")
def test_saving_an_older_copy_brings_no_session_back(cast):
    client, older = cast.client("bo"), User.objects.get(pk=cast.bo.user_id)
    end_sessions(user=older)
    older.first_name = "Bob"
    older.save()
    fresh = User.objects.get(pk=older.pk)
    assert (fresh.first_name, fresh.sessions_version) == ("Bob", 1)
    assert client.get("/o/acme/").status_code == 302
