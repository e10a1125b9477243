"""Delivery through django-anymail instead of SMTP: the provider's message id and its errors."""

import pytest
from anymail.exceptions import AnymailRequestsAPIError

from outbox import services
from outbox.models import OutgoingEmail, State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("M-7")]


@pytest.fixture(autouse=True)
def anymail(settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"


def test_the_providers_message_id_is_saved_and_the_row_id_sent_as_metadata(rows, monkeypatch):
    from anymail.backends.test import EmailBackend

    sent = []
    real = EmailBackend.post_to_esp
    monkeypatch.setattr(
        EmailBackend, "post_to_esp", lambda self, payload, message: sent.append(message) or real(self, payload, message)
    )
    created = rows(3)
    services.deliver_due()
    stored = OutgoingEmail.objects.all()
    assert {row.state for row in stored} == {State.SENT}
    assert all(row.provider_message_id for row in stored)
    assert {message.metadata["outbox"] for message in sent} == {str(row.pk) for row in created}


@pytest.mark.parametrize(("status", "state"), [(400, State.FAILED), (503, State.QUEUED)])
def test_provider_errors_are_retried_or_permanent(rows, monkeypatch, status, state):
    class Response:
        status_code, reason, text = status, "Because", "no"

        def json(self):
            return {"error": "we do not like it"}

    def refuse(self, payload, message):
        raise AnymailRequestsAPIError(email_message=message, payload=payload, response=Response(), backend=self)

    monkeypatch.setattr("anymail.backends.test.EmailBackend.post_to_esp", refuse)
    (row,) = rows()
    services.deliver_due()
    row.refresh_from_db()
    assert row.state == state
    assert "we do not like it" in row.last_error
