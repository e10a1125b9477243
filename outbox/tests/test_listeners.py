"""Other apps hear what became of a mail; settings that name functions are checked."""

import pytest
from django.core.checks import run_checks

from outbox import services
from outbox.models import Heartbeat, OutgoingEmail, State
from outbox.tests.test_delivery import Once

heard: list[tuple[str, str]] = []


def hear(row: OutgoingEmail) -> None:
    """Writes down each change."""
    heard.append((row.state, row.last_error))


def stumble(row: OutgoingEmail) -> None:
    """Writes something, then fails."""
    Heartbeat.objects.create(name=str(row.pk), at=row.created_at)
    raise RuntimeError("broken listener")


@pytest.fixture(autouse=True)
def listening(settings):
    heard.clear()
    settings.OUTBOX_LISTENERS = [f"{__name__}.stumble", f"{__name__}.hear"]


@pytest.mark.django_db(transaction=True)
def test_listeners_hear_every_outcome_and_their_errors_cost_no_mail(rows, mail_server, make_due):
    rows()
    mail_server.behaviour.refuse = Once({"RCPT": "450 later"})
    services.deliver_due()
    make_due()
    services.deliver_due()
    rows(key="unwanted")
    services.deliver_due()
    assert heard == [
        (State.QUEUED, "The mail server answered: 450 later"),
        (State.SENT, ""),
        (State.CANCELLED, "No longer wanted when it was to be sent."),
    ]
    assert Heartbeat.objects.count() == 0, "what a failing listener wrote is undone"
    assert len(mail_server.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_listeners_hear_of_cancelling_and_holding(rows):
    one, two = rows(2)
    services.cancel_emails(keys=[one.key], reason="Revoked.")
    services.hold_outbox()
    services.release_outbox()
    assert [state for state, _ in heard] == [State.CANCELLED, State.HELD, State.QUEUED]


def test_paths_that_lead_nowhere_are_found_by_the_system_check(settings):
    assert run_checks(tags=["outbox"]) == []
    settings.OUTBOX_KINDS = {"a": "outbox.tests.renderers.nothing", "b": "outbox.tests.renderers.__name__"}
    settings.OUTBOX_LISTENERS = ["nowhere.at.all"]
    assert [error.id for error in run_checks(tags=["outbox"])] == ["outbox.E001", "outbox.E001", "outbox.E002"]
