"""What a search reads of a large organization (U-21, PERFORMANCE)."""

import pytest

from console.tests.test_reads import fill
from teamadmin.testing.buffers import reads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif("connection.vendor != 'postgresql'")]
# The most that any of these searches may take. Reading 20,000 members alone would be ten times as many buffers.
QUERIES, BUFFERS = 20, 3_500


@pytest.mark.spec("U-21")
def test_a_search_reads_little_of_a_large_organization(live_cast):
    fill(live_cast, 20_000)
    client, exceeded = live_cast.client("olga"), {}
    client.get("/o/acme/search/?q=warm")
    for q in ("", "person", "p", "a3f9", "acme example", "nobody there", "group", "group 19", "atlas"):
        with reads() as log:
            assert client.get("/o/acme/search/", {"q": q}).status_code == 200
        if len(log.queries) > QUERIES or log.buffers > BUFFERS:
            exceeded[q] = (len(log.queries), log.buffers, str(log))
    assert not exceeded
