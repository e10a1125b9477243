"""Concurrent requests on PostgreSQL: one winner, a clear page for the others, never a 500 (J-3)."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from invitations.links import make_token
from invitations.models import Invitation
from invitations.services import resend_invitation, withdraw_invitation
from organizations.models import Membership, Organization, Status
from teamadmin.testing.cast import add_user
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = pytest.mark.spec("J-3")
ACCEPT = "/invitations/accept/"
PASSWORD = "a-long-walk-by-the-sea"


@pytest.fixture(autouse=True)
def _postgresql(transactional_db):
    if not on_postgresql():
        pytest.skip("SQLite has one writer")


def open_accept_page(invitation: Invitation, user: User | None = None) -> Client:
    """Return a browser that has opened the accept page."""
    client = Client()
    if user:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("invitation", args=[make_token(invitation)]), follow=True).status_code == 200
    return client


def accept(client: Client) -> int:
    return client.post(ACCEPT, {"password": PASSWORD}).status_code


@pytest.mark.parametrize("known", [False, True], ids=["new user", "existing user"])
def test_fifty_presses_create_one_member(live_cast, known):
    invitation = live_cast.invite()[0]
    user = add_user("nadia@acme.example") if known else None
    clients = [open_accept_page(invitation, user) for _ in range(50)]
    statuses = Counter(run_in_parallel(50, lambda number: accept(clients[number])))
    # 409: the address got an account in the meantime.
    assert statuses[302] == 1
    assert set(statuses) <= {302, 410, 409}
    member = Membership.objects.get(email_key="nadia@acme.example")
    assert (member.status, member.user.email) == (Status.ACTIVE, "nadia@acme.example")
    assert User.objects.filter(email="nadia@acme.example").count() == 1
    assert Entry.objects.filter(action="invitation.accepted").count() == 1
    assert Entry.objects.filter(action="member.joined").count() == 1


@pytest.mark.parametrize("round_", range(5))
def test_accept_and_withdraw_have_one_winner(live_cast, round_):
    invitation = live_cast.invite()[0]
    member, client = invitation.membership, open_accept_page(invitation)
    actions = [lambda: accept(client), lambda: withdraw_invitation(actor=live_cast.olga, member=member)]
    status, withdrawn = run_in_parallel(2, lambda number: actions[number]())
    assert (status, withdrawn) in [(302, False), (410, True)]
    assert Membership.objects.filter(pk=member.pk, status=Status.ACTIVE).exists() is not withdrawn
    assert User.objects.filter(email="nadia@acme.example").exists() is not withdrawn


@pytest.mark.parametrize("round_", range(5))
def test_accept_and_resend_do_not_deadlock(live_cast, round_):
    invitation = live_cast.invite()[0]
    member, client = invitation.membership, open_accept_page(invitation)

    def resend():
        try:
            return resend_invitation(actor=live_cast.olga, member=member)
        except Exception as error:
            return error

    actions = [lambda: accept(client), resend]
    status, _ = run_in_parallel(2, lambda number: actions[number]())
    assert status == 302
    assert Membership.objects.get(pk=member.pk).status == Status.ACTIVE


@pytest.mark.parametrize("offset", [-40, -5, 5, 40])
def test_accept_and_expiry_have_one_winner(live_cast, offset):
    invitation = live_cast.invite()[0]
    clients = [open_accept_page(invitation) for _ in range(8)]
    moment = timezone.now() + timedelta(milliseconds=offset)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=moment)
    statuses = Counter(run_in_parallel(8, lambda number: accept(clients[number])))
    joined = Membership.objects.get(pk=invitation.membership_id).status == Status.ACTIVE
    assert statuses[302] == int(joined)
    assert set(statuses) <= {302, 409, 410}
    assert User.objects.filter(email="nadia@acme.example").exists() is joined


@pytest.mark.parametrize("round_", range(3))
def test_accept_while_single_sign_on_is_enforced(live_cast, round_):
    invitation = live_cast.invite()[0]
    client = open_accept_page(invitation)
    actions = [lambda: accept(client), lambda: Organization.objects.filter(slug="acme").update(sso_enforced=True)]
    status, _ = run_in_parallel(2, lambda number: actions[number]())
    joined = Membership.objects.get(pk=invitation.membership_id).status == Status.ACTIVE
    assert (status, joined) in [(302, True), (403, False)]


def test_new_user_joins_two_organizations_at_once(live_cast):
    acme = live_cast.invite(people=[("Nadia", "Petrov", "nadia@both.example")])[0]
    globex = live_cast.invite(live_cast.tess, role="billing", people=[("N.", "P.", "nadia@both.example")])[0]
    clients = [open_accept_page(acme), open_accept_page(globex)]
    statuses = Counter(run_in_parallel(2, lambda number: accept(clients[number])))
    assert statuses == Counter({302: 1, 409: 1})
    assert User.objects.filter(email="nadia@both.example").count() == 1
