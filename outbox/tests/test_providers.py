"""Delivery through django-anymail instead of SMTP: the provider's message id and its errors."""

import pytest
from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)

from outbox import queries, services
from outbox.models import OutgoingEmail, State
from outbox.policies import Cause, classify_failure

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


class Reply:
    """A provider's reply with this HTTP status and JSON."""

    reason = "Because"

    def __init__(self, status: int, **content: object) -> None:
        self.status_code, self.content = status, content

    def json(self) -> dict[str, object]:
        return self.content


def provider_error(status: int, **content: object) -> AnymailRequestsAPIError:
    return AnymailRequestsAPIError(response=Reply(status, **content))


FINAL, RETRY, PAUSE = "final", "retry", "pause"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AnymailRecipientsRefused(), FINAL),  # Postmark 406 and 300, Mandrill "rejected", SparkPost, Mailjet
        (provider_error(400, message="to parameter is not a valid address. please check documentation"), FINAL),
        (provider_error(400, errors=[{"field": "personalizations.0.to.0.email", "message": "Invalid"}]), FINAL),
        (provider_error(400, code="invalid_parameter", message="email is not valid in to"), FINAL),
        (provider_error(422, message="Invalid `to` field. The email address needs to follow ..."), FINAL),
        (provider_error(422, errors={"to.0.email": ["The to.0.email must be a valid email address."]}), FINAL),
        (provider_error(413, message="Payload too large"), FINAL),
        (AnymailSerializationError(), FINAL),
        (AnymailInvalidAddress("Invalid email address 'x' parsed from 'x' in `to`."), FINAL),
        (AnymailInvalidAddress("Invalid email address 'x' parsed from 'x' in `from_email`."), PAUSE),
        (provider_error(401, message="Unauthorized"), PAUSE),
        (provider_error(402, code="not_enough_credits"), PAUSE),
        (provider_error(429, message="Too many requests"), PAUSE),
        (provider_error(422, ErrorCode=400, Message="The 'From' address isn't a Sender Signature"), RETRY),
        (provider_error(422, ErrorCode=405, Message="This server is not allowed to send: out of credits"), RETRY),
        (provider_error(422, ErrorCode=412, Message="Account pending approval: recipient domain invalid"), RETRY),
        (provider_error(403, errors=[{"message": "The from address does not match a verified Sender"}]), RETRY),
        (provider_error(400, message="Sandbox subdomains are for test purposes only. Add the 'to' address"), RETRY),
        (provider_error(400, message="Invalid from: to@valid.example"), RETRY),
        (provider_error(400, message="We did not like it: invalid"), RETRY),
        (provider_error(404, message="Domain not found: acme.example"), RETRY),
        (provider_error(500, message="Invalid 'to'"), RETRY),
        (AnymailAPIError("MessageRejected: Email address is not verified. a@b.example"), RETRY),  # Amazon SES
        (AnymailUnsupportedFeature("metadata"), RETRY),
        (AnymailError("Cannot call Mailgun unknown sender domain."), RETRY),
    ],
)  # fmt: skip
def test_a_refusal_is_final_only_if_the_provider_says_that_it_is_about_the_recipient_or_the_message(error, outcome):
    failure = classify_failure(error)
    assert failure.reason.startswith("Email provider replied: ")
    assert (failure.permanent, failure.affects_all) == (outcome == FINAL, outcome == PAUSE)
    assert (failure.cause == Cause.EMAIL) == (outcome == FINAL)


def refuse_with(monkeypatch, error) -> list:
    """Let the provider refuse every email. Return the list of emails that it was asked to send."""
    asked = []

    def refuse(self, payload, message):
        asked.append(message)
        raise error

    monkeypatch.setattr("anymail.backends.test.EmailBackend.post_to_esp", refuse)
    return asked


@pytest.mark.parametrize(("status", "tries"), [(401, 1), (403, 3)])
def test_a_provider_that_refuses_our_account_is_not_asked_for_every_email(rows, monkeypatch, status, tries):
    asked = refuse_with(monkeypatch, provider_error(status, message="Account suspended"))
    rows(20)
    services.deliver_due()
    assert len(asked) == tries
    assert {row.state for row in OutgoingEmail.objects.all()} == {State.QUEUED}
    assert "Account suspended" in queries.current_outage().reason


def test_an_invalid_recipient_fails_alone(rows, monkeypatch):
    refuse_with(monkeypatch, provider_error(400, message="to parameter is not a valid address"))
    rows(5)
    services.deliver_due()
    stored = OutgoingEmail.objects.all()
    assert {row.state for row in stored} == {State.FAILED}
    assert all("to parameter is not a valid address" in row.last_error for row in stored)
    assert queries.current_outage() is None
