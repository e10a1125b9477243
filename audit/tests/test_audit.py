"""The audit log: what entries store, and how they are described."""

import ast
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import transaction

from audit.descriptions import DESCRIPTIONS
from audit.lines import describe
from audit.models import Entry
from audit.queries import entries_about, entries_for_target, recent_entries
from audit.services import record, record_many
from organizations.services import create_group


def test_an_entry_stores_actor_action_target_and_origin(cast):
    cast.client("bo", REMOTE_ADDR="203.0.113.9").post(
        "/o/acme/preferences/", {"first_name": "Bob", "last_name": "L"}, headers={"X-Request-ID": "forged"}
    )
    entry = Entry.objects.get()
    assert (entry.action, entry.actor_id, entry.actor_label) == ("user.renamed", cast.bo.user_id, "bo@acme.example")
    assert entry.ip == "203.0.113.9" and len(entry.request_id) == 16 and entry.request_id != "forged"


def test_an_entry_outlives_what_it_names(cast):
    group = create_group(actor=cast.olga, organization=cast.acme, name="Short-lived")
    group.delete()
    cast.acme.delete()
    entry = Entry.objects.get()
    assert (entry.actor_label, entry.target_label) == ("Olga Ivanova", "Short-lived")
    assert entry.organization_id and str(entry) == "Olga Ivanova group.created Short-lived"


def test_an_entry_is_rolled_back_with_its_action(cast):
    with pytest.raises(RuntimeError), transaction.atomic():
        create_group(actor=cast.olga, organization=cast.acme, name="Rolled back")
        raise RuntimeError
    assert not Entry.objects.exists()


def test_many_entries_need_one_insert(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        record_many(organization_id=cast.acme.pk, actor=cast.olga, action="member.joined", targets=[cast.bo, cast.opal])
    assert Entry.objects.count() == 2


def test_recent_entries_are_the_organizations_newest_first(cast):
    for number in range(12):
        record(organization_id=cast.acme.pk, actor=cast.olga, action="group.created", data={"n": number})
    record(organization_id=cast.globex.pk, actor=cast.tess, action="group.created")
    assert [entry.data["n"] for entry in recent_entries(cast.acme.pk)] == list(range(11, 1, -1))


def test_names_in_a_sentence_are_escaped(cast):
    cast.bo.first_name = "<script>{target}"
    entry = record(organization_id=cast.acme.pk, actor=cast.bo, action="group.created", target=cast.bo)
    sentence = describe(entry).sentence
    assert "<script" not in sentence and "&lt;script&gt;{target}" in sentence


def test_the_system_and_unknown_actions_are_described_too(cast):
    entry = record(organization_id=cast.acme.pk, actor=None, action="thing.happened", target=cast.bo)
    assert "The system" in describe(entry).sentence and "thing.happened" in describe(entry).sentence


def actions_in_the_code() -> set[str]:
    actions = set()
    for path in Path(project.BASE_DIR).glob("*/**/*.py"):
        parts = path.relative_to(project.BASE_DIR).parts
        if {"tests", "migrations"} & set(parts) or parts[0].startswith("."):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record", "record_many"):
                for action in (keyword.value for keyword in node.keywords if keyword.arg == "action"):
                    actions |= {part.value for part in ast.walk(action) if isinstance(part, ast.Constant)}
    return actions


def test_every_action_has_a_description_and_an_icon():
    actions, icons = actions_in_the_code(), (Path(project.BASE_DIR) / "static/img/icons.svg").read_text()
    assert {"invitation.created", "member.joined", "user.renamed"} <= actions
    assert actions <= set(DESCRIPTIONS), actions - set(DESCRIPTIONS)
    assert all(f'id="i-{description.icon}"' in icons for description in DESCRIPTIONS.values())


@pytest.mark.spec("U-19")
def test_entries_about_a_member_have_them_as_actor_or_target(cast):
    def entry(actor, action, target, organization=cast.acme):
        return record(organization_id=organization.pk, actor=actor, action=action, target=target)

    entries = [entry(cast.olga, "member.joined", cast.bo), entry(cast.bo, "group.created", cast.groups["research"])]
    entry(cast.olga, "member.joined", cast.opal)
    entries.append(entry(cast.bo, "member.joined", cast.bo))  # as actor and target, listed once
    entry(cast.tess, "member.joined", cast.bo, cast.globex)
    assert entries_about(cast.acme.pk, cast.bo.pk) == entries[::-1]
    assert entries_about(cast.acme.pk, cast.bo.pk, limit=1) == entries[2:]
    assert entries_about(cast.acme.pk, cast.bo.pk, before=entries[2].pk) == entries[1::-1]
    assert entries_for_target(cast.acme.pk, cast.bo.pk, since=entries[2].at) == entries[2:]


def test_a_sentence_shows_the_entrys_data(cast):
    data = {"from": ["Builder"], "to": "<b>", "projects": [f"P{n}" for n in range(7)]}
    entry = record(organization_id=cast.acme.pk, actor=cast.olga, action="member.roles_changed", data=data)
    assert 'from <b class="strong">Builder</b> to <b class="strong">&lt;b&gt;</b>' in describe(entry).sentence
    entry.action = "member.projects_given"
    assert "P0, P1, P2, P3, P4 and 2 more" in describe(entry).sentence
    entry.data = {"projects": ["Atlas", "Ledger", "Website"]}
    assert "Atlas, Ledger and Website" in describe(entry).sentence
    entry.data = {}
    assert "access to …" in describe(entry).sentence
