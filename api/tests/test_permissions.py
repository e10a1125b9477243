"""Every operation as everyone: who may call it, with which scope, and that strangers find nothing (A-6, A-7)."""

import pytest
from django.db import transaction

from api.api import bound_routers
from api.operations import declared
from api.tests.keys import ApiClient
from api.tests.permission_table import CALLS, PEOPLE, Call, fill, things
from organizations.scopes import SCOPES

# Every key may do this: test_core.py.
ELSEWHERE = {"get_organization"}


def owner_named(cast, name):
    return cast.acme if name == "organization" else getattr(cast, name)


def send(client: ApiClient, call: Call, ids: dict[str, str]):
    return client.send(call.method, fill(call.path, ids), fill(call.body, ids))


def attempt(client: ApiClient, call: Call, ids: dict[str, str]) -> int:
    """Return the status, and undo the change."""
    with transaction.atomic():
        status = send(client, call, ids).status_code
        transaction.set_rollback(True)
    return status


def operations():
    return {
        operation.operation_id: declared(operation)
        for bound in bound_routers()
        for path_view in bound.path_operations.values()
        for operation in path_view.operations
    }


@pytest.mark.spec("A-7")
def test_the_table_has_every_operation():
    assert set(CALLS) == set(operations()) - ELSEWHERE
    assert {name: operations()[name].scope for name in CALLS} == {name: call.scope for name, call in CALLS.items()}


@pytest.mark.spec("A-6", "A-7")
@pytest.mark.parametrize("name", CALLS)
def test_each_operation_as_everyone(cast, name):
    call, ids = CALLS[name], things(cast)
    for person in PEOPLE:
        status = attempt(ApiClient(owner_named(cast, person)), call, ids)
        assert status == (call.status if person in call.allowed else 403), person
    # A key with every other scope.
    others = [scope for scope in SCOPES if scope not in (call.scope, call.scope.replace(":read", ":write"))]
    assert attempt(ApiClient(cast.olga, *others), call, ids) == 403
    # An Admin of another organization: what has an id isn't there, lists don't have it.
    response = send(ApiClient(cast.tess), call, ids)
    if "{" in call.path:
        assert response.status_code == 404
    assert not [key for key in ids.values() if key in response.content.decode()]
