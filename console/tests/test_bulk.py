"""Bulk actions: results, skipped users and reasons (U-15, U-12)."""

import re

import pytest

from audit.models import Entry
from console.models import BulkAction
from console.tests.bulk_requests import BULK, press, states, url
from console.tests.people import PENDING, USERS, expire, joined, link, pending
from invitations.models import Invitation
from organizations.models import GroupMembership, GroupRole, ManagedBy, Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-15")]


def test_selected_users_are_deleted(cast):
    nadia = cast.invite()[0].membership
    client, address = cast.client("olga"), url("deletion", cast.bo, cast.opal, nadia)
    confirmation = client.get(address)
    assert confirmation.status_code == 200
    for text in ("Delete 3 users?", "Bo Lindqvist", "opal@acme.example", "This can’t be undone", "Delete 3 users"):
        assert text in text_of(confirmation)
    done = press(client, address)
    assert done.redirect_chain == [(USERS, 302)] and "Deleted 3 users." in text_of(done)
    assert not Membership.objects.filter(pk__in=[cast.bo.pk, cast.opal.pk, nadia.pk]).exists()
    assert Invitation.objects.get().revoked_at is not None
    deleted = Entry.objects.filter(action="member.deleted")
    assert deleted.count() == 3 and set(deleted.values_list("actor_id", flat=True)) == {cast.olga.pk}
    result = client.get(link(done, "View results"))
    assert text_of(result).count("Done") == 4 and "bo@acme.example" in text_of(result)


def test_a_deletion_that_includes_the_actor_deletes_no_one(cast):
    client, address = cast.client("olga"), url("deletion", cast.olga, cast.bo)
    confirmation = client.get(address)
    assert "You can’t delete yourself" in text_of(
        confirmation
    ) and "No one has been deleted because your selection includes you" in text_of(confirmation)
    assert "Delete the other 1" in text_of(confirmation)
    refused = client.post(address)
    assert refused.status_code == 409 and "You can’t delete yourself" in text_of(refused)
    assert Membership.objects.filter(pk=cast.bo.pk).exists() and not BulkAction.objects.exists()
    done = press(client, address)
    assert "Deleted 1 user." in text_of(done)
    assert not Membership.objects.filter(pk=cast.bo.pk).exists() and Membership.objects.filter(pk=cast.olga.pk).exists()


def test_all_that_match_except_the_actor(cast):
    joined(cast.acme, 5)
    client, address = cast.client("olga"), url("deletion", view="?q=acme", all="1")
    assert client.post(address).status_code == 409
    assert "Deleted 8 users." in text_of(press(client, address))
    assert list(Membership.objects.filter(organization=cast.acme)) == [cast.olga]


def test_skipped_users_and_reasons(cast):
    Membership.objects.filter(pk__in=[cast.bo.pk, cast.opal.pk]).update(managed_by=ManagedBy.SCIM)
    client, address = cast.client("olga"), url("deletion", cast.bo, cast.max, cast.opal)
    confirmation = text_of(client.get(address))
    assert "Delete 1 user?" in confirmation and "2 users will be skipped" in confirmation
    assert (
        "Bo Lindqvist is managed by your identity provider. Remove them there. The same applies to 1 other."
        in confirmation
    )
    done = press(client, address)
    assert "Deleted 1 user; 2 were skipped." in text_of(done)
    assert states() == {"done": 1, "refused": 2} and not Membership.objects.filter(pk=cast.max.pk).exists()
    result = text_of(client.get(link(done, "View results") + "?show=refused"))
    assert "Opal Nakamura is managed by your identity provider" in result and "max@acme.example" not in result


@pytest.mark.spec("R-7")
def test_higher_ranked_users_are_skipped(cast):
    desk = add_member(
        cast.acme,
        add_user("desk@acme.example", "Dee", "Desk"),
        add_role(cast.acme, "Desk", "people.view", "people.edit"),
    )
    cast.desk = desk
    client, address = cast.client("desk"), url("role", cast.olga, cast.bo)
    assert "Olga Ivanova’s role allows more than yours" in text_of(client.get(address))
    operator = role_named("operator")
    assert "Role changed to Operator for 1 user; 1 was skipped." in text_of(press(client, address, role=operator.pk))
    assert list(cast.olga.roles.all()) == [role_named("admin")] and list(cast.bo.roles.all()) == [operator]


@pytest.mark.spec("R-6")
def test_higher_roles_cannot_be_given(cast):
    client, address = cast.client("max"), url("role", cast.bo, cast.opal)
    admin = role_named("admin")
    confirmation = client.get(address).content.decode()
    assert (
        re.search(rf'value="{admin.pk}"[^>]*disabled', confirmation) and "You can’t give the role Admin" in confirmation
    )
    response = client.post(address, {"role": str(admin.pk)})
    assert response.status_code == 422 and "You can’t give the role Admin" in text_of(response)
    assert "Choose a role." in text_of(client.post(address))
    assert not BulkAction.objects.exists()


@pytest.mark.spec("R-8")
def test_the_last_admin_is_kept(cast):
    client, address = cast.client("olga"), url("role", cast.olga, cast.max)
    done = press(client, address, role=role_named("operator").pk)
    assert "Role changed to Operator for 1 user; 1 was skipped." in text_of(done)
    assert list(cast.olga.roles.all()) == [role_named("admin")]


@pytest.mark.spec("U-12", "R-6")
def test_deactivated_users_are_added_to_a_group(cast):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    nadia = cast.invite()[0].membership
    client, address = cast.client("max"), url("group", cast.opal, cast.bo, nadia)
    confirmation = text_of(client.get(address))
    assert "1 of them is deactivated. They get access when they’re reactivated." in confirmation
    assert "Marketing" in confirmation and "Reactor" not in confirmation
    assert "Choose a group." in text_of(client.post(address))
    done = press(client, address, group_id=cast.groups["marketing"].pk)
    assert "Added 2 users to Marketing; nothing changed for 1." in text_of(done)
    assert GroupMembership.objects.filter(group=cast.groups["marketing"]).count() == 3
    assert "Already in the group." in text_of(client.get(link(done, "View results")))
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    response = client.post(address, {"group_id": str(cast.groups["research"].pk)})
    assert response.status_code == 422 and "it allows more than your role" in text_of(response)
    response = client.post(address, {"group_id": str(cast.globex_group.pk)})
    assert response.status_code == 422 and "Choose a group." in text_of(response)


@pytest.mark.spec("I-2", "I-3")
def test_expired_invitations_are_resent_from_the_pending_tab_only(cast):
    nadia, eve = cast.invite(people=[("Nadia", "P", "nadia@acme.example"), ("Eve", "Late", "eve@acme.example")])
    expire(eve)
    members = [nadia.membership, eve.membership, cast.bo]
    client = cast.client("max")
    confirmation = text_of(client.get(url("invitation", *members)))
    assert (
        "Resend 1 invitation?" in confirmation
        and "2 users will be skipped" in confirmation
        and "Resend it from the Pending tab" in confirmation
    )
    confirmation = text_of(client.get(url("invitation", *members, view="pending/")))
    assert "Resend 2 invitations?" in confirmation and "1 has expired. Resending it sends a new link" in confirmation
    before = OutgoingEmail.objects.count()
    done = press(client, url("invitation", *members, view="pending/"))
    assert done.redirect_chain == [(PENDING, 302)]
    assert "Resent 2 invitations; 1 was skipped." in text_of(done)
    assert OutgoingEmail.objects.count() == before + 2


def test_deactivate_and_reactivate(cast):
    client = cast.client("olga")
    done = press(client, url("deactivation", cast.bo, cast.opal, cast.olga))
    assert "Deactivated 2 users; 1 was skipped." in text_of(done)
    assert Membership.objects.filter(status=Status.DEACTIVATED).count() == 2
    done = press(client, url("reactivation", cast.bo, cast.opal, view="?status=deactivated"))
    assert "Reactivated 2 users." in text_of(done)
    assert not Membership.objects.filter(status=Status.DEACTIVATED).exists()


def test_results_are_visible_to_their_actor_and_admins(cast):
    press(cast.client("max"), url("role", cast.bo, cast.opal), role=role_named("operator").pk)
    action = BulkAction.objects.get()
    assert cast.client("olga").get(f"{BULK}{action.pk}/").status_code == 200
    assert "Role changed to Operator for 1 user; nothing changed for 1." in text_of(cast.client("max").get(BULK))
    cast.mia = add_member(cast.acme, add_user("mia@acme.example", "Mia", "M"), "manager")
    assert cast.client("mia").get(f"{BULK}{action.pk}/").status_code == 404
    assert "No bulk actions yet." in text_of(cast.client("mia").get(BULK))
    cast.rival = cast.tess
    assert cast.client("tess").get(f"/o/globex/users/bulk/{action.pk}/").status_code == 404


def test_a_pending_member_without_an_invitation_is_deleted_too(cast):
    (member,) = pending(cast.acme, 1)
    done = press(cast.client("olga"), url("deletion", member))
    assert "Deleted 1 user." in text_of(done)


@pytest.mark.parametrize("deleted", [True, False])
def test_a_pending_member_who_was_deleted_or_joined_meanwhile(cast, monkeypatch, deleted):
    """A colleague deletes them, or they accept, while they are processed: the note says which."""
    nadia = cast.invite()[0].membership
    own = Membership.objects.filter(pk=nadia.pk)

    def meanwhile(**_arguments) -> bool:
        own.delete() if deleted else own.update(status=Status.ACTIVE, user=cast.stranger)
        return False

    monkeypatch.setattr("console.bulk.kinds.withdraw_invitation", meanwhile)
    press(cast.client("olga"), url("deletion", nadia))
    note = BulkAction.objects.get().items.get().note
    assert note == ("No longer exists." if deleted else "Nadia Petrov joined in the meantime and was not deleted.")
