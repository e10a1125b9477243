"""Reactivating many members while only some of them get a seat (A-9, U-15)."""

import pytest

from console.bulk import worker
from console.tests.people import joined
from console.tests.test_bulk_worker import begin, notes, states
from organizations.models import Organization, Status
from organizations.queries import seat_use

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-9")]


def test_each_row_says_whether_there_was_a_seat(cast):
    members = joined(cast.acme, 3, status=Status.DEACTIVATED)
    Organization.objects.filter(pk=cast.acme.pk).update(seat_limit=6)
    action = begin(cast.olga, members, "reactivation")
    worker.process(action.pk)
    assert states(action) == {"done": 2, "refused": 1}
    assert notes(action) == {"Acme has 0 of 6 seats free. Remove someone, or request more seats."}
    cast.acme.refresh_from_db()
    assert seat_use(cast.acme).free == 0
