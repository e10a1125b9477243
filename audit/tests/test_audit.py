"""The audit log: what an entry keeps, and what it says."""

import ast
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import transaction

from audit.models import Entry
from audit.queries import about, done_to, recent
from audit.services import record, record_many
from audit.words import WORDS, tell
from organizations.services import create_group


def test_an_entry_keeps_who_what_whom_and_where_from(cast):
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


def test_an_entry_is_written_with_the_thing_or_not_at_all(cast):
    with pytest.raises(RuntimeError), transaction.atomic():
        create_group(actor=cast.olga, organization=cast.acme, name="Undone")
        raise RuntimeError
    assert not Entry.objects.exists()


def test_many_entries_are_one_insert(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        record_many(organization_id=cast.acme.pk, actor=cast.olga, action="member.joined", targets=[cast.bo, cast.opal])
    assert Entry.objects.count() == 2


def test_recent_is_newest_first_and_the_organizations_own(cast):
    for number in range(12):
        record(organization_id=cast.acme.pk, actor=cast.olga, action="group.created", data={"n": number})
    record(organization_id=cast.globex.pk, actor=cast.tess, action="group.created")
    assert [entry.data["n"] for entry in recent(cast.acme.pk)] == list(range(11, 1, -1))


def test_names_in_a_sentence_are_never_markup(cast):
    cast.bo.first_name = "<script>{target}"
    entry = record(organization_id=cast.acme.pk, actor=cast.bo, action="group.created", target=cast.bo)
    sentence = tell(entry).sentence
    assert "<script" not in sentence and "&lt;script&gt;{target}" in sentence


def test_the_system_and_unknown_actions_are_told_too(cast):
    entry = record(organization_id=cast.acme.pk, actor=None, action="thing.happened", target=cast.bo)
    assert "The system" in tell(entry).sentence and "thing.happened" in tell(entry).sentence


def actions_in_the_code() -> set[str]:
    found = set()
    for path in Path(project.BASE_DIR).glob("*/**/*.py"):
        if "tests" in path.parts or "migrations" in path.parts or path.parts[-3].startswith("."):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record", "record_many"):
                given = next((word.value for word in node.keywords if word.arg == "action"), None)
                found |= {part.value for part in ast.walk(given) if isinstance(part, ast.Constant)} if given else set()
    return found


def test_every_action_has_words_and_an_icon():
    actions, icons = actions_in_the_code(), (Path(project.BASE_DIR) / "static/img/icons.svg").read_text()
    assert {"invitation.created", "member.joined", "user.renamed"} <= actions
    assert actions <= set(WORDS), actions - set(WORDS)
    assert all(f'id="i-{words.icon}"' in icons for words in WORDS.values())


@pytest.mark.spec("U-19")
def test_what_a_member_did_and_what_was_done_to_them(cast):
    def entry(actor, action, target, organization=cast.acme):
        return record(organization_id=organization.pk, actor=actor, action=action, target=target)

    made = [entry(cast.olga, "member.joined", cast.bo), entry(cast.bo, "group.created", cast.groups["research"])]
    entry(cast.olga, "member.joined", cast.opal)
    made.append(entry(cast.bo, "member.joined", cast.bo))  # of both kinds, told once
    entry(cast.tess, "member.joined", cast.bo, cast.globex)
    assert about(cast.acme.pk, cast.bo.pk) == made[::-1]
    assert about(cast.acme.pk, cast.bo.pk, limit=1) == made[2:]
    assert about(cast.acme.pk, cast.bo.pk, before=made[2].pk) == made[1::-1]
    assert done_to(cast.acme.pk, cast.bo.pk, since=made[2].at) == made[2:]


def test_a_sentence_names_what_its_data_holds(cast):
    data = {"from": ["Builder"], "to": "<b>", "projects": [f"P{n}" for n in range(7)]}
    entry = record(organization_id=cast.acme.pk, actor=cast.olga, action="member.roles_changed", data=data)
    assert 'from <b class="strong">Builder</b> to <b class="strong">&lt;b&gt;</b>' in tell(entry).sentence
    entry.action = "member.projects_given"
    assert "P0, P1, P2, P3, P4 and 2 more" in tell(entry).sentence
    entry.data = {}
    assert "access to …" in tell(entry).sentence
