"""The filters of the audit log, their menus without JavaScript, and the search (A-4)."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from audit.descriptions import DESCRIPTIONS
from console.audit_log import queries
from console.audit_log.actions import OTHER, subject_of
from console.tests.test_search import rename
from organizations.services import create_group, delete_group
from teamadmin.testing.audit_entries import LOG, ids, sentences, write, write_many
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-4")]


def found(cast, **query) -> list[str]:
    return ids(cast.client("olga").get(LOG, {name: str(value) for name, value in query.items()}))


def keys(*entries) -> list[str]:
    return [str(entry.pk) for entry in entries]


def test_a_person_is_found_as_actor_and_as_target_once(cast):
    acted = write(cast.acme, cast.bo, "group.created", cast.groups["research"])
    target = write(cast.acme, cast.olga, "member.deactivated", cast.bo)
    both = write(cast.acme, cast.bo, "sign_out", cast.bo)
    write(cast.acme, cast.olga, "member.deactivated", cast.max)
    assert found(cast, person=cast.bo.pk) == keys(both, target, acted)
    assert found(cast, person=cast.bo.pk, action="group.created") == keys(acted)
    assert found(cast, person=cast.bo.pk, action="users") == keys(target)
    assert found(cast, person=cast.bo.pk, target=cast.groups["research"].pk) == keys(acted)
    # What their account did in this organization, such as removing a link to a provider.
    account = write(cast.acme, cast.bo.user, "sso.unlinked", cast.bo.user, data={"provider": "Okta"})
    assert found(cast, person=cast.bo.pk) == keys(account, both, target, acted)


def test_an_event_or_all_events_of_a_subject(cast):
    renamed = write(cast.acme, cast.olga, "group.renamed", cast.groups["research"])
    deleted = write(cast.acme, cast.olga, "group.deleted", cast.groups["research"])
    signed_in = write(cast.acme, cast.bo, "sign_in.succeeded", cast.bo)
    assert found(cast, action="groups") == keys(deleted, renamed)
    assert found(cast, action="group.renamed") == keys(renamed)
    assert found(cast, action="signing_in") == keys(signed_in)
    assert found(cast, action="datasets") == []


def test_every_action_has_a_subject():
    assert [action for action in DESCRIPTIONS if subject_of(action) == OTHER] == []


def test_a_target_that_was_deleted_is_still_found_by_name(cast):
    group = create_group(actor=cast.olga, organization=cast.acme, name="Short-lived")
    target = group.pk
    delete_group(actor=cast.olga, group=group)
    response = cast.client("olga").get(LOG, {"target": str(target)})
    assert len(ids(response)) == 2 and "Target Short-lived" in text_of(response)
    assert "Short-lived" in text_of(cast.client("olga").get(f"{LOG}choices/target/"))


def test_time_by_period_and_by_dates(cast):
    noon = datetime(2026, 11, 28, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        ages = (timedelta(hours=11), timedelta(hours=13), timedelta(days=6), timedelta(days=29), timedelta(days=90))
        entries = [write(cast.acme, cast.olga, "group.created", ago=age) for age in ages]
        assert found(cast, when="today") == keys(*entries[:1])
        assert found(cast, when="7d") == keys(*entries[:3])
        assert found(cast, when="30d") == keys(*entries[:4])
        assert found(cast, **{"from": "2026-11-22", "to": "2026-11-27"}) == keys(*entries[1:3])
        assert found(cast, to="2026-10-30") == keys(*entries[3:])
        # Dates come before a period.
        assert found(cast, when="today", **{"from": "2026-08-01"}) == keys(*entries)
        text = text_of(cast.client("olga").get(LOG, {"from": "2026-11-22", "to": "2026-11-27"}))
        assert "When Nov 22, 2026 – Nov 27, 2026" in text
        text = text_of(cast.client("olga").get(LOG, {"from": "2026-11-27", "to": "2026-11-22"}))
        assert "The start date is after the end date" in text


def test_a_search_finds_names_addresses_events_and_request_ids(cast):
    first = write(cast.acme, cast.olga, "member.deactivated", cast.bo, ip="203.0.113.7", request_id="abc123")
    second = write(cast.acme, cast.max, "group.deleted", cast.groups["research"])
    assert found(cast, q="lindq") == keys(first)
    assert found(cast, q="olga LIND") == keys(first)
    assert found(cast, q="203.0.113.7") == found(cast, q="abc123") == keys(first)
    assert found(cast, q="deleted") == keys(second)
    assert found(cast, q="group.deleted") == keys(second)
    assert found(cast, q="max", person=cast.bo.pk) == []
    response = cast.client("olga").get(LOG, {"q": "<nobody>", "when": "7d"})
    text = text_of(response)
    assert "No entries match" in text and "Search: <nobody>" in text and "When: Last 7 days" in text


@pytest.mark.spec("U-6")
def test_a_search_finds_members_as_their_names_are_typed(cast):
    rename(cast.bo, "Łukasz", "O’Brien")
    entry = write(cast.acme, cast.olga, "member.deactivated", cast.bo)
    for typed in ("lukasz", "O'Brien", "obrien, lukasz", "“O’Brien”"):
        assert found(cast, q=typed) == keys(entry), typed


def test_a_search_by_name_reads_a_limited_number_of_members(cast, monkeypatch):
    monkeypatch.setattr(queries, "MAX_NAMED", 1)
    rename(cast.bo, "Łukasz", "Åberg")
    rename(cast.max, "Łukasz", "Olsen")
    write(cast.acme, cast.olga, "member.deactivated", cast.bo)
    write(cast.acme, cast.olga, "member.deactivated", cast.max)
    assert len(found(cast, q="lukasz")) == 1


def test_a_search_reads_the_newest_entries_only(cast, monkeypatch):
    monkeypatch.setattr(queries, "SEARCHED", 5)
    write(cast.acme, cast.bo, "group.created", ago=timedelta(days=2))
    newer = write_many(cast.acme, cast.olga, "group.renamed", 5)
    assert found(cast, q="bo") == []
    assert found(cast, q="olga") == keys(*newer)
    # A filter finds all of them.
    assert len(found(cast, person=cast.bo.pk)) == 1


def test_the_menu_of_people_searches_members_and_others_in_the_log(cast):
    write(cast.acme, cast.globex, "member.provisioned", cast.bo)  # an actor who is no member
    client = cast.client("olga")
    text = text_of(client.get(f"{LOG}choices/person/", {"view": "?action=groups"}))
    assert "Users Bo Lindqvist" in text and "Others in the log Globex" in text
    page = client.get(f"{LOG}choices/person/", {"view": "?action=groups", "named": "lindq"}).content.decode()
    assert f'name="person" value="{cast.bo.pk}"' in page and str(cast.olga.pk) not in page
    chosen = {"view": "?action=groups", "apply": "1", "person": [cast.bo.pk, cast.globex.pk]}
    ids = sorted((str(cast.bo.pk), str(cast.globex.pk)))
    assert client.get(f"{LOG}choices/person/", chosen).url == f"{LOG}?action=groups&person={ids[0]}&person={ids[1]}"
    # Someone who is no longer among the choices stays ticked.
    search = client.get(f"{LOG}choices/person/", {"view": "", "named": "lindq", "person": cast.globex.pk})
    assert re.search(rf'value="{cast.globex.pk}" checked>\s*<span class="truncate">Globex', search.content.decode())


def test_the_menu_of_events_has_plain_words_by_subject(cast):
    client = cast.client("olga")
    text = text_of(client.get(f"{LOG}choices/action/"))
    assert "Users All of these" in text and "Failed sign-in" in text
    text = text_of(client.get(f"{LOG}choices/action/", {"named": "deleted"}))
    assert "Groups Deleted" in text and "Failed sign-in" not in text
    page = client.get(LOG, {"action": "group.deleted"})
    assert "Event Groups: Deleted" in text_of(page)


def test_the_menu_of_times_keeps_the_other_filters(cast):
    page = cast.client("olga").get(f"{LOG}choices/when/", {"view": "?action=groups&from=2026-11-01"}).content.decode()
    assert f'href="{LOG}?action=groups&amp;when=7d"' in page and 'value="2026-11-01"' in page
    assert '<input type="hidden" name="action" value="groups">' in page


def test_ids_that_the_log_does_not_have_are_unknown(cast):
    write(cast.acme, cast.olga, "group.created")
    response = cast.client("olga").get(LOG, {"person": str(uuid4())})
    assert ids(response) == [] and "Person Unknown" in text_of(response)


def test_filters_are_kept_while_searching_and_can_be_cleared(cast):
    write(cast.acme, cast.olga, "group.created")
    page = cast.client("olga").get(LOG, {"action": "groups"}).content.decode()
    assert '<input type="hidden" form="audit-tools" name="action" value="groups">' in page
    assert re.search(rf'<a class="btn ghost sm clear" href="{LOG}">Clear</a>', page)
    assert sentences(cast.client("olga").get(LOG, {"action": "groups"})) == ["Created the group"]
