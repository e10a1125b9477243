"""Every action as an OCSF event, checked against OCSF's own definitions."""

import json

import pytest

from audit.descriptions import DESCRIPTIONS
from audit.models import Entry
from audit.ocsf import to_json_line, to_ocsf
from audit.ocsf_actions import ACTIVITIES, CAPTIONS, FAILED, SEVERE, OcsfClass
from audit.services import record
from audit.services.chain import seal
from audit.tests.ocsf_schema import problems_of, schema
from base import context
from base.ids import uuid7

ACTIONS = sorted({name.partition(":")[0] for name in DESCRIPTIONS})
pytestmark = pytest.mark.spec("A-4")


def entry(action, **values):
    person = {"actor_id": uuid7(), "actor_label": "olga@acme.example", "target_id": uuid7(), "target_label": "Bo"}
    return Entry(**{"action": action, "organization_id": uuid7(), "ip": "203.0.113.9", **person, **values})


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_is_a_valid_event(action):
    data = {"projects": ["Ledger"], "from": ["Admin"], "to": [], "count": 3}
    nobody = {"actor_id": None, "actor_label": "", "target_id": None, "target_label": "", "ip": None}
    for values in ({}, {"data": data, "ip": "2001:db8::1"}, nobody, {"data": {"group": "Team"}, "via": "the key K"}):
        assert problems_of(to_ocsf(entry(action, **values))) == []


def test_the_table_names_only_actions_that_exist():
    assert (set(ACTIVITIES) | FAILED | SEVERE) - set(ACTIONS) == set()


def test_activities_have_the_names_that_ocsf_gives_them():
    ours = {int(each): captions for each, captions in CAPTIONS.items()}
    for definition in schema()["classes"].values():
        assert set(ours[definition["class_uid"]]) <= set(definition["attributes"]["activity_id"]["enum"])
    used = {activity.ocsf_class: activity.id for activity in ACTIVITIES.values() if activity.id != 99}
    assert all(number in CAPTIONS[ocsf_class] for ocsf_class, number in used.items())


def test_the_check_finds_mistakes():
    event = to_ocsf(entry("member.roles_changed"))
    for change in ({"activity_id": 77}, {"time": "now"}, {"user": {}}, {"more": 1}, {"src_endpoint": {"ip": "x"}}):
        assert problems_of(event | change)
    assert problems_of({name: value for name, value in event.items() if name != "user"}) == ["user is missing"]


@pytest.mark.parametrize(
    ("action", "ocsf_class", "activity"),
    [
        ("sign_in.failed", OcsfClass.AUTHENTICATION, 1),
        ("two_factor.enabled", OcsfClass.ACCOUNT, 10),
        ("member.roles_changed", OcsfClass.ACCESS, 3),
        ("group.member_added", OcsfClass.GROUP, 3),
        ("project.created", OcsfClass.ENTITY, 1),
        ("dataset.archived", OcsfClass.ENTITY, 11),
        ("thing.happened", OcsfClass.ENTITY, 3),
        ("members.exported", OcsfClass.API, 2),
        ("pipelines.exported", OcsfClass.API, 2),
    ],
)
def test_an_action_has_its_class_and_activity(action, ocsf_class, activity):
    event = to_ocsf(entry(action))
    assert (event["class_uid"], event["activity_id"]) == (ocsf_class, activity)
    assert event["type_uid"] == ocsf_class * 100 + activity


def test_a_sealed_entry_has_its_number_origin_and_hash(cast):
    token = context.set_current(context.RequestContext("abc", "203.0.113.9", via="the access key Nightly"))
    record(organization_id=cast.acme.pk, actor=cast.olga, action="member.deleted", target=cast.bo, data={"n": "Zoë"})
    context.reset(token)
    seal(cast.acme.pk)
    stored = Entry.objects.get()
    line = to_json_line(stored)
    event = json.loads(line)
    assert problems_of(event) == [] and "\n" not in line
    assert event["metadata"]["sequence"] == 1 and event["unmapped"]["hash"] == stored.hash
    assert event["actor"]["invoked_by"] == "the access key Nightly" and event["src_endpoint"]["ip"] == "203.0.113.9"
    assert event["user"] == {"name": "Bo Lindqvist", "type_id": 1, "uid": str(cast.bo.pk)}
    assert event["time"] == round(stored.at.timestamp() * 1000) and event["unmapped"]["data"] == {"n": "Zoë"}
