"""AUDIT_RETENTION_DAYS: old entries are deleted, and the rest can still be verified."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditChain, Entry
from audit.queries import verify
from audit.services import record_each
from audit.services.chain import seal
from audit.services.retention import delete_old
from audit.triggers import lifted

pytestmark = pytest.mark.spec("A-4")
NOW = timezone.now()


@pytest.fixture
def days(cast):
    """Entries that are 10, 9, ... 1 days old, sealed."""
    row = {"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created"}
    record_each({**row, "at": NOW - timedelta(days=age)} for age in range(10, 0, -1))
    seal(cast.acme.pk)


def test_entries_are_kept_forever_by_default(days, settings):
    assert settings.AUDIT_RETENTION_DAYS == 0 and delete_old() == 0 and Entry.objects.count() == 10


def test_old_entries_are_deleted_and_the_rest_is_intact(days, cast, settings, monkeypatch):
    monkeypatch.setattr("audit.services.retention.BATCH", 2)
    settings.AUDIT_RETENTION_DAYS = 4
    assert delete_old(NOW) == 6 and delete_old(NOW) == 0
    assert list(Entry.objects.order_by("sequence").values_list("sequence", flat=True)) == [7, 8, 9, 10]
    record_each([{"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created"}])
    seal(cast.acme.pk)
    report = verify(cast.acme.pk)
    assert (report.findings, report.checked) == ([], 5)


def test_everything_may_be_old(days, cast, settings):
    settings.AUDIT_RETENTION_DAYS = 1
    assert delete_old(NOW + timedelta(days=9)) == 10 and verify(cast.acme.pk).findings == []
    record_each([{"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created"}])
    seal(cast.acme.pk)
    assert Entry.objects.get().sequence == 11 and verify(cast.acme.pk).findings == []


def test_a_start_that_was_moved_by_hand_is_found(days, cast, settings):
    settings.AUDIT_RETENTION_DAYS = 8
    delete_old(NOW)
    chain = AuditChain.objects.get(organization_id=cast.acme.pk)
    first = Entry.objects.get(sequence=chain.kept_from)
    chain.kept_from, chain.kept_hash = first.sequence + 1, first.hash
    chain.save()
    first.delete()  # the trigger allows it now
    assert [each.text for each in verify(cast.acme.pk).findings] == [
        "The record of the log's start and end was changed."
    ]


def test_retention_never_deletes_over_a_gap(days, cast, settings):
    settings.AUDIT_RETENTION_DAYS = 4
    with lifted():
        Entry.objects.get(sequence=3).delete()
    assert delete_old(NOW) == 2
    assert [each.text for each in verify(cast.acme.pk).findings] == ["Entry 3 is missing."]


def test_unsealed_entries_stay(cast, settings):
    settings.AUDIT_RETENTION_DAYS = 1
    row = {"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created"}
    record_each([{**row, "at": NOW - timedelta(days=5)}])
    assert delete_old(NOW) == 0 and Entry.objects.count() == 1
