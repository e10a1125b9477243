"""Sealing: entries get their place in the organization's chain."""

from datetime import UTC, datetime

import pytest
from django.test import override_settings

from audit.models import AuditChain, Entry
from audit.queries import entries_after, entries_in, verify
from audit.services import record, record_each
from audit.services.chain import seal, seal_all
from audit.signatures import canonical_text, chain_key, link_hash
from base import context


def write(cast, number=1, **kwargs):
    return [
        record(organization_id=cast.acme.pk, actor=cast.olga, action="group.created", data={"n": n}, **kwargs)
        for n in range(number)
    ]


@pytest.mark.spec("A-4")
def test_sealed_entries_form_a_chain(cast):
    write(cast, 3)
    assert seal(cast.acme.pk) == 3 and seal(cast.acme.pk) == 0
    entries, chain = entries_after(cast.acme.pk, 0), AuditChain.objects.get(organization_id=cast.acme.pk)
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.data["n"] for entry in entries] == [0, 1, 2]
    previous = ""
    for entry in entries:
        assert entry.hash == link_hash(chain_key(chain), entry.sequence, previous, canonical_text(entry))
        previous = entry.hash
    assert (chain.sequence, chain.hash) == (3, previous)


def test_every_organization_and_the_users_own_events_have_a_chain(cast):
    for organization_id in (cast.acme.pk, cast.globex.pk, None):
        record(organization_id=organization_id, actor=cast.olga, action="group.created")
    assert seal_all() == 3
    assert list(Entry.objects.values_list("sequence", flat=True)) == [1, 1, 1]
    assert sorted(AuditChain.objects.values_list("number", "chains")) == [(0, 2), (1, 0), (2, 0)]


def test_entries_after_a_sequence_number_come_in_order(cast):
    write(cast, 5)
    assert entries_after(cast.acme.pk, 0) == []
    seal(cast.acme.pk)
    assert [entry.sequence for entry in entries_after(cast.acme.pk, 2, limit=2)] == [3, 4]


def test_a_page_of_entries_continues_after_the_last_one(cast):
    entries = write(cast, 5)[::-1]
    first = entries_in(cast.acme.pk, limit=2)
    assert first == entries[:2]
    assert entries_in(cast.acme.pk, after=(first[-1].at, first[-1].pk)) == entries[2:]
    assert entries_in(cast.acme.pk, actor_id=cast.bo.pk) == entries_in(cast.globex.pk) == []
    assert entries_in(cast.acme.pk, actions=["group.created"], since=entries[1].at, until=entries[0].at) == [entries[1]]


def test_one_chain_that_cannot_be_sealed_stops_no_other(cast):
    write(cast)
    seal(cast.acme.pk)
    with override_settings(ENCRYPTION_KEYS=["a-key-that-is-lost-" + "k" * 40]):
        AuditChain.objects.filter(organization_id=cast.acme.pk).update(key="x")
    write(cast)
    record(organization_id=cast.globex.pk, actor=cast.tess, action="group.created")
    assert seal_all() == 1 and Entry.objects.get(organization_id=cast.globex.pk).sequence == 1


DATA = {
    "numbers": [0, -1, 10**20, 0.1, 1.0, 1e16, 1e22, 1e-7, -0.0, True, None],
    "text": 'é ✓ 😀 \u2028 \\ " </script> \t',
    "nested": {"b": ("x", {"z": [], "a": {}}), "a": [[1], [2.0]], 10: "ten", 9: "nine", 1: "one"},
    "": "",
}


@pytest.mark.parametrize("ip", [None, "203.0.113.9", "2001:DB8:0::1", "::ffff:192.0.2.1", "::1"])
def test_an_entry_reads_as_it_was_signed(cast, ip):
    token = context.set_current(context.RequestContext("r" * 16, ip, via="the access key Ω"))
    row = {"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created", "data": DATA}
    record(**row)
    record_each([row, {**row, "actor": None, "at": datetime(2024, 2, 29, 23, 59, 59, 1, tzinfo=UTC)}])
    context.reset(token)
    assert verify(cast.acme.pk).findings == [] and seal(cast.acme.pk) == 3 and verify(cast.acme.pk).findings == []
