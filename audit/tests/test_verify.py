"""manage.py audit verify names every entry that was tampered with."""

import sys
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from audit.models import AuditChain, AuditCheckpoint, Entry
from audit.queries import verification, verify, verify_all
from audit.services import record, record_each
from audit.services.chain import seal
from audit.services.retention import delete_old
from audit.triggers import lifted
from teamadmin.testing.buffers import reads

pytestmark = pytest.mark.spec("A-8")


def fill(cast, number=10):
    row = {"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created", "target": cast.bo}
    record_each({**row, "data": {"n": n}} for n in range(1, number + 1))
    seal(cast.acme.pk)


def at(cast, sequence):
    return Entry.objects.filter(organization_id=cast.acme.pk, sequence=sequence)


def found(cast):
    return {(each.sequence, each.text.split(") ")[-1]) for each in verify(cast.acme.pk).findings}


def run(*args):
    out = StringIO()
    call_command("audit", "verify", *args, stdout=out)
    return out.getvalue()


def test_an_untouched_log_is_intact(cast):
    fill(cast)
    record(organization_id=cast.acme.pk, actor=cast.olga, action="group.created")
    output = run("--organization", "acme")
    assert "acme: 10 entries checked, 1 not sealed yet, last entry 10" in output and "is intact" in output
    assert "is intact" in run()
    with pytest.raises(CommandError, match="no organization with the slug nobody"):
        run("--organization", "nobody")


CHANGES = {
    "actor_label": "Someone else", "via": "x", "action": "group.deleted", "target_label": "x", "data": {"n": 99},
    "ip": "192.0.2.1", "request_id": "x", "at": "2020-01-01T00:00:00Z", "actor_id": None, "target_id": None,
}  # fmt: skip


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_found(cast, field):
    fill(cast)
    with lifted():
        at(cast, 4).update(**{field: CHANGES[field]})
    assert found(cast) == {(4, "was changed or replaced.")}
    with pytest.raises(CommandError, match="1 findings"):
        run("--organization", "acme")


@pytest.mark.parametrize("places", [[1], [5], [4, 5, 7]])
def test_deleted_entries_are_named(cast, places):
    fill(cast)
    with lifted():
        for place in places:
            at(cast, place).delete()
    assert found(cast) == {(place, f"Entry {place} is missing.") for place in places}


def test_a_cut_off_end_is_named(cast):
    fill(cast)
    with lifted():
        Entry.objects.filter(sequence__gt=8).delete()
    assert found(cast) == {(n, f"Entry {n} is missing: the end of the log was cut off.") for n in (9, 10)}


def test_a_changed_entry_after_a_deleted_one_is_found_too(cast):
    fill(cast)
    with lifted():
        at(cast, 4).delete()
        at(cast, 5).update(actor_label="Nobody")
    assert found(cast) == {(4, "Entry 4 is missing."), (5, "was changed or replaced.")}


def test_an_end_that_was_moved_back_is_found(cast):
    fill(cast)
    with lifted():
        Entry.objects.filter(sequence__gt=8).delete()
    chain = AuditChain.objects.get(organization_id=cast.acme.pk)
    chain.sequence, chain.hash = 8, at(cast, 8).get().hash
    chain.save()
    texts = {each.text for each in verify(cast.acme.pk).findings}
    assert "The record of the log's start and end was changed." in texts
    assert any("is at entry 10, but the log ends at 8" in text for text in texts)


def test_swapped_entries_are_named_with_their_places(cast):
    fill(cast)
    with lifted():
        at(cast, 3).update(sequence=99)
        at(cast, 6).update(sequence=3)
        at(cast, 99).update(sequence=6)
    assert found(cast) == {(3, "was moved here from place 6."), (6, "was moved here from place 3.")}


def test_an_inserted_entry_is_named_and_so_are_those_it_pushed_back(cast):
    fill(cast)
    with lifted():
        for place in range(10, 4, -1):
            at(cast, place).update(sequence=place + 1)
        copy = at(cast, 4).get()
        copy.pk, copy.sequence = type(copy)().pk, 5
        copy.save(force_insert=True)
    moved = {(place, f"was moved here from place {place - 1}.") for place in range(6, 12)}
    assert found(cast) == {(5, "was inserted."), *moved}


def test_a_forged_entry_is_found_before_and_after_it_is_sealed(cast):
    fill(cast, 2)
    Entry.objects.create(organization_id=cast.acme.pk, actor_label="Forger", action="group.deleted")
    assert [each.text.split(" (")[1] for each in verify(cast.acme.pk).findings] == [
        "group.deleted) was changed, or wasn't written by TeamAdmin."
    ]
    seal(cast.acme.pk)
    assert found(cast) == {(3, "wasn't written by TeamAdmin, or was changed before it was sealed.")}


def test_changed_checkpoints_and_missing_chains_are_found(cast):
    fill(cast)
    AuditCheckpoint.objects.update(sequence=F("sequence") - 1)
    assert [each.text[-12:] for each in verify(cast.acme.pk).findings] == ["was changed."]
    AuditChain.objects.filter(organization_id=cast.acme.pk).delete()
    assert [each.text for each in verify(cast.acme.pk).findings] == [
        "The entries are sealed, but their chain is missing."
    ]
    with lifted():
        Entry.objects.all().delete()
    assert [each.text for report in verify_all() for each in report.findings] == [
        "Chain number 1 is missing, with all entries of its organization."
    ]


def test_a_lost_encryption_key_is_named(cast):
    fill(cast)
    with override_settings(ENCRYPTION_KEYS=["another-key-" + "k" * 40]):
        assert "No key in ENCRYPTION_KEYS" in verify(cast.acme.pk).findings[0].text


def test_after_rotating_the_encryption_key_the_old_one_is_not_needed(cast, settings):
    fill(cast)
    settings.ENCRYPTION_KEYS = ["another-key-" + "k" * 40, *settings.ENCRYPTION_KEYS]
    call_command("rotate_keys", stdout=StringIO())
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert verify(cast.acme.pk).findings == [] and verify(cast.acme.pk).checked == 10


def test_the_database_refuses_changes_and_deletions(cast):
    fill(cast, 2)
    record(organization_id=cast.acme.pk, actor=None, action="group.created")
    entries = Entry.objects.filter(organization_id=cast.acme.pk)
    changes = [
        lambda: entries.update(actor_label="x"),
        lambda: entries.filter(sequence=1).update(sequence=7),
        lambda: entries.filter(sequence=None).update(data={"n": 3}),
        lambda: entries.filter(sequence=None).update(mac="x"),
        lambda: entries.filter(sequence=2).delete(),
        lambda: entries.filter(sequence=None).delete(),
    ]
    if connection.vendor == "postgresql":
        changes.append(lambda: connection.cursor().execute("TRUNCATE audit_entry"))
    for change in changes:
        with pytest.raises(IntegrityError, match="audit log can't be"), transaction.atomic():
            change()
    assert verify(cast.acme.pk).findings == []


def test_what_happens_meanwhile_is_no_finding(cast, monkeypatch, settings):
    """Entries that are sealed, and old ones that retention deletes, while the log is read."""
    fill(cast, 3)
    check, settings.AUDIT_RETENTION_DAYS = verification._check_chain, 1

    def late_seal(report, chain, key):
        fill(cast, 2)
        check(report, chain, key)

    monkeypatch.setattr(verification, "_check_chain", late_seal)
    report = verify(cast.acme.pk)
    assert (report.findings, report.checked) == ([], 3)

    def late_retention(report, chain, key):
        delete_old(timezone.now() + timedelta(days=2))
        check(report, chain, key)

    monkeypatch.setattr(verification, "_check_chain", late_retention)
    report = verify(cast.acme.pk)
    assert (report.findings, report.checked, report.sequence) == ([], 0, 5)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_ten_thousand_entries_are_verified_quickly(cast, capsys):
    """One walk of the index and its table, so fewer buffers of PostgreSQL than entries."""
    fill(cast, 10_000)
    intact, cost, cpu = measured(cast)
    entries = Entry.objects.filter(organization_id=cast.acme.pk)
    with lifted():  # half of all entries moved
        at(cast, 10_000).delete()
        entries.filter(sequence__gt=5000).update(sequence=F("sequence") + 20_000)
        entries.filter(sequence__gt=5000).update(sequence=F("sequence") - 19_999)
    moved, higher, more = measured(cast)
    with capsys.disabled():
        sys.stdout.write(f"\n10,000 entries: {cost.buffers} buffers (CPU {cpu:.2f} s)")
        sys.stdout.write(f"; with 5,000 moved: {higher.buffers} buffers (CPU {more:.2f} s)\n")
    assert (len(intact), len(moved)) == (0, 5000)
    assert max(cpu, more) < 2 and max(cost.buffers, higher.buffers) <= 10_000
    assert len(cost.queries) == len(higher.queries) <= 8, higher


def measured(cast):
    """Return the findings, what was read, and the seconds of CPU. The time on the clock depends on other processes."""
    with reads() as cost:
        cpu = time.process_time()
        findings = verify(cast.acme.pk).findings
        cpu = time.process_time() - cpu
    return findings, cost, cpu
