"""Members who give a pending member a role that the inviter couldn't give become the inviter, by every route (U-8).

Accepting an administrative role needs an active inviter who could give it.
"""

import pytest

from console.tests.bulk_requests import press, url
from invitations.policies import can_accept
from organizations.models import GroupRole, Membership
from organizations.queries import profile_of
from organizations.services import Edit, add_to_group, create_group, edit_member
from teamadmin.testing.cast import Cast, role_named

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-8", "G-4", "R-6")]


@pytest.fixture
def nadia(cast) -> Membership:
    """Invited by Max, a Manager. Members of Research are Admins."""
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    return cast.invite(cast.max)[0].membership


def profile(cast: Cast, nadia: Membership) -> None:
    edit = Edit(roles=frozenset({role_named("admin").pk}))
    edit_member(actor=cast.olga, member=nadia, seen=profile_of(nadia), edit=edit)


def bulk_role(cast: Cast, nadia: Membership) -> None:
    press(cast.client("olga"), url("role", nadia, view="pending/"), role=role_named("admin").pk)


def bulk_group(cast: Cast, nadia: Membership) -> None:
    press(cast.client("olga"), url("group", nadia, view="pending/"), group_id=cast.groups["research"].pk)


def group_page(cast: Cast, nadia: Membership) -> None:
    add_to_group(actor=cast.olga, group=cast.groups["research"], members=[nadia, cast.bo])


@pytest.mark.parametrize("route", [profile, bulk_role, bulk_group, group_page])
def test_an_admin_who_gives_a_stronger_role_becomes_the_inviter(cast, nadia, route):
    route(cast, nadia)
    now = Membership.objects.get(pk=nadia.pk)
    assert now.invited_by == cast.olga and can_accept(now)


def test_the_inviter_stays_if_they_could_give_the_role(cast, nadia):
    create_group(actor=cast.olga, organization=cast.acme, name="Plain", members=[nadia])
    press(cast.client("olga"), url("role", nadia, cast.bo, view="pending/"), role=role_named("operator").pk)
    assert Membership.objects.get(pk=nadia.pk).invited_by == cast.max
    assert Membership.objects.get(pk=cast.bo.pk).invited_by is None
