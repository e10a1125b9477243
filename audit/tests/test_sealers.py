"""Concurrent writers and sealers, and what wakes a sealer."""

import time

import pytest
from django.db import connection, transaction

from audit import tasks
from audit.models import AuditChain, Entry
from audit.queries import verify
from audit.services import record, wakeup
from audit.services.chain import lock_chain, seal
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("A-4")]
postgresql = pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")


@pytest.fixture
def published(monkeypatch):
    calls = []
    monkeypatch.setattr(wakeup, "_publish", lambda task, *args, **options: calls.append((task, *args)))
    monkeypatch.setattr(wakeup, "_publish_in_thread", wakeup._publish)
    wakeup._asked.clear()
    return calls


@postgresql
def test_two_writers_and_two_sealers_make_one_chain(live_cast, published):
    acme, olga = live_cast.acme, live_cast.olga

    def press(number):
        for n in range(20):
            if number < 2:
                record(organization_id=acme.pk, actor=olga, action="group.created", data={"n": [number, n]})
            else:
                seal(acme.pk)

    assert run_in_parallel(4, press) == [None] * 4
    seal(acme.pk)
    report = verify(acme.pk)
    assert (report.findings, report.checked, report.unsealed) == ([], 40, 0)
    places = Entry.objects.filter(organization_id=acme.pk).order_by("sequence").values_list("sequence", flat=True)
    assert list(places) == list(range(1, 41))


@postgresql
def test_sealers_create_each_chain_once(live_cast, published):
    for organization_id in (live_cast.acme.pk, live_cast.globex.pk):
        record(organization_id=organization_id, actor=live_cast.olga, action="group.created")
    both = [live_cast.acme.pk, live_cast.globex.pk]
    results = run_in_parallel(6, lambda number: seal(both[number % 2]))
    assert sorted(results) == [0, 0, 0, 0, 1, 1]
    assert sorted(AuditChain.objects.values_list("number", flat=True)) == [0, 1, 2]


@postgresql
def test_an_organization_does_not_wait_for_another(live_cast, published):
    for organization_id in (live_cast.acme.pk, live_cast.globex.pk):
        record(organization_id=organization_id, actor=live_cast.olga, action="group.created")
        seal(organization_id)
    record(organization_id=live_cast.globex.pk, actor=live_cast.olga, action="group.created")
    with transaction.atomic():
        lock_chain(live_cast.acme.pk)

        def press(_number):
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            record(organization_id=live_cast.acme.pk, actor=live_cast.olga, action="group.created")  # writers neither
            return seal(live_cast.globex.pk)

        started = time.monotonic()
        assert run_in_parallel(1, press) == [1] and time.monotonic() - started < 5


def test_an_entry_wakes_a_sealer_after_the_commit_and_not_again_soon(live_cast, published):
    with transaction.atomic():
        record(organization_id=live_cast.acme.pk, actor=live_cast.olga, action="group.created")
        assert published == []
    record(organization_id=live_cast.acme.pk, actor=live_cast.olga, action="group.created")
    assert published == [(wakeup.TASK, str(live_cast.acme.pk))]
    tasks.seal(str(live_cast.acme.pk))
    assert not Entry.objects.filter(sequence=None).exists()
    record(organization_id=None, actor=live_cast.olga, action="sign_out")
    assert published[-1] == (wakeup.TASK, "")
    tasks.seal("")
    assert not Entry.objects.filter(sequence=None).exists()


def test_a_failed_wake_up_fails_no_request_and_the_sweep_seals(live_cast, monkeypatch):
    def fail(*args, **options):
        raise OSError

    monkeypatch.setattr(wakeup, "import_string", lambda path: fail)
    monkeypatch.setattr(wakeup, "_publish_in_thread", wakeup._publish)
    wakeup._asked.clear()
    record(organization_id=live_cast.acme.pk, actor=live_cast.olga, action="group.created")
    tasks.sweep()
    assert Entry.objects.get().sequence == 1
