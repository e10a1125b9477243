"""Kinds and rows for the outbox's own tests."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from outbox.models import OutgoingEmail
from outbox.services import waking

KINDS = {"test": "outbox.tests.renderers.render", "batch": "outbox.tests.renderers.render_alone"}


@pytest.fixture(autouse=True)
def outbox_settings(settings, monkeypatch):
    settings.OUTBOX_KINDS = KINDS
    settings.OUTBOX_LISTENERS = []
    settings.BASE_URL = "https://team.example"
    monkeypatch.setattr(waking, "_quiet_until", 0.0)


@pytest.fixture
def rows(db):
    """rows(3) writes three due rows without waking anybody; further keywords set columns."""

    def write(count: int = 1, *, key: str = "mail", kind: str = "test", **columns) -> list[OutgoingEmail]:
        moment = timezone.now() - timedelta(seconds=1)
        made = [
            OutgoingEmail(
                kind=kind, subject_id=uuid4(), key=f"{key}:{uuid4()}", **{"next_attempt_at": moment, **columns}
            )
            for _ in range(count)
        ]
        for row in made:
            row.message_id = row.fixed_message_id()
        return OutgoingEmail.objects.bulk_create(made)

    return write


@pytest.fixture
def make_due():
    """Lets the pause of every queued row pass."""

    def pass_time() -> None:
        OutgoingEmail.objects.filter(state="queued").update(next_attempt_at=timezone.now() - timedelta(seconds=1))

    return pass_time
