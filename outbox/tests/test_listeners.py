"""Listeners are called on every result; the system check finds wrong paths."""

from collections.abc import Sequence

import pytest
from django.core.checks import run_checks

from outbox import services
from outbox.models import Heartbeat, OutgoingEmail, State
from outbox.tests.test_delivery import RefuseOnce

calls: list[tuple[str, str]] = []


def record_call(rows: Sequence[OutgoingEmail]) -> None:
    """A listener that records each call."""
    calls.extend((row.state, row.last_error) for row in rows)


def write_and_fail(rows: Sequence[OutgoingEmail]) -> None:
    """A listener that writes something, then raises."""
    Heartbeat.objects.create(name=str(rows[0].pk), at=rows[0].created_at)
    raise RuntimeError("broken listener")


@pytest.fixture(autouse=True)
def listeners(settings):
    calls.clear()
    settings.OUTBOX_LISTENERS = [f"{__name__}.write_and_fail", f"{__name__}.record_call"]


@pytest.mark.django_db(transaction=True)
def test_listeners_get_every_result_and_their_errors_stop_no_email(rows, mail_server, make_due):
    rows()
    mail_server.behaviour.refuse = RefuseOnce({"RCPT": "450 later"})
    services.deliver_due()
    make_due()
    services.deliver_due()
    rows(key="unneeded")
    services.deliver_due()
    assert calls == [
        (State.QUEUED, "Mail server replied: 450 later"),
        (State.SENT, ""),
        (State.CANCELLED, "No longer needed at the time of sending."),
    ]
    assert Heartbeat.objects.count() == 0, "the writes of a failing listener are rolled back"
    assert len(mail_server.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_listeners_are_called_on_cancel_hold_and_release(rows):
    one, two = rows(2)
    services.cancel_emails(keys=[one.key], reason="Revoked.")
    services.hold_outbox()
    services.release_outbox()
    assert [state for state, _ in calls] == [State.CANCELLED, State.HELD, State.QUEUED]


def test_the_system_check_finds_wrong_paths(settings):
    assert run_checks(tags=["outbox"]) == []
    settings.OUTBOX_KINDS = {"a": "outbox.tests.renderers.nothing", "b": "outbox.tests.renderers.__name__"}
    settings.OUTBOX_LISTENERS = ["nowhere.at.all"]
    assert [error.id for error in run_checks(tags=["outbox"])] == ["outbox.E001", "outbox.E001", "outbox.E002"]
