"""Filters, alone and combined with search and sort, foreign ids, and the texts of an empty list (U-6, U-18)."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db.models import Q
from django.utils import timezone

from console.tests.people import PENDING, USERS, in_groups, joined, link, names, pending, row
from organizations.built_in_roles import BUILT_IN
from organizations.models import GroupRole, ManagedBy, Membership, Organization, Project, ProjectGrant, Status
from organizations.services import deactivate_member
from teamadmin.testing.cast import add_role, role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db


def role_id(key: str) -> str:
    return str(next(role.id for role in BUILT_IN if role.key == key and role.scheme == "ranked"))


def found(cast, query: str, base: str = USERS) -> list[str]:
    return names(cast.client("olga").get(f"{base}?{query}"))


def ticked(page, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"\s+checked', page.content.decode())


@pytest.mark.spec("U-6", "G-4")
def test_filter_by_role_includes_roles_through_groups(cast):
    assert found(cast, f"role={role_id('manager')}") == ["Max Keller"]
    # Bo is in this group.
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role_named("manager"))
    assert found(cast, f"role={role_id('manager')}") == ["Bo Lindqvist", "Max Keller"]
    assert found(cast, f"role={role_id('builder')}") == ["Bo Lindqvist"]


@pytest.mark.spec("G-4", "U-4")
def test_a_role_through_a_group_names_the_group_and_gives_access(cast):
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role_named("manager"))
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role_named("builder"))
    text = row(cast.client("olga").get(USERS), cast.bo)
    assert "Builder Manager via Marketing Marketing All Active" in text and "Builder via" not in text


@pytest.mark.spec("U-6")
def test_filter_by_group(cast):
    in_groups([cast.opal], [cast.groups["research"]])
    assert found(cast, f"group={cast.groups['marketing'].pk}") == ["Bo Lindqvist"]
    assert found(cast, f"group={cast.groups['research'].pk}") == ["Opal Nakamura"]
    guest = pending(cast.acme, 1)
    in_groups(guest, [cast.groups["research"]])
    assert found(cast, f"group={cast.groups['research'].pk}", PENDING) == ["Guest 000 Test"]
    assert found(cast, f"group={cast.groups['research'].pk}&status=everyone") == ["Guest 000 Test", "Opal Nakamura"]


@pytest.mark.spec("U-6")
def test_filter_by_project_ignores_access_through_roles(cast):
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["website"], membership=cast.opal)
    assert found(cast, f"project={cast.projects['website'].pk}") == ["Bo Lindqvist", "Opal Nakamura"]
    assert found(cast, f"project={cast.projects['ledger'].pk}") == []
    old = Project.objects.create(organization=cast.acme, name="Old", archived_at=timezone.now())
    ProjectGrant.objects.create(organization=cast.acme, project=old, membership=cast.opal)
    assert found(cast, f"project={old.pk}") == []


@pytest.mark.spec("U-6", "U-16")
def test_filter_by_managed_by_and_two_factor(cast):
    cast.bo.managed_by, cast.bo.two_factor = ManagedBy.SCIM, True
    cast.bo.save()
    pending(cast.acme, 1)
    assert found(cast, "managed_by=scim") == ["Bo Lindqvist"]
    assert "Bo Lindqvist" not in found(cast, "managed_by=manual")
    assert found(cast, "two_factor=on") == ["Bo Lindqvist"]
    assert found(cast, "two_factor=off&status=everyone") == ["Max Keller", "Olga Ivanova", "Opal Nakamura"]
    # Pending members have no 2FA, so their tab ignores the filter.
    assert names(cast.client("olga").get(f"{PENDING}?two_factor=on")) == ["Guest 000 Test"]
    page = cast.client("olga").get(USERS)
    assert "Active On" in row(page, cast.bo) and "Active Off" in row(page, cast.max)


@pytest.mark.spec("U-4", "U-6")
@pytest.mark.parametrize(
    ("method", "label", "export"),
    [
        ("app", "On App", "On (Authenticator app)"),
        ("passkey", "On Passkey", "On (Passkey)"),
        ("both", "On App, passkey", "On (Authenticator app and passkey)"),
    ],
)
def test_the_method_of_the_second_factor_is_shown_filtered_and_exported(cast, method, label, export):
    members = Membership.objects.filter(organization=cast.acme)
    others = [each for each in ("app", "passkey", "both") if each != method]
    members.filter(pk=cast.bo.pk).update(two_factor=True, two_factor_method=method)
    members.filter(pk=cast.max.pk).update(two_factor=True, two_factor_method=others[0])
    assert found(cast, f"two_factor={method}") == ["Bo Lindqvist"]
    assert found(cast, f"two_factor={others[1]}") == []
    assert found(cast, "two_factor=on") == ["Bo Lindqvist", "Max Keller"]
    client = cast.client("olga")
    assert f"Active {label} Now" in row(client.get(USERS), cast.bo)
    assert export in b"".join(client.get(f"{USERS}export/?view=%3Ftwo_factor%3D{method}")).decode()


@pytest.mark.spec("U-4", "S-11")
def test_off_is_marked_where_the_organization_requires_2fa(cast):
    mark = '<span class="toned" data-tone="warning">Off</span>'
    client = cast.client("olga")
    assert mark not in client.get(USERS).content.decode()
    start = timezone.now() + timedelta(days=3)
    Organization.objects.filter(pk=cast.acme.pk).update(require_two_factor="everyone", two_factor_required_from=start)
    deactivate_member(actor=cast.olga, member=cast.bo)
    assert client.get(USERS).content.decode().count(mark) == 3


@pytest.mark.spec("U-6", "S-6")
def test_filter_by_inactivity_and_by_expiry(cast):
    old = timezone.now() - timedelta(days=91)
    Membership.objects.filter(pk__in=[cast.bo.pk, cast.opal.pk]).update(last_active_at=old)
    deactivate_member(actor=cast.olga, member=cast.opal)
    pending(cast.acme, 1, days=-2)
    pending(cast.acme, 1, days=6.9)
    pending(cast.acme, 1, days=7.1)
    assert found(cast, "last_active=inactive") == ["Bo Lindqvist", "Opal Nakamura"]
    assert found(cast, "last_active=inactive&status=active") == ["Bo Lindqvist"]
    assert len(found(cast, "expires=soon", PENDING)) == 2
    assert len(found(cast, "expires=soon&status=expired", PENDING)) == 1
    # Each is a filter of one tab, and nonsense filters nothing.
    assert len(found(cast, "last_active=inactive", PENDING)) == 3 and len(found(cast, "expires=soon")) == 4
    assert len(found(cast, "last_active=x&two_factor=1")) == 4


@pytest.mark.spec("U-6")
def test_filters_search_sort_and_pages_go_together(cast):
    crowd = joined(cast.acme, 70)
    in_groups(crowd[5:65], [cast.groups["research"]])
    query = f"group={cast.groups['research'].pk}&role={role_id('builder')}&managed_by=manual&q=test&sort=-name"
    client = cast.client("olga")
    first = client.get(f"{USERS}?{query}")
    assert names(first) == [f"Person {n:03} Test" for n in range(64, 14, -1)]
    second = client.get(link(first, "Next"))
    assert names(second) == [f"Person {n:03} Test" for n in range(14, 4, -1)]
    assert names(client.get(link(second, "<svg.*?</svg>Previous"))) == names(first)
    cursor = re.search(r"after=([^&]+)", link(first, "Next"))[1]
    assert names(client.get(f"{USERS}?after={cursor}&sort=-name")) == names(client.get(f"{USERS}?sort=-name"))


@pytest.mark.spec("U-6")
# The matches are gathered at once, gathered after a walk, found by a longer walk, or found by a walk.
@pytest.mark.parametrize(("few", "walk", "promising"), [(2000, 7, 1), (0, 7, 100), (0, 7, 3), (0, 7, 1), (0, 1000, 10)])
@pytest.mark.parametrize("sort", ["name", "-role", "joined"])
def test_every_search_strategy_finds_the_same_members(cast, monkeypatch, few, walk, promising, sort):
    sizes = {"WALK": walk, "LONG_WALK": 3 * walk, "PROMISING": promising}
    sizes["PAGE_SIZE"] = 5
    for name, value in sizes.items():
        monkeypatch.setattr(f"console.users.queries.{name}", value)
    monkeypatch.setattr("console.users.filters.FEW_LINKS", few)
    crowd = joined(cast.acme, 30) + joined(cast.acme, 9, last_name="Marx", status=Status.DEACTIVATED)
    research, marketing, project = cast.groups["research"], cast.groups["marketing"], cast.projects["ledger"]
    in_groups(crowd[4:34], [research])
    in_groups(crowd[20:38], [marketing])
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("manager"))
    ProjectGrant.objects.create(organization=cast.acme, project=project, group=research)
    ProjectGrant.objects.bulk_create(
        ProjectGrant(organization=cast.acme, project=project, membership=member) for member in crowd[::5]
    )
    has_role = Q(role_links__role__key="manager") | Q(group_links__group=marketing)
    access = Q(group_links__group=research) | Q(pk__in=[member.pk for member in crowd[::5]])
    manager, in_research = role_id("manager"), Q(pk__in=research.member_links.values("membership"))
    expected = {
        f"role={manager}": has_role,
        f"group={research.pk}&q=pers": Q(group_links__group=research) & Q(search_text__contains="pers"),
        f"project={project.pk}&status=deactivated&q=marx": access & Q(status=Status.DEACTIVATED),
        f"role={manager}&group={research.pk}&two_factor=off": has_role & in_research,
        f"project={project.pk}&group={marketing.pk}": access & Q(pk__in=marketing.member_links.values("membership")),
    }
    client = cast.client("olga")
    order = {"name": ["sort_name"], "-role": ["-role_order", "-sort_name"], "joined": ["joined_at"]}[sort]
    order.append("-id" if sort.startswith("-") else "id")
    for query, condition in expected.items():
        members = Membership.objects.filter(condition, organization=cast.acme).distinct().order_by(*order)
        page, shown = client.get(f"{USERS}?{query}&sort={sort}"), []
        while True:
            shown += names(page)
            if 'rel="next"' not in page.content.decode():
                break
            page = client.get(link(page, "Next"))
        assert shown == [member.name for member in members], query


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("query", ["role=x", "group=1", "project=", "managed_by=me", "two_factor=perhaps", "role=%00"])
def test_invalid_filter_values_are_ignored(cast, query):
    page = cast.client("olga").get(f"{USERS}?{query}")
    assert len(names(page)) == 4 and query.split("=")[0] + "=" not in page.context["address"]


@pytest.mark.spec("U-6", "A-5")
def test_foreign_ids_match_no_one_and_reveal_nothing(cast):
    role = add_role(cast.globex, "Secret role")
    group = cast.globex.groups.create(name="Secret group")
    project = cast.globex.projects.create(name="Secret project")
    in_groups([cast.bo], [group])  # an inconsistent row
    texts = []
    for query in (f"role={role.pk}", f"group={group.pk}", f"project={project.pk}", f"group={uuid4()}"):
        page = cast.client("olga").get(f"{USERS}?{query}")
        assert names(page) == [] and "Secret" not in page.content.decode() and "“Unknown”" in text_of(page)
        if query.startswith("role"):  # so that the next request of the form still sends it
            assert re.search(rf'name="role" value="{role.pk}"\s+checked>Unknown</label>', page.content.decode())
        texts.append(re.sub(r"[0-9a-f-]{36}", "", text_of(page)))
    assert texts[1] == texts[3]


@pytest.mark.spec("U-6", "U-18")
def test_an_empty_list_offers_to_remove_each_filter(cast):
    client = cast.client("olga")
    query = f"status=active&role={role_id('operator')}&q=zoltan"
    page = client.get(f"{USERS}?{query}")
    assert "No members match “zoltan”" in text_of(page) and "Remove a filter to search more" in text_of(page)
    assert link(page, "Clear search and filters") == USERS
    removals = {
        unescape(label): unescape(url)
        for url, label in re.findall(
            r'<a class="btn sm" href="([^"]*)"><span class="sr-only">Remove </span>([^<]*)', page.content.decode()
        )
    }
    assert removals == {
        "Search: zoltan": f"{USERS}?status=active&role={role_id('operator')}",
        "Status: Active": f"{USERS}?q=zoltan&role={role_id('operator')}",
        "Role: Operator": f"{USERS}?q=zoltan&status=active",
    }
    assert names(client.get(removals["Search: zoltan"])) == ["Opal Nakamura"]
    page = client.get(f"{USERS}?two_factor=on&managed_by=scim")
    assert "No members match these filters" in text_of(page) and link(page, "Clear filters") == USERS
    page = client.get(f"{USERS}?group={cast.groups['research'].pk}")
    assert "No members match Group “Research”" in text_of(page) and link(page, "Clear filter") == USERS


@pytest.mark.spec("U-6")
def test_the_form_shows_and_keeps_active_filters(cast):
    group = cast.groups["marketing"]
    page = cast.client("olga").get(f"{USERS}?group={group.pk}&role={role_id('builder')}").content.decode()
    assert re.search(rf'name="role" value="{role_id("builder")}"\s+checked>Builder</label>', page)
    assert f'<input type="hidden" name="group" value="{group.pk}">' in page
    assert re.search(r'id="filter-group-value" data-on\s+><span class="truncate">Marketing</span>\s+</b>', page)
    assert re.search(r'id="filter-project-value"\s+><span class="truncate">Any</span>\s+</b>', page)
    fragment = cast.client("olga").get(f"{USERS}?group={group.pk}", headers={"HX-Request": "true"}).content.decode()
    chosen = r'id="filter-group-value" data-on\s+hx-swap-oob="true"><span class="truncate">Marketing</span>\s+</b>'
    assert re.search(chosen, fragment)
    assert 'id="users-kept" hx-swap-oob="true"' in fragment and str(group.pk) in fragment


@pytest.mark.spec("U-6")
def test_groups_and_projects_have_their_own_filter_menus(cast):
    client = cast.client("olga")
    page = client.get(f"{USERS}choices/group/?view=%3Fq%3Dbo%26status%3Dactive")
    assert "Filter by group" in text_of(page) and ticked(page, "group") == []
    marketing, research = (str(cast.groups[name].pk) for name in ("marketing", "research"))
    choose = f"{USERS}choices/group/?view=%3Fq%3Dbo%26status%3Dactive&group={marketing}&apply=1"
    assert client.get(choose).url == f"{USERS}?q=bo&status=active&group={marketing}"
    both = client.get(f"{choose}&group={research}&group=nonsense").url
    assert both == f"{USERS}?q=bo&status=active" + "".join(f"&group={key}" for key in sorted((marketing, research)))
    nothing = f"{USERS}choices/group/?view=%3Fq%3Dbo%26group%3D{marketing}"
    assert (
        ticked(client.get(nothing), "group") == [marketing] and client.get(f"{nothing}&apply=1").url == f"{USERS}?q=bo"
    )
    # What is ticked stays in the list while the user searches for others.
    page = client.get(f"{USERS}choices/project/?view=pending/&named=atl&project={cast.projects['website'].pk}")
    assert ticked(page, "project") == [str(cast.projects["website"].pk)]
    assert "Website Atlas" in text_of(page) and "Ledger" not in text_of(page)
    applied = client.get(f"{USERS}choices/project/?view=pending/&apply=1&project={cast.projects['atlas'].pk}")
    assert applied.url == f"{PENDING}?project={cast.projects['atlas'].pk}"
    assert "No matches for “zzz”" in text_of(client.get(f"{USERS}choices/project/?named=zzz"))
    fragment = client.get(f"{USERS}choices/group/?view=", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment and "Marketing" in fragment


@pytest.mark.spec("U-6", "U-15")
def test_select_all_selects_only_members_that_match_the_filter(cast):
    cast.opal.status = Status.DEACTIVATED
    cast.opal.save()
    count = cast.client("olga").get(f"{USERS}bulk/count/", {"view": f"?group={cast.groups['marketing'].pk}"})
    assert count.status_code == 200 and "1" in text_of(count) and "4" not in text_of(count)
