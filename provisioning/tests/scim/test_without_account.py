"""Members whom SCIM created and who have never signed in: every page and action that assumes an account works."""

import pytest

from audit.models import Entry
from base.policies import Refused
from invitations.services import add_expired_invitations, resend_invitation
from organizations import policies
from organizations.models import ManagedBy, Membership, MembershipRole, Status
from organizations.queries import admin_exists, admins_of, is_last_admin, profile_of, sessions_of_member
from organizations.services import (
    adopt_member,
    deactivate_member,
    delete_member,
    edit_member,
    link_provisioned_member,
    log_out_member,
    reactivate_member,
    release_member,
)
from organizations.services.members.profile import Edit
from teamadmin.testing.cast import add_user, role_named

pytestmark = pytest.mark.spec("U-16")


@pytest.fixture
def ada(scim) -> Membership:
    return Membership.objects.select_related("organization").get(pk=scim.create_user()["id"])


def test_every_page_shows_them(cast, ada):
    olga = cast.client("olga")
    listed = olga.get("/o/acme/users/").content.decode()
    assert "Ada Lovelace" in listed
    for query in ("managed_by=scim", "two_factor=none", "status=everyone", "q=ada"):
        assert "Ada Lovelace" in olga.get(f"/o/acme/users/?{query}").content.decode(), query
    page = olga.get(f"/o/acme/users/{ada.pk}/")
    assert page.status_code == 200 and "Ada Lovelace" in page.content.decode()
    for path in ("security/", "security/two-factor/", "groups/", "roles/", "audit-log/"):
        assert olga.get(f"/o/acme/{path}").status_code in (200, 404), path
    export = b"".join(olga.get("/o/acme/users/export/?columns=name,email,managed_by"))
    assert b"Ada Lovelace" in export


def test_the_identity_provider_owns_name_and_membership(cast, ada):
    olga = cast.client("olga")
    answer = olga.post(f"/o/acme/users/{ada.pk}/deletion/")
    assert answer.status_code == 403 and "managed by your identity provider" in answer.content.decode()
    with pytest.raises(Refused):
        delete_member(actor=cast.olga, member=ada)
    with pytest.raises(Refused):
        edit_member(actor=cast.olga, member=ada, seen=profile_of(ada), edit=Edit(name=("A", "B")))
    edit = Edit(roles=frozenset([role_named("builder").pk]))
    assert edit_member(actor=cast.olga, member=ada, seen=profile_of(ada), edit=edit).changed == ["roles"]


def test_actions_that_need_an_account_do_not_apply(cast, ada):
    for decision in (
        policies.can_reset_two_factor(cast.olga, ada),
        policies.can_end_sessions(cast.olga, ada),
        policies.can_remind_two_factor(cast.olga, ada),
    ):
        assert (bool(decision), decision.applies) == (False, False)
    with pytest.raises(Refused, match="hasn’t signed in yet"):
        log_out_member(actor=cast.olga, member=ada)
    assert sessions_of_member(ada) == []


def test_they_can_be_deactivated_and_reactivated_here_too(cast, ada):
    assert deactivate_member(actor=cast.olga, member=ada).status == Status.DEACTIVATED
    assert reactivate_member(actor=cast.olga, member=ada).status == Status.ACTIVE


@pytest.mark.spec("R-8")
def test_they_are_no_admin_who_can_sign_in(cast, ada):
    MembershipRole.objects.filter(membership=ada).update(role=role_named("admin"))
    MembershipRole.objects.filter(membership=cast.olga).update(role=role_named("manager"))
    assert not admin_exists(cast.acme)
    assert not is_last_admin(ada)
    assert admins_of(cast.acme) == []


@pytest.mark.spec("J-6")
def test_the_first_sign_in_links_one_user(cast, ada):
    user, other = add_user("ada@home.example", "Ada"), add_user("eve@home.example", "Eve")
    assert link_provisioned_member(member=ada, user=user)
    assert not link_provisioned_member(member=ada, user=other)
    ada.refresh_from_db()
    assert (ada.user, ada.email, user.email) == (user, "ada@acme.example", "ada@home.example")
    assert Entry.objects.filter(action="member.joined", target_id=ada.pk).count() == 1


def test_released_members_are_manual_again(cast, ada):
    released = release_member(actor=cast.olga, member=ada)
    assert released.status == Status.INVITED
    add_expired_invitations(actor=cast.olga, members=[released])
    resend_invitation(actor=cast.olga, member=released)
    ada.refresh_from_db()
    assert (ada.state, ada.invited_by) == ("pending", cast.olga)
    adopted = adopt_member(actor=cast.olga, member=cast.bo)
    assert adopted.managed_by == ManagedBy.SCIM
    released = release_member(actor=cast.olga, member=cast.bo)
    assert (released.managed_by, released.status, released.user) == (ManagedBy.MANUAL, Status.ACTIVE, cast.bo.user)
