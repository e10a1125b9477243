"""Pages of a group with more than 10,000 members never read the whole group (G-2, P-1)."""

import pytest

from console.tests.people import in_groups, pending
from organizations.models import GroupRole
from teamadmin.testing.buffers import reads, settle
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import on_postgresql

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite can't report how much it reads"),
]
MANY = 10_400
# Shared buffers of one query and of a page. Counting to 10,001 in an index and its table costs the most; a page of
# members costs about 100.
QUERY_BUFFERS, PAGE_BUFFERS = 300, 700


@pytest.fixture
def large(live_cast):
    """Put all members into Marketing, which has two projects and a role."""
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
        "Members 10,000+" in text_of(first)
        and "Showing 50 members" in text_of(first)
        and "invited members" not in text_of(first)
    )
    next_page = first.context["next"]
    project_next_page = client.get(project).context["next"]
    addresses = [group, next_page, group + "?q=guest+07000", project, project_next_page]
    for address in (*addresses, "/o/acme/groups/", group + "deletion/"):
        with reads() as found:
            assert client.get(address).status_code == 200
        assert max(buffers for _query, buffers in found.queries) <= QUERY_BUFFERS, f"{address}\n{found}"
        assert found.buffers <= PAGE_BUFFERS, f"{address}\n{found}"
    for picker in ("members/", "roles/"):
        with reads() as found:
            assert client.get(group + picker).status_code == 200
        assert found.buffers <= PAGE_BUFFERS, f"{picker}\n{found}"
    with reads() as found:
        client.post(group + "members/", {"search": "1", "q": "bo lind"}, headers={"HX-Request": "true"})
    assert found.buffers <= PAGE_BUFFERS, str(found)
