"""Deactivating, reactivating and deleting members: who may do it, and what is kept and what is deleted."""

import pytest

from accounts.models import User
from audit.models import Entry
from base.policies import Refused
from invitations.services import accept_as_new_user, withdraw_invitation
from organizations import policies, services
from organizations.models import GroupMembership, ManagedBy, Membership, MembershipRole, ProjectGrant, Status
from teamadmin.testing.cast import add_member, add_role, add_user, role_named


def status_of(member) -> str:
    return Membership.objects.get(pk=member.pk).status


def page_status(client, slug="acme") -> int:
    return client.get(f"/o/{slug}/").status_code


@pytest.mark.spec("U-10")
def test_a_deactivated_member_keeps_everything_but_cannot_sign_in(cast):
    client = cast.client("bo")
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.bo)
    assert page_status(client) == 200
    services.deactivate_member(actor=cast.olga, member=cast.bo)
    assert page_status(client) == 302, "the session must have ended, not only the membership"
    assert status_of(cast.bo) == Status.DEACTIVATED
    assert MembershipRole.objects.filter(membership=cast.bo, role=role_named("builder")).exists()
    assert GroupMembership.objects.filter(membership=cast.bo).count() == 1
    assert ProjectGrant.objects.filter(membership=cast.bo).count() == 1
    assert Entry.objects.filter(action="member.deactivated", target_id=cast.bo.pk, actor_id=cast.olga.pk).exists()
    services.reactivate_member(actor=cast.olga, member=cast.bo)
    assert status_of(cast.bo) == Status.ACTIVE and page_status(cast.client("bo")) == 200


@pytest.mark.spec("U-10", "U-13", "R-4")
@pytest.mark.parametrize("service", ["deactivate_member", "delete_member"])
def test_only_admins_can_deactivate_and_delete(cast, service):
    for actor in (cast.max, cast.bo, cast.opal):
        with pytest.raises(Refused, match="Your role doesn’t include"):
            getattr(services, service)(actor=actor, member=cast.opal if actor != cast.opal else cast.bo)
    assert Membership.objects.filter(organization=cast.acme, status=Status.ACTIVE).count() == 4


@pytest.mark.spec("U-10", "U-13")
@pytest.mark.parametrize(
    "service,reason", [("deactivate_member", "deactivate yourself"), ("delete_member", "delete yourself")]
)
def test_members_cannot_deactivate_or_delete_themselves(cast, service, reason):
    add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    with pytest.raises(Refused, match=reason):
        getattr(services, service)(actor=cast.olga, member=cast.olga)
    assert status_of(cast.olga) == Status.ACTIVE


@pytest.mark.spec("U-11")
def test_a_shared_member_is_deactivated_only_if_the_organization_allows_it(cast):
    globex_member = add_member(cast.globex, cast.bo.user, "read_only")
    with pytest.raises(Refused, match="member of other organizations.*Delete them instead"):
        services.deactivate_member(actor=cast.olga, member=cast.bo)
    assert status_of(cast.bo) == Status.ACTIVE
    cast.acme.deactivate_shared = True
    cast.acme.save()
    client = cast.client("bo")
    services.deactivate_member(actor=cast.olga, member=cast.bo)
    assert page_status(client) == 404 and page_status(client, "globex") == 200
    assert status_of(globex_member) == Status.ACTIVE


@pytest.mark.spec("U-13")
def test_deleting_removes_everything_and_the_user_without_other_organizations(cast):
    client, user = cast.client("bo"), cast.bo.user_id
    services.delete_member(actor=cast.olga, member=cast.bo)
    assert page_status(client) == 302
    assert not Membership.objects.filter(pk=cast.bo.pk).exists()
    assert not GroupMembership.objects.filter(membership_id=cast.bo.pk).exists()
    assert not User.objects.filter(pk=user).exists()
    assert Entry.objects.filter(action="member.deleted", target_id=cast.bo.pk).exists()


@pytest.mark.spec("U-13", "A-5")
def test_deleting_keeps_the_user_of_another_organization(cast):
    add_member(cast.globex, cast.bo.user, "read_only")
    client = cast.client("bo")
    services.delete_member(actor=cast.olga, member=cast.bo)
    assert User.objects.filter(pk=cast.bo.user_id).exists()
    assert page_status(client, "globex") == 200, "Acme ends no session in Globex"
    assert page_status(client) == 404


@pytest.mark.spec("U-16")
def test_members_from_an_identity_provider_cannot_be_deleted(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    with pytest.raises(Refused, match="managed by your identity provider"):
        services.delete_member(actor=cast.olga, member=cast.bo)
    cast.bo.refresh_from_db()
    assert not policies.can_delete_member(cast.olga, cast.bo).applies


@pytest.mark.spec("R-7")
def test_members_with_a_stronger_role_are_protected(cast):
    """A custom role with only the permission to delete people can't act on an Admin or a Manager."""
    from organizations.models import Role

    role = Role.objects.create(
        organization=cast.acme, scheme="ranked", key="desk", name="Desk", permissions=["people.view", "people.admin"]
    )
    desk = add_member(cast.acme, add_user("dee@acme.example", "Dee"), "operator")
    MembershipRole.objects.filter(membership=desk).update(role=role)
    add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    for member in (cast.olga, cast.max):
        for service in (services.deactivate_member, services.delete_member):
            with pytest.raises(Refused, match="allows more than yours"):
                service(actor=desk, member=member)
        Membership.objects.filter(pk=member.pk).update(status=Status.DEACTIVATED)
        with pytest.raises(Refused, match="allows more than yours"):
            services.reactivate_member(actor=desk, member=member)
    assert policies.can_delete_member(desk, cast.max).applies, "shown as disabled with the reason, not left out"
    services.delete_member(actor=desk, member=cast.bo)


@pytest.mark.spec("A-5")
def test_members_of_other_organizations_are_not_found(cast):
    with pytest.raises(Membership.DoesNotExist):
        services.delete_member(actor=cast.olga, member=cast.tess)
    with pytest.raises(Membership.DoesNotExist):
        services.deactivate_member(actor=cast.olga, member=cast.tess)
    assert status_of(cast.tess) == Status.ACTIVE


@pytest.mark.spec("R-7", "R-8")
def test_the_actors_current_role_counts(cast):
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    services.deactivate_member(actor=cast.olga, member=ann)
    with pytest.raises(Refused, match="no longer have access to this organization"):
        services.delete_member(actor=ann, member=cast.bo)


@pytest.mark.spec("R-7", "U-14")
@pytest.mark.parametrize("delete", [withdraw_invitation, services.remove_pending_member])
def test_pending_members_the_actors_current_role_counts(cast, delete):
    nadia, mo = cast.invite(people=[("Nadia", "P", "nadia@acme.example"), ("Mo", "R", "mo@acme.example")])
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    desk = add_member(
        cast.acme, add_user("dee@acme.example", "Dee"), add_role(cast.acme, "Desk", "people.view", "people.admin")
    )
    assert policies.can_delete_member(ann, nadia.membership) and policies.can_delete_member(desk, mo.membership)
    services.set_member_roles(actor=cast.olga, member=Membership.objects.get(pk=ann.pk), roles=[role_named("operator")])
    with pytest.raises(Refused, match="doesn’t include"):  # Demoted since she was loaded.
        delete(actor=ann, member=nadia.membership)
    promoted = Membership.objects.get(pk=mo.membership_id)
    services.set_member_roles(actor=cast.olga, member=promoted, roles=[role_named("manager")])
    with pytest.raises(Refused, match="allows more than yours"):  # Promoted since he was loaded.
        delete(actor=desk, member=mo.membership)
    assert Membership.objects.filter(status=Status.INVITED).count() == 2
    assert delete(actor=desk, member=nadia.membership) and not delete(actor=desk, member=nadia.membership)
    assert accept_as_new_user(invitation=mo, password="a long walk in the park")[1]
    assert not delete(actor=cast.olga, member=mo.membership) and promoted.invitations.exists()  # Joined since.
