"""The test console: each provider's sequence against the live endpoint, with nothing left behind (C-6)."""

from collections import Counter

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import transaction

from console.tests.provisioning_data import URL, connect
from organizations.models import Group, Membership
from provisioning.models import ScimToken
from provisioning.sandbox.requests import sandbox, send
from provisioning.sandbox.runs import FAILED, MAX_RUNS, PASSED, SKIPPED, run_sequence
from provisioning.sandbox.sequences import SEQUENCES
from provisioning.services.scim_tokens import create_token
from teamadmin.testing.html import text_of

TEST = f"{URL}test/"
pytestmark = pytest.mark.spec("C-6")


@pytest.fixture(autouse=True)
def no_earlier_runs():
    cache.clear()


def everything() -> dict[str, Counter]:
    """Every row of every table, so that a test sees whatever changes."""
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and model._meta.label not in ("accounts.Session", "sessions.Session"):
            tables[model._meta.label] = Counter(str(row) for row in model._base_manager.values_list())
    return tables


@pytest.mark.parametrize("key", SEQUENCES)
def test_every_step_of_each_provider_passes(cast, key):
    connection = connect(cast.acme)
    report = run_sequence(actor=cast.olga, connection=connection, sequence=SEQUENCES[key])
    problems = [
        (step.title, step.line, step.status, step.problem, step.detail) for step in report.steps if step.problem
    ]
    assert not problems and {step.state for step in report.steps} == {PASSED}
    assert len(report.steps) == {"okta": 10, "entra": 12, "other": 8}[key]


@pytest.mark.parametrize("key", SEQUENCES)
def test_nothing_is_left_behind(live_cast, key, monkeypatch):
    connection = connect(live_cast.acme)
    _token, text = create_token(actor=live_cast.olga, connection=connection, name="Real")
    client = live_cast.client("olga")
    client.get(TEST)
    ran = []
    monkeypatch.setattr("outbox.services.publish", lambda *args: ran.append(args), raising=False)
    before = everything()
    assert client.post(TEST, {"sequence": key}).status_code == 302
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {} and ran == []
    with sandbox():
        assert send("GET", "/Users", token=text, user_agent="Test").status == 200, "the real token still works"


def test_what_waits_for_the_commit_never_runs(live_cast):
    ran = []
    with sandbox():
        transaction.on_commit(lambda: ran.append(1))
        Group.objects.create(organization=live_cast.acme, name="Sandbox")
    assert ran == [] and not Group.objects.filter(name="Sandbox").exists()


def test_the_result_shows_each_step_and_can_be_copied(cast):
    connect(cast.acme)
    client = cast.client("olga")
    page = text_of(client.get(TEST))
    assert "10 steps" in page and "12 steps" in page and "8 steps" in page and "steps passed" not in page
    response = client.post(TEST, {"sequence": "entra"}, follow=True)
    text, html = text_of(response), response.content.decode()
    assert "12 of 12 steps passed" in text and "Entra ID sequence" in text and "by Olga Ivanova" in text
    assert '"active": "False"' in text and "sandbox-u1" in text and "Bearer masked" in text and "tas_" not in html
    assert html.count("<details open") == 0 and 'data-copy="#report"' in html
    again = text_of(cast.client("olga").get(TEST))
    assert "12 of 12 steps passed" in again and "Run again" in again


def test_htmx_gets_the_result_alone(cast):
    connect(cast.acme)
    response = cast.client("olga").post(TEST, {"sequence": "other"}, HTTP_HX_REQUEST="true")
    html = response.content.decode()
    assert response.status_code == 200 and "<html" not in html and "8 of 8 steps passed" in text_of(response)


def test_a_failed_step_is_open_and_says_how_to_fix_it(cast):
    connect(cast.acme)
    Group.objects.create(organization=cast.acme, name="Okta test")
    response = cast.client("olga").post(TEST, {"sequence": "okta"}, follow=True)
    text, html = text_of(response), response.content.decode()
    assert "1 failed" in text and "2 not sent" in text and html.count("<details open") == 1
    assert "A group with this name already exists" in text and "Rename or delete the group on the Groups page." in text
    assert "Not sent, because there is no group." in text
    report = run_sequence(actor=cast.olga, connection=cast.acme.scim_connection, sequence=SEQUENCES["okta"])
    states = Counter(step.state for step in report.steps)
    assert states == {PASSED: 7, FAILED: 1, SKIPPED: 2}
    assert "A group with this name already exists" in report.to_text()


def test_a_limit_of_the_endpoint_is_explained(cast, settings):
    connection = connect(cast.acme)
    settings.SCIM_REQUESTS_PER_SECOND = 0
    report = run_sequence(actor=cast.olga, connection=connection, sequence=SEQUENCES["other"])
    assert report.steps[0].status == 429 and report.steps[0].problem == "Too many requests"
    assert "Retry-After" in report.steps[0].response


def test_an_endpoint_that_fails_does_not_break_the_console(cast, monkeypatch):
    connection = connect(cast.acme)

    def broken(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr("provisioning.scim.views.seconds_to_wait", broken)
    report = run_sequence(actor=cast.olga, connection=connection, sequence=SEQUENCES["other"])
    assert report.steps[0].status == 500 and "secret" not in report.to_text()
    assert report.steps[0].problem == "The endpoint failed"


def test_a_suspended_organization_is_refused_by_the_endpoint(cast):
    connection = connect(cast.acme)
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(is_active=False)
    report = run_sequence(actor=cast.olga, connection=connection, sequence=SEQUENCES["okta"])
    assert report.steps[0].status == 401 and report.steps[0].problem == "The token doesn’t work"


def test_runs_are_limited(cast):
    connect(cast.acme)
    client = cast.client("olga")
    for _number in range(MAX_RUNS):
        assert client.post(TEST, {"sequence": "other"}).status_code == 302
    response = client.post(TEST, {"sequence": "other"})
    assert response.status_code == 429 and "Too many tests." in text_of(response) and int(response["Retry-After"]) > 0


def test_an_unknown_sequence_is_refused(cast):
    connect(cast.acme)
    response = cast.client("olga").post(TEST, {"sequence": "nonsense"})
    assert response.status_code == 422 and "Choose a sequence." in text_of(response)


def test_reports_stay_in_their_organization(cast):
    connect(cast.acme)
    connect(cast.globex)
    cast.client("olga").post(TEST, {"sequence": "okta"})
    assert "steps passed" not in text_of(cast.client("tess").get("/o/globex/security/provisioning/test/"))


def test_a_real_token_cannot_be_seen_in_a_report(cast):
    connection = connect(cast.acme)
    report = run_sequence(actor=cast.olga, connection=connection, sequence=SEQUENCES["okta"])
    assert "tas_" not in report.to_text() and not ScimToken.objects.exists()
    assert Membership.objects.filter(organization=cast.acme).count() == 4
