"""scim2-tester against the running server: every check passes, none is skipped."""

import pytest
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import SearchRequest
from scim2_tester import Status, check_server

from organizations.models import Membership
from organizations.models import Status as MemberStatus
from provisioning.scim.schemas import PROVIDER, User
from provisioning.tests.scim.conftest import make_client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C-2")]


@pytest.fixture
def http(live_cast, live_server, settings):
    settings.BASE_URL = live_server.url
    token = make_client(live_cast.acme).token
    headers = {"Authorization": f"Bearer {token}"}
    with Client(base_url=f"{live_server.url}/scim/v2", headers=headers, timeout=60) as client:
        yield client


def test_the_tester_finds_nothing_wrong(http):
    results = check_server(SyncSCIMClient(http))
    wrong = [
        f"{result.status.name} {result.title}: {result.reason}"
        for result in results
        if result.status in (Status.ERROR, Status.CRITICAL, Status.SKIPPED, Status.DEVIATION)
    ]
    assert not wrong, "\n".join(wrong)
    assert len(results) > 50


def test_scim2_client_creates_finds_patches_deactivates_and_deletes(http):
    client = SyncSCIMClient(http, provider=PROVIDER)
    created = client.create(User(user_name="ada@acme.example", display_name="Ada"))
    found = client.query(User, query_parameters=SearchRequest(filter='userName eq "ADA@acme.example"'))
    assert [each.id for each in found.resources] == [created.id]
    created.active = False
    assert client.replace(created).active is False
    assert Membership.objects.get(pk=created.id).status == MemberStatus.DEACTIVATED
    client.delete(User, created.id)
    assert not Membership.objects.filter(pk=created.id).exists()
