"""Deleting a connection: what becomes of its members and groups (C-6)."""

import pytest

from audit.models import Entry
from console.models import BulkAction, BulkState
from console.tests.provisioning_data import URL, add_managed, add_scim_group, ask_for, connect, manage
from invitations.models import Invitation
from invitations.services import resend_invitation
from organizations.models import Group, Membership
from outbox.models import OutgoingEmail
from provisioning.models import AdoptionRequest, ScimConnection, ScimGroup, ScimToken, ScimUser
from provisioning.services.disconnecting import disconnect
from provisioning.services.scim_tokens import create_token, find_connection
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel

DELETION = f"{URL}deletion/"
pytestmark = pytest.mark.spec("C-6")


@pytest.fixture
def connected(cast):
    """Okta manages Bo, a deactivated person, someone who hasn't signed in yet, and a group."""
    cast.connection = connect(cast.acme)
    manage(cast.bo)
    cast.away = manage(
        add_member(cast.acme, add_user("away@acme.example", "Ann", "Away"), "operator", status="deactivated")
    )
    cast.new = add_managed(cast.acme)
    cast.group = add_scim_group(cast.acme, "Crew", (cast.bo, cast.new))
    ask_for(cast.opal)
    return cast


def test_the_dialog_says_what_happens_to_whom(connected):
    text = text_of(connected.client("olga").get(DELETION))
    assert "What happens to its 3 members?" in text
    assert "1 of them has never signed in and can’t without your identity provider." in text
    assert "To remove them, enter 3" in text


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({}, "Choose what happens to the members."),
        ({"members": "burn"}, "Choose one of them."),
        ({"members": "remove"}, "Enter 3 to remove the members."),
        ({"members": "remove", "count": "4"}, "Enter 3 to remove the members."),
        ({"members": "remove", "count": "three"}, "Enter 3 to remove the members."),
    ],
)
def test_errors_delete_nothing(connected, data, error):
    response = connected.client("olga").post(DELETION, data)
    assert response.status_code == 422 and error in text_of(response)
    assert ScimConnection.objects.exists() and Membership.objects.filter(managed_by="scim").count() == 3


@pytest.mark.spec("U-16", "G-3")
def test_kept_members_and_groups_become_manual(connected):
    _token, secret = create_token(actor=connected.olga, connection=connected.connection, name="One")
    response = connected.client("olga").post(DELETION, {"members": "keep"}, follow=True)
    text = text_of(response)
    assert "The connection to Okta was deleted." in text and "Connect your identity provider" in text
    assert "1 member who hasn’t signed in yet is now pending." in text
    assert not any(
        model.objects.exists() for model in (ScimConnection, ScimToken, ScimUser, ScimGroup, AdoptionRequest)
    )
    assert find_connection(secret) is None
    assert (
        not Membership.objects.filter(managed_by="scim").exists()
        and not Group.objects.filter(managed_by="scim").exists()
    )
    statuses = dict(Membership.objects.filter(organization=connected.acme).values_list("email", "status"))
    assert (statuses["bo@acme.example"], statuses["away@acme.example"]) == ("active", "deactivated")
    assert statuses["managed1@acme.example"] == "invited"
    assert connected.group.member_links.count() == 2
    entry = Entry.objects.get(action="scim.disconnected")
    assert entry.data == {"members": 3, "groups": 1, "pending": 1}
    assert not OutgoingEmail.objects.exists(), "no one is notified"


def test_those_who_never_signed_in_can_be_invited_or_removed_afterwards(connected):
    second = add_managed(connected.acme, 2)
    disconnect(actor=connected.olga, connection=connected.connection)
    client = connected.client("olga")
    assert "Expired" in text_of(client.get("/o/acme/users/pending/"))
    member = Membership.objects.get(pk=connected.new.pk)
    invitation = resend_invitation(actor=connected.olga, member=member)
    assert invitation.sends == 1 and not Membership.objects.get(pk=member.pk).is_expired
    assert OutgoingEmail.objects.count() == 1
    assert client.post(f"/o/acme/users/{second.pk}/deletion/").status_code == 302
    assert not Membership.objects.filter(pk=second.pk).exists()
    assert Invitation.objects.filter(revoked_at__isnull=False).count() == 1


def test_removed_members_are_gone_with_the_usual_rules(connected):
    manage(connected.olga)
    response = connected.client("olga").post(DELETION, {"members": "remove", "count": "4"}, follow=True)
    assert response.status_code == 200
    action = BulkAction.objects.get()
    assert (action.state, action.done, action.refused) == (BulkState.DONE, 3, 1)
    assert "You can’t delete yourself." in text_of(response)
    assert not ScimConnection.objects.exists()
    emails = set(Membership.objects.filter(organization=connected.acme).values_list("email", flat=True))
    assert emails == {"olga@acme.example", "max@acme.example", "opal@acme.example"}


def test_many_are_removed_by_a_worker(connected, monkeypatch):
    monkeypatch.setattr("console.provisioning.services.IMMEDIATE_LIMIT", 1)
    monkeypatch.setattr("console.provisioning.disconnecting.IMMEDIATE_LIMIT", 1)
    published = []
    monkeypatch.setattr("console.provisioning.services.publish_after_commit", lambda *args: published.append(args))
    response = connected.client("olga").post(DELETION, {"members": "remove", "count": "3"})
    action = BulkAction.objects.get()
    assert published and response.url.endswith(f"/users/bulk/{action.pk}/") and action.state == BulkState.RUNNING
    assert Membership.objects.filter(pk=connected.bo.pk, managed_by="manual").exists()


def test_a_connection_without_members_asks_for_nothing_else(cast):
    connect(cast.acme)
    client = cast.client("olga")
    assert "What happens" not in text_of(client.get(DELETION))
    assert client.post(DELETION).status_code == 302 and not ScimConnection.objects.exists()
    assert client.get(DELETION).status_code == 404


def test_other_organizations_keep_theirs(connected):
    connect(connected.globex)
    manage(connected.tess)
    disconnect(actor=connected.olga, connection=connected.connection)
    assert ScimConnection.objects.filter(organization=connected.globex).exists()
    assert Membership.objects.get(pk=connected.tess.pk).managed_by == "scim"


def test_two_at_once_delete_it_once(live_cast):
    connection = connect(live_cast.acme)
    add_managed(live_cast.acme)
    other = add_member(live_cast.acme, add_user("second@acme.example", "Ada", "Second"), "admin")

    def attempt(actor):
        try:
            return disconnect(actor=actor, connection=connection)
        except ScimConnection.DoesNotExist:
            return None

    results = run_in_parallel(2, lambda number: attempt((live_cast.olga, other)[number]))
    assert sorted(result is None for result in results) == [False, True]
    assert Entry.objects.filter(action="scim.disconnected").count() == 1 and Invitation.objects.count() == 1
