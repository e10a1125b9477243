"""A group of more than ten thousand members: shown, searched, paged, and never read as a whole (G-2, P-1)."""

import pytest

from console.tests.people import in_groups, pending, words
from organizations.models import GroupRole
from teamadmin.testing.buffers import reads, settle
from teamadmin.testing.cast import role_named
from teamadmin.testing.parallel import on_postgresql

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite tells nothing of what it reads"),
]
MANY = 10_400
# Counting to 10,001 in an index and in its table costs the most; a page of members costs about a hundred.
ONE, ALL = 300, 700


@pytest.fixture
def large(live_cast):
    """All members are in Marketing, which has two projects and a role."""
    cast = live_cast
    in_groups(pending(cast.acme, MANY), [cast.groups["marketing"]])
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role_named("operator"))
    settle()
    return cast.groups["marketing"]


@pytest.mark.spec("G-2", "P-1")
def test_no_page_reads_the_whole_group(live_cast, large):
    cast = live_cast
    client = cast.client("olga")
    group, project = f"/o/acme/groups/{large.pk}/", f"/o/acme/projects/{cast.projects['website'].pk}/"
    first = client.get(group)
    assert (
        "Members 10,000+" in words(first)
        and "Showing 50 members" in words(first)
        and "invited members" not in words(first)
    )
    deep = first.context["next"]
    people = client.get(project).context["next"]
    for address in (group, deep, group + "?q=guest+07000", project, people, "/o/acme/groups/", group + "deletion/"):
        with reads() as found:
            assert client.get(address).status_code == 200
        assert max(buffers for _query, buffers in found.queries) <= ONE, f"{address}\n{found}"
        assert found.buffers <= ALL, f"{address}\n{found}"
    for noun in ("members/", "roles/"):
        with reads() as found:
            assert client.get(group + noun).status_code == 200
        assert found.buffers <= ALL, f"{noun}\n{found}"
    with reads() as found:
        client.post(group + "members/", {"search": "1", "q": "bo lind"}, headers={"HX-Request": "true"})
    assert found.buffers <= ALL, str(found)
