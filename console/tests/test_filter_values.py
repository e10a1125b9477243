"""Filters with several values, and thresholds (U-3, U-6)."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.utils import timezone

from console.tests.people import PENDING, USERS, in_groups, names, pending
from console.tests.test_filters import found, role_id
from organizations.models import ManagedBy, Membership, ProjectGrant, Status
from organizations.services import deactivate_member
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.spec("U-6")
def test_a_filter_takes_several_values_and_members_match_any_of_them(cast):
    roles = [role_id("manager"), role_id("builder")]
    query = "&".join(f"role={key}" for key in roles)
    assert found(cast, query) == ["Bo Lindqvist", "Max Keller"]
    in_groups([cast.opal, cast.max], [cast.groups["research"]])
    groups = "&".join(f"group={cast.groups[name].pk}" for name in ("marketing", "research"))
    assert found(cast, groups) == ["Bo Lindqvist", "Max Keller", "Opal Nakamura"]
    # Between filters, all must match.
    assert found(cast, f"{query}&group={cast.groups['research'].pk}") == ["Max Keller"]
    projects = "&".join(f"project={cast.projects[name].pk}" for name in ("website", "ledger"))
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.opal)
    assert found(cast, projects) == ["Bo Lindqvist", "Opal Nakamura"]
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True, two_factor_method="app")
    Membership.objects.filter(pk=cast.max.pk).update(two_factor=True, two_factor_method="passkey")
    assert found(cast, "two_factor=app&two_factor=passkey") == ["Bo Lindqvist", "Max Keller"]
    Membership.objects.filter(pk=cast.opal.pk).update(managed_by=ManagedBy.SCIM)
    assert len(found(cast, "managed_by=scim&managed_by=manual")) == 4
    # Each value is in the URL once, and values that exist count also next to others.
    page = cast.client("olga").get(f"{USERS}?{query}&role={roles[0]}&role={uuid4()}&role=x")
    assert names(page) == ["Bo Lindqvist", "Max Keller"] and page.context["address"].count("role=") == 3


@pytest.mark.spec("U-3", "U-6")
def test_several_statuses(cast):
    deactivate_member(actor=cast.olga, member=cast.opal)
    pending(cast.acme, 1, days=-2)
    pending(cast.acme, 1, days=3)
    late, waiting = Membership.objects.filter(status=Status.INVITED).order_by("invite_expires_at")
    assert found(cast, "status=active&status=deactivated") == found(cast, "")
    assert found(cast, "status=deactivated&status=expired") == sorted(["Opal Nakamura", late.name])
    with_pending = found(cast, "status=active&status=pending")
    assert len(with_pending) == 4 and waiting.name in with_pending
    assert len(found(cast, "status=pending&status=expired")) == 2
    assert len(found(cast, "status=everyone&status=active")) == 6
    assert len(found(cast, "status=pending&status=expired", PENDING)) == 2
    # Only a list of pending members can be sorted by expiry.
    sort = "sort=invite_expires"
    assert found(cast, f"status=pending&status=expired&{sort}") == [late.name, waiting.name]
    assert found(cast, f"status=active&status=pending&{sort}") == with_pending


@pytest.mark.spec("U-6")
def test_the_control_counts_further_values_and_chips_list_them(cast):
    roles = sorted([role_id("manager"), role_id("builder")])
    client = cast.client("olga")
    assert 'aria-label="Active filters"' not in client.get(f"{USERS}?role={roles[0]}&status=active").content.decode()
    page = client.get(f"{USERS}?role={roles[0]}&role={roles[1]}&status=active")
    text = text_of(page)
    assert "Role Manager +1" in text and "Status: Active" in text and "Role: Manager" in text
    html = page.content.decode()
    chips = dict(
        re.findall(r'<a class="btn ghost sm square" href="([^"]*)"><span class="sr-only">Remove ([^<]*)', html)
    )
    assert {label: unescape(url) for url, label in chips.items()} == {
        "Status: Active": f"{USERS}?role={roles[0]}&role={roles[1]}",
        "Role: Manager": f"{USERS}?status=active&role={role_id('builder')}",
        "Role: Builder": f"{USERS}?status=active&role={role_id('manager')}",
    }
    fragment = client.get(f"{USERS}?role={roles[0]}&role={roles[1]}", headers={"HX-Request": "true"}).content.decode()
    value = r'hx-swap-oob="true"><span class="truncate">Manager</span>\s+<span>\+1</span></b>'
    assert re.search(rf'id="filter-role-value" data-on\s+{value}', fragment)


@pytest.mark.spec("U-6", "S-6")
@pytest.mark.parametrize(("value", "days"), [("30", 30), ("60", 60), ("90", 90), ("inactive", 90)])
def test_inactive_for_30_60_or_90_days(cast, value, days):
    now = timezone.now()
    for member, ago in ((cast.bo, days + 1), (cast.opal, days - 1)):
        Membership.objects.filter(pk=member.pk).update(last_active_at=now - timedelta(days=ago))
    assert found(cast, f"last_active={value}") == ["Bo Lindqvist"]
    page = cast.client("olga").get(f"{USERS}?last_active={value}").content.decode()
    assert f"selected>Over {days} days ago</option>" in page


@pytest.mark.spec("U-6")
def test_a_filter_takes_at_most_twenty_values(cast):
    query = "&".join(f"group={uuid4()}" for _ in range(30))
    params = cast.client("olga").get(f"{USERS}?{query}").context["params"]
    assert len(params.values("group")) == 20
