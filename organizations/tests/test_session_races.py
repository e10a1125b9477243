"""Sessions that open an organization at the same moment."""

import pytest

from organizations.tests.session_clients import set_policies, sign_in, statuses
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
]


@pytest.mark.spec("S-6")
def test_sessions_that_open_the_organization_at_once_stay_within_the_limit(live_cast):
    set_policies(live_cast.acme, max_sessions=1)
    clients = [sign_in("bo@acme.example") for _ in range(5)]
    run_in_parallel(5, lambda number: statuses(clients[number], "acme"))
    assert [statuses(client, "acme") for client in clients].count([200]) == 1
    assert statuses(clients[-1], "acme") == [200], "the newest one stays"
