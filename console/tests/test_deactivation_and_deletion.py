"""Deactivating, reactivating, deleting: confirmations, effects, refusals (U-10, U-11, U-13, U-14)."""

import re

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from audit.models import Entry
from console.tests.people import USERS, expire, link, names, row
from invitations.models import Invitation
from organizations.models import GroupMembership, Membership, MembershipRole, ProjectGrant, Status
from teamadmin.testing.cast import PASSWORD, add_member, add_user, role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(member: Membership, noun: str, view: str = "") -> str:
    return f"{USERS}{member.pk}/{noun}/" + (f"?view={view}" if view else "")


def status(member: Membership) -> str:
    return Membership.objects.get(pk=member.pk).status


def sign_in(user: User) -> Client:
    client = Client(headers={"user-agent": "Firefox/140 (Windows)"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.get("/o/acme/")
    return client


@pytest.fixture
def shared(cast) -> Membership:
    """Bo, who is also in Globex."""
    add_member(cast.globex, cast.bo.user, "billing")
    return cast.bo


# --- deactivating -------------------------------------------------------------------------------


@pytest.mark.spec("U-10", "U-18")
def test_deactivation_shows_the_consequences_and_keeps_roles_and_groups(cast):
    bo, olga = sign_in(cast.bo.user), cast.client("olga")
    sign_in(cast.bo.user)
    confirmation = olga.get(url(cast.bo, "deactivation"))
    for text in (
        "Deactivate Bo Lindqvist?", "can’t sign in until an Admin reactivates them", "bo@acme.example",
        "Signed out of 2 sessions", "They stop receiving email",
        "They keep their role, groups and projects for when they return",
    ):  # fmt: skip
        assert text in text_of(confirmation)
    assert status(cast.bo) == Status.ACTIVE and link(confirmation, "Cancel") == USERS
    done = olga.post(url(cast.bo, "deactivation"), {"seen": "active"}, follow=True)
    assert "Bo Lindqvist was deactivated." in text_of(done) and "Deactivated" in row(done, cast.bo)
    assert MembershipRole.objects.filter(membership=cast.bo).exists()
    assert GroupMembership.objects.filter(membership=cast.bo).exists()
    assert bo.get("/o/acme/").status_code == 302 and bo.get("/o/acme/")["Location"].startswith("/accounts/login/")
    assert Entry.objects.filter(action="member.deactivated", target_id=cast.bo.pk, actor_id=cast.olga.pk).exists()


@pytest.mark.spec("U-10")
def test_reactivation_restores_access(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    olga = cast.client("olga")
    confirmation = olga.get(url(cast.bo, "reactivation", "%3Fstatus=deactivated"))
    assert "Reactivate Bo Lindqvist?" in text_of(confirmation) and "Bo Lindqvist can sign in to Acme again" in text_of(
        confirmation
    )
    response = olga.post(url(cast.bo, "reactivation", "%3Fstatus=deactivated"), {"seen": "deactivated"}, headers=HTMX)
    assert response["HX-Trigger"] == "users-changed"  # the list shows only deactivated members
    assert "Active" in row(response, cast.bo) and "Bo Lindqvist was reactivated" in response.content.decode()
    assert status(cast.bo) == Status.ACTIVE and sign_in(cast.bo.user).get("/o/acme/").status_code == 200


@pytest.mark.spec("U-10", "I-9")
def test_deactivation_shows_invitations_that_become_invalid(cast):
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    cast.invite(ann, role="manager", people=[("Mo", "Ray", "mo@acme.example")])
    cast.invite(ann, role="builder", people=[("Bea", "Ray", "bea@acme.example")])
    expire(cast.invite(ann, role="admin", people=[("Eve", "Ray", "eve@acme.example")])[0])
    said = "1 invitation they sent for an administrative role can’t be accepted until someone resends it"
    assert said in text_of(cast.client("olga").get(url(ann, "deactivation")))
    assert said not in text_of(cast.client("olga").get(url(cast.bo, "deactivation")))


@pytest.mark.spec("U-11")
def test_a_shared_member_can_only_be_deleted(cast, shared):
    olga, reason = cast.client("olga"), "Bo Lindqvist is a member of other organizations and can’t be deactivated"
    for response in (olga.get(url(shared, "deactivation")), olga.post(url(shared, "deactivation"), headers=HTMX)):
        assert response.status_code == 403 and f"{reason}. Delete them instead." in text_of(response)
        assert link(response, "Delete instead").endswith(f"/users/{shared.pk}/deletion/")
        assert "Globex" not in text_of(response)
    assert status(shared) == Status.ACTIVE
    menu = olga.get(url(shared, "menu"), headers=HTMX).content.decode()
    assert re.search(rf'href="{url(shared, "deactivation")}"', menu) and "aria-disabled" not in menu


@pytest.mark.spec("U-11", "A-5")
def test_deactivating_a_shared_member_ends_only_this_access(cast, shared):
    cast.acme.deactivate_shared = True
    cast.acme.save()
    bo, olga = cast.client("bo"), cast.client("olga")
    assert "They keep access to their other organizations." in text_of(olga.get(url(shared, "deactivation")))
    olga.post(url(shared, "deactivation"))
    assert status(shared) == Status.DEACTIVATED
    assert [bo.get(path).status_code for path in ("/o/acme/", "/o/globex/")] == [404, 200]


# --- deleting -----------------------------------------------------------------------------------


@pytest.mark.spec("U-13", "U-18")
def test_deletion_shows_all_consequences(cast):
    """Bo: a session, two groups, a project that only he has, one shared with Opal, three invitations."""
    bo = cast.bo
    MembershipRole.objects.filter(membership=bo).update(role=role_named("manager"))
    GroupMembership.objects.create(organization=cast.acme, group=cast.groups["research"], membership=bo)
    for name, member in (("ledger", bo), ("atlas", bo), ("atlas", cast.opal)):
        ProjectGrant.objects.create(organization=cast.acme, project=cast.projects[name], membership=member)
    sign_in(bo.user)
    cast.invite(bo, role="manager", people=[("Mo", "Ray", "mo@acme.example")])
    cast.invite(bo, role="builder", people=[("Bea", "Ray", "bea@acme.example"), ("Cy", "Ray", "cy@acme.example")])
    confirmation = text_of(cast.client("olga").get(url(bo, "deletion")))
    for text in (
        "Delete Bo Lindqvist?", "Bo Lindqvist loses access immediately. This can’t be undone.",
        "Signed out of 1 session", "Removed from 2 groups: Marketing and Research", "Loses access to 3 projects",
        "No one else was given access to 1 project: Ledger",
        "1 invitation they sent for an administrative role can’t be accepted until someone resends it",
        "2 other invitations they sent stay valid", "Their account is deleted too (no other organizations)",
        "Projects and their contents are kept",
    ):  # fmt: skip
        assert text in confirmation


@pytest.mark.spec("U-13")
@pytest.mark.parametrize("other", ["direct", "group", "deactivated"])
def test_projects_that_no_one_else_was_given_are_shown(cast, other):
    grant = {"organization": cast.acme, "project": cast.projects["ledger"]}
    ProjectGrant.objects.create(**grant, membership=cast.bo)
    if other == "group":
        GroupMembership.objects.create(organization=cast.acme, group=cast.groups["research"], membership=cast.opal)
        ProjectGrant.objects.create(**grant, group=cast.groups["research"])
    else:
        ProjectGrant.objects.create(**grant, membership=cast.opal)
    if other == "deactivated":
        Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    confirmation = text_of(cast.client("olga").get(url(cast.bo, "deletion")))
    assert ("No one else was given access to 1 project: Ledger" in confirmation) == (other == "deactivated")


@pytest.mark.spec("U-13", "U-18")
def test_delete_removes_everything_and_the_row(cast):
    bo, olga, user = sign_in(cast.bo.user), cast.client("olga"), cast.bo.user
    response = olga.post(url(cast.bo, "deletion"), {"seen": "active"}, headers=HTMX)
    assert response.status_code == 200 and response["HX-Trigger"] == "users-changed"
    assert "Bo Lindqvist was deleted." in response.content.decode() and "All Users 3" in text_of(response)
    assert not Membership.objects.filter(pk=cast.bo.pk).exists() and not User.objects.filter(pk=user.pk).exists()
    assert not GroupMembership.objects.filter(membership_id=cast.bo.pk).exists()
    assert bo.get("/o/acme/")["Location"].startswith("/accounts/login/")
    assert "Bo Lindqvist" not in names(olga.get(USERS))


@pytest.mark.spec("U-13", "A-5")
def test_a_shared_account_is_kept(cast, shared):
    olga = cast.client("olga")
    assert "They keep their account for other organizations" in text_of(olga.get(url(shared, "deletion")))
    olga.post(url(shared, "deletion"))
    assert not Membership.objects.filter(pk=shared.pk).exists()
    assert sign_in(shared.user).get("/o/globex/").status_code == 200


@pytest.mark.spec("U-13", "U-14")
@pytest.mark.parametrize("view", ["", "pending/"])
def test_deactivated_and_pending_members_are_deleted_from_both_tabs(cast, view):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    nadia, eve = cast.invite(people=[("Nadia", "Ray", "nadia@acme.example"), ("Eve", "Ray", "eve@acme.example")])
    expire(eve)
    olga = cast.client("olga")
    for member in (cast.opal, nadia.membership, eve.membership):
        assert olga.post(url(member, "deletion", view)).status_code == 302
        assert not Membership.objects.filter(pk=member.pk).exists()
    assert Invitation.objects.filter(revoked_at=None).count() == 0


@pytest.mark.spec("U-13", "U-14")
def test_deletion_of_a_pending_member_shows_the_consequences(cast):
    groups, projects = [
        [str(things[name].pk)] for things, name in ((cast.groups, "marketing"), (cast.projects, "ledger"))
    ]
    nadia = cast.invite(group_ids=groups, project_ids=projects)[0].membership
    confirmation = text_of(cast.client("olga").get(url(nadia, "deletion", "pending/")))
    for text in (
        "Delete Nadia Petrov?", "This can’t be undone.", "The invitation is withdrawn and its link stops working",
        "Removed from 1 group: Marketing", "Loses access to 3 projects", "They won’t be notified.",
    ):  # fmt: skip
        assert text in confirmation
    assert "their account" not in confirmation.lower() and "Signed out" not in confirmation


@pytest.mark.spec("U-13")
def test_a_deleted_member_can_be_invited_again(cast):
    cast.client("olga").post(url(cast.bo, "deletion"))
    again = cast.invite(people=[("Bo", "Lindqvist", "bo@acme.example")])[0].membership
    assert again.pk != cast.bo.pk and not again.group_links.exists()


# --- concurrent changes -------------------------------------------------------------------------


@pytest.mark.spec("U-18")
@pytest.mark.parametrize(
    ("noun", "seen", "now"),
    [
        ("deactivation", "active", Status.DEACTIVATED),
        ("reactivation", "deactivated", Status.ACTIVE),
        ("deletion", "deactivated", Status.ACTIVE),
        ("sessions", "active", Status.DEACTIVATED),
        ("two-factor-reset", "active", Status.DEACTIVATED),
    ],
)
def test_an_outdated_confirmation_changes_nothing(cast, noun, seen, now):
    Membership.objects.filter(pk=cast.bo.pk).update(status=now, two_factor=True)
    for headers in ({}, HTMX):
        response = cast.client("olga").post(url(cast.bo, noun), {"seen": seen}, headers=headers)
        assert response.status_code == 409
        assert f"Someone already changed this. Status is now {now.label}; no changes were made." in text_of(response)
        assert (f'id="user-{cast.bo.pk}" hx-swap-oob="true"' in response.content.decode()) == bool(headers)
    assert status(cast.bo) == now and Membership.objects.get(pk=cast.bo.pk).two_factor


@pytest.mark.spec("U-18")
def test_a_second_deletion_is_not_found(cast):
    olga = cast.client("olga")
    assert [olga.post(url(cast.bo, "deletion")).status_code for _ in range(2)] == [302, 404]


@pytest.mark.spec("U-18")
@pytest.mark.parametrize("noun", ["deletion", "deactivation", "reactivation", "sessions", "two-factor-reset"])
def test_a_member_deleted_meanwhile_is_not_found(cast, noun, monkeypatch):
    """The member is deleted between the lookup and the lock."""
    from console.member.actions import member_action

    state = Status.DEACTIVATED if noun == "reactivation" else Status.ACTIVE
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True, status=state)

    def vanish(organization, member_id):
        member = Membership.objects.get(pk=member_id)
        Membership.objects.filter(pk=member_id).delete()
        return member

    monkeypatch.setattr(member_action, "member_in", vanish)
    assert cast.client("olga").post(url(cast.bo, noun)).status_code == 404


@pytest.mark.spec("I-2", "U-18")
def test_a_member_whose_invitation_was_withdrawn_meanwhile_is_not_found(cast, monkeypatch):
    """The invitation is withdrawn after the check and before the organization's row is locked."""
    from console.member.actions import invitation

    def gone(**_arguments):
        raise Membership.DoesNotExist

    monkeypatch.setattr(invitation, "resend_invitation", gone)
    pia = cast.invite()[0].membership
    assert cast.client("olga").post(url(pia, "invitation")).status_code == 404


@pytest.mark.spec("U-13")
def test_a_deletion_can_take_longer_than_a_page(cast):
    """Invited members reference their inviter: where that is a million, deleting them is one long UPDATE."""
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL ends statements that run for long.")
    cast.client("olga").post(url(cast.bo, "deletion"))
    with connection.cursor() as cursor:  # still in the test's transaction
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10min",)
