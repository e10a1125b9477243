"""Sealing: entries get their place in the organization's chain."""

import pytest

from audit.models import AuditChain, Entry
from audit.queries import entries_after, entries_in
from audit.services import record
from audit.services.chain import seal, seal_all
from audit.signatures import canonical_text, chain_key, link_hash


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
