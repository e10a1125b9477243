"""What SCIM costs: a fixed number of queries whatever the number of users, groups and members; pages by key."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import Group, GroupMembership, ManagedBy, Membership, Status
from organizations.services import without_statement_timeout
from provisioning.models import ScimGroup, ScimUser
from provisioning.scim import paging
from provisioning.tests.scim.conftest import GROUP, user

pytestmark = pytest.mark.spec("C-2")


def add_users(organization, number: int, first: int = 0) -> list[ScimUser]:
    """Create users with few statements."""
    members = Membership.objects.bulk_create(
        Membership(
            organization=organization,
            email=f"u{index:06}@acme.example",
            status=Status.ACTIVE,
            managed_by=ManagedBy.SCIM,
        ).prepare()
        for index in range(first, first + number)
    )
    return ScimUser.objects.bulk_create(
        ScimUser(
            organization=organization,
            membership=member,
            user_name=member.email,
            user_name_key=member.email,
            email_key=member.email,
            attributes={"userName": member.email},
        )
        for member in members
    )


def add_group(organization, name: str, users: list[ScimUser]) -> Group:
    group = Group(organization=organization, name=name, managed_by=ManagedBy.SCIM)
    group.save()
    ScimGroup.objects.create(organization=organization, group=group, display_name=name, display_name_key=name.lower())
    GroupMembership.objects.bulk_create(
        GroupMembership(organization=organization, group=group, membership_id=each.pk) for each in users
    )
    return group


def queries(send) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = send()
    assert response.status_code < 300, response.data
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return len([query for query in captured if not query["sql"].startswith(control)])


def test_the_number_of_queries_does_not_grow(cast, scim):
    """With 1 user and 1 group, and with 30 users in 30 groups, and at most 10 for each request."""
    scim.get("/Users")  # "Last used" is written every few minutes.
    scim.create_user("zoe@acme.example", name={})
    first = add_users(cast.acme, 1)
    add_group(cast.acme, "G", first)
    number = iter(range(1000))

    def count() -> dict[str, int]:
        key, group = first[0].pk, ScimGroup.objects.first().pk
        n = next(number)
        free = Membership.objects.filter(managed_by="scim", group_links=None).latest("pk").pk
        current = ScimUser.objects.get(pk=key).user_name
        name = {"givenName": f"N{n}", "familyName": "X"}
        rename = {"op": "replace", "value": {"name": {"givenName": f"F{n}"}, "userName": f"x{n}"}}
        title = {"op": "replace", "path": "title", "value": str(n)}
        add = {"op": "add", "path": "members", "value": [{"value": str(free)}]}
        remove = {"op": "remove", "path": f'members[value eq "{free}"]'}
        return {
            "list": queries(lambda: scim.get("/Users?count=100")),
            "filter": queries(lambda: scim.get(f'/Users?filter=userName eq "{current}"')),
            "read": queries(lambda: scim.get(f"/Users/{key}")),
            "groups": queries(lambda: scim.get("/Groups?count=100")),
            "group": queries(lambda: scim.get(f"/Groups/{group}")),
            "create": queries(lambda: scim.post("/Users", user(f"n{n}@acme.example", name=name))),
            "rename": queries(lambda: scim.patch(f"/Users/{key}", rename)),
            "title": queries(lambda: scim.patch(f"/Users/{key}", title)),
            "add": queries(lambda: scim.patch(f"/Groups/{group}", add)),
            "remove": queries(lambda: scim.patch(f"/Groups/{group}", remove)),
        }

    small = count()
    more = add_users(cast.acme, 30, 100)
    for index in range(30):
        add_group(cast.acme, f"H{index}", more)
    large = count()
    assert small == large
    assert max(large.values()) <= 10, large


def test_adding_to_a_large_group_costs_what_it_costs_for_a_small_one(cast, scim):
    """Neither more queries nor more rows: only the member to add is read."""
    without_statement_timeout()  # for the setup, on a busy machine
    users = add_users(cast.acme, 10_001)
    groups = [add_group(cast.acme, "Small", users[:10]), add_group(cast.acme, "Large", users[:10_000])]
    scim.create_group("Warm")  # "Last sync" is written every few minutes.
    counts, sizes = [], []
    for group in groups:
        path = f"/Groups/{group.pk}"
        add = {"op": "add", "path": "members", "value": [{"value": str(users[-1].pk)}]}
        remove = {"op": "remove", "path": f'members[value eq "{users[-1].pk}"]'}
        with CaptureQueriesContext(connection) as captured:
            assert scim.patch(path, add).status_code == 204
            assert scim.patch(path, remove).status_code == 204
            assert scim.get(f"{path}?excludedAttributes=members").status_code == 200
        counts.append(len(captured))
        sizes.append(sum(len(query["sql"]) for query in captured))
    assert counts[0] == counts[1]
    assert abs(sizes[0] - sizes[1]) < 500
    assert len(scim.get(f"/Groups/{groups[1].pk}").data["members"]) == 10_000
    # A page of groups has at most 20,000 members in all.
    assert scim.get("/Users?count=1").data["totalResults"] == 10_001


def test_pages_by_index_and_by_cursor_have_every_user_once(cast, scim):
    names = [each.user_name for each in add_users(cast.acme, 25)]
    for order, expected in (("ascending", names), ("descending", names[::-1])):
        sort = f"sortBy=userName&sortOrder={order}"
        by_index = [
            each["userName"]
            for start in range(1, 31, 10)
            for each in scim.get(f"/Users?{sort}&count=10&startIndex={start}").data["Resources"]
        ]
        assert by_index == expected
        found, cursor = [], ""
        while cursor is not None:
            answer = scim.get(f"/Users?{sort}&count=10&cursor={cursor}").data
            found += [each["userName"] for each in answer["Resources"]]
            cursor = answer.get("nextCursor")
        assert found == expected
    cache.clear()  # Without the position of the page before, the database skips rows.
    answer = scim.get("/Users?sortBy=userName&count=10&startIndex=21").data
    assert [each["userName"] for each in answer["Resources"]] == names[20:]
    assert (answer["totalResults"], answer["startIndex"], answer["itemsPerPage"]) == (25, 21, 5)
    beyond = scim.get("/Users?startIndex=500").data
    assert (beyond["totalResults"], beyond["Resources"]) == (25, [])


def test_a_next_page_by_index_skips_no_rows(cast, scim):
    add_users(cast.acme, 25)
    scim.get("/Users?count=10")
    with CaptureQueriesContext(connection) as captured:
        scim.get("/Users?count=10&startIndex=11")
    assert not any("OFFSET" in query["sql"] for query in captured)


def test_many_users_are_counted_by_the_products_counters(cast, scim, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", 20)
    add_users(cast.acme, 25)
    assert scim.get("/Users?count=1").data["totalResults"] == 25  # all members but the manual ones
    assert scim.get('/Users?count=1&filter=userName sw "u"').data["totalResults"] == 21  # "more than 20"


def test_a_written_answer_is_the_librarys_answer(cast, scim):
    """Reads write JSON from rows. The library, which builds a model first, must say the same."""
    created = scim.create_user(externalId="1", title="T", displayName="D", addresses=[{"locality": "Berlin"}])
    group = scim.create_group("Analysts", created["id"], externalId="2")
    for path in (f"/Users/{created['id']}", f"/Groups/{group['id']}"):
        plain = scim.get(path).data
        library = scim.get(f"{path}?excludedAttributes=nickName").data if "Users" in path else plain
        assert plain == library
        listed = scim.get(path.rpartition("/")[0]).data["Resources"][0]
        assert listed == plain
    assert GROUP in scim.get(f"/Groups/{group['id']}").data["schemas"]
