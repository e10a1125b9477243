"""What an entry costs its request: one INSERT, and nothing that waits."""

import pytest

from audit.services import record, record_each

pytestmark = pytest.mark.spec("A-4")


def test_an_entry_is_one_insert(cast, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        record(organization_id=cast.acme.pk, actor=cast.olga, action="group.created", target=cast.bo)
    assert queries[0]["sql"].startswith("INSERT")
    row = {"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created"}
    with django_assert_num_queries(1):
        record_each([row] * 50)
