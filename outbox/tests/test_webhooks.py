"""Webhooks of email providers: who may call them, and which emails their events are about."""

import base64
import hashlib
import hmac
import json

import pytest
from anymail.signals import AnymailTrackingEvent, EventType

from invitations.models import InvitationEmail
from invitations.services import resend_invitation
from organizations.models import Delivery, Membership
from outbox import services
from outbox.models import OutgoingEmail, State
from teamadmin import settings as own_settings

SECRET = "events:long-enough-to-be-a-secret-0123456789"  # noqa: S105
POSTMARK, MAILGUN = "/emails/events/postmark/", "/emails/events/mailgun/"
SIGNING_KEY = "mailgun-signing-key"


@pytest.fixture(autouse=True)
def listeners(outbox_settings, settings):
    settings.OUTBOX_KINDS = own_settings.OUTBOX_KINDS
    settings.OUTBOX_LISTENERS = own_settings.OUTBOX_LISTENERS


@pytest.fixture
def postmark(settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "t", "WEBHOOK_SECRET": SECRET}


@pytest.fixture
def mailgun(settings):
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}


@pytest.fixture
def sent(cast):
    """An invitation's email that the provider has accepted."""
    invitation = cast.invite()[0]
    row = OutgoingEmail.objects.get(subject_id=invitation.pk)
    OutgoingEmail.objects.filter(pk=row.pk).update(state=State.SENT, sent_at=row.created_at, provider_message_id="pm-1")
    row.refresh_from_db()
    services.listeners.notify_listeners([row])
    return row


def authorization(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def post(client, url: str, payload: object, headers: dict[str, str] | None = None, **options):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return client.post(url, body, content_type="application/json", headers=headers or {}, **options)


def report(client, row: OutgoingEmail, record: str, **fields):
    """Post an event as Postmark does."""
    payload = {"RecordType": record, "MessageID": "pm-1", "Metadata": {"outbox": str(row.pk)}, **fields}
    return post(client, POSTMARK, payload, authorization())


def bounce(client, row: OutgoingEmail, kind: str = "HardBounce", details: str = "smtp;550 5.1.1 No mailbox here"):
    return report(client, row, "Bounce", Type=kind, Details=details, BouncedAt="2026-01-01T10:00:00Z")


def states(row: OutgoingEmail) -> tuple[int, int, str]:
    """Return the delivery of the member and of the email, and the email's reason."""
    member = Membership.objects.get(invitations=row.subject_id)
    email = InvitationEmail.objects.get(invitation=row.subject_id, number=1)
    return member.invite_delivery, email.delivery, email.reason


def signed(event: str, row: OutgoingEmail | None, key: str = SIGNING_KEY, **fields) -> dict:
    """Return an event as Mailgun signs it."""
    token, timestamp = "a" * 50, "1767261600"
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {"event": event, "timestamp": 1767261600.5, "recipient": "nadia@acme.example", **fields}
    data["message"] = {"headers": {"message-id": "pm-1"}}
    data["user-variables"] = {"outbox": str(row.pk)} if row else {}
    return {"signature": {"token": token, "timestamp": timestamp, "signature": signature}, "event-data": data}


@pytest.mark.spec("I-8")
def test_delivery_is_shown(client, postmark, sent):
    assert states(sent) == (Delivery.SENT, Delivery.SENT, "")
    assert report(client, sent, "Delivery", DeliveredAt="2026-01-01T10:00:00Z").status_code == 200
    assert states(sent) == (Delivery.DELIVERED, Delivery.DELIVERED, "")


@pytest.mark.spec("I-8")
def test_a_bounce_is_shown_with_the_reason_in_words_and_the_answer(client, postmark, sent):
    bounce(client, sent)
    assert states(sent) == (Delivery.BOUNCED, Delivery.BOUNCED, "Mailbox doesn’t exist")
    email = InvitationEmail.objects.get(invitation=sent.subject_id)
    assert email.answer == "smtp;550 5.1.1 No mailbox here"
    assert email.delivery_at >= sent.created_at, "never before it was sent, whatever the provider's clock says"


@pytest.mark.spec("I-8")
@pytest.mark.parametrize("replays", [1, 3])
def test_replayed_and_late_events_change_nothing(client, postmark, sent, replays):
    bounce(client, sent)
    before = InvitationEmail.objects.values().get()
    for _replay in range(replays):
        bounce(client, sent, details="smtp;550 5.2.1 another text")
        report(client, sent, "Delivery")
        services.listeners.notify_listeners([sent])
    assert InvitationEmail.objects.values().get() == before
    assert states(sent)[0] == Delivery.BOUNCED


@pytest.mark.spec("I-8")
def test_an_event_before_the_email_is_saved_as_sent_counts(client, postmark, cast):
    invitation = cast.invite()[0]
    row = OutgoingEmail.objects.get(subject_id=invitation.pk)
    OutgoingEmail.objects.filter(pk=row.pk).update(state=State.SENDING, claimed_at=row.created_at, attempts=1)
    report(client, row, "Delivery")
    services.claim.mark_sent([row])
    assert states(row) == (Delivery.DELIVERED, Delivery.DELIVERED, "")


@pytest.mark.spec("I-8")
def test_an_event_about_an_older_email_does_not_hide_the_newest(client, postmark, cast, sent):
    member = Membership.objects.get(invitations=sent.subject_id)
    resend_invitation(actor=cast.olga, member=member)
    bounce(client, sent)
    assert states(sent) == (Delivery.QUEUED, Delivery.BOUNCED, "Mailbox doesn’t exist")


@pytest.mark.spec("I-8")
@pytest.mark.parametrize("kind", ["Transient", "SoftBounce", "DnsError"])
def test_a_deferred_email_is_no_problem_yet(client, postmark, sent, kind):
    bounce(client, sent, kind, "smtp;452 4.2.2 Over quota")
    assert states(sent) == (Delivery.DELAYED, Delivery.DELAYED, "Mailbox is full")
    services.listeners.notify_listeners([sent])  # what the worker saves late changes nothing
    assert states(sent) == (Delivery.DELAYED, Delivery.DELAYED, "Mailbox is full")
    report(client, sent, "Delivery")
    assert states(sent) == (Delivery.DELIVERED, Delivery.DELIVERED, "")


@pytest.mark.spec("I-8")
@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ("Open", {}),
        ("Click", {"OriginalLink": "https://x.example"}),
        ("SpamComplaint", {"Type": "SpamComplaint"}),
        ("SubscriptionChange", {"SuppressSending": True, "SuppressionReason": "ManualSuppression"}),
        ("Bounce", {"Type": "AutoResponder"}),
        ("Bounce", {"Type": "Unknown"}),
        ("Nonsense", {}),
    ],
)
def test_other_events_are_ignored_and_opens_are_not_tracked(client, postmark, sent, record, fields):
    before = InvitationEmail.objects.values().get()
    assert report(client, sent, record, **fields).status_code == 200
    assert InvitationEmail.objects.values().get() == before


@pytest.mark.spec("I-8")
def test_a_suppressed_address_is_a_failure(client, postmark, sent):
    bounce(client, sent, "ManuallyDeactivated", "")
    assert states(sent) == (Delivery.FAILED, Delivery.FAILED, "Provider blocks the address")


@pytest.mark.spec("I-8")
def test_without_metadata_the_providers_id_finds_the_email(client, postmark, sent):
    report(client, sent, "Delivery", Metadata={})
    assert states(sent)[0] == Delivery.DELIVERED


@pytest.mark.spec("I-8")
@pytest.mark.parametrize(
    ("metadata", "message_id"),
    [
        ({"outbox": "019ad000-0000-7000-8000-000000000000"}, "other"),
        ({"outbox": 7}, ""),
        ({"outbox": "x"}, "\0"),
        ({}, 12),
        (None, None),
        ([], "x" * 5000),
        ("x", ["x"]),
    ],
)
def test_unknown_emails_are_ignored(client, postmark, sent, metadata, message_id):
    before = InvitationEmail.objects.values().get()
    payload = {"RecordType": "Delivery", "MessageID": message_id, "Metadata": metadata}
    assert post(client, POSTMARK, payload, authorization()).status_code in (200, 400)
    assert InvitationEmail.objects.values().get() == before


@pytest.mark.spec("I-8")
def test_events_about_people_who_joined_or_left_change_nothing(client, postmark, cast, sent):
    Membership.objects.filter(invitations=sent.subject_id).delete()
    assert bounce(client, sent).status_code == 200


@pytest.mark.spec("I-8")
@pytest.mark.parametrize("headers", [{}, authorization("events:wrong"), {"Authorization": "Basic %%%"}])
def test_a_wrong_secret_is_refused(client, postmark, sent, headers, caplog):
    payload = {"RecordType": "Delivery", "Metadata": {"outbox": str(sent.pk)}}
    assert post(client, POSTMARK, payload, headers).status_code == (403 if headers else 401)
    assert states(sent)[0] == Delivery.SENT
    assert SECRET not in caplog.text and ("wrong secret or signature" in caplog.text or not headers)


@pytest.mark.spec("I-8")
def test_a_signed_provider_needs_no_secret_but_the_right_signature(client, mailgun, sent):
    assert post(client, MAILGUN, signed("delivered", sent, "wrong-key")).status_code == 403
    assert states(sent)[0] == Delivery.SENT
    assert post(client, MAILGUN, signed("delivered", sent)).status_code == 200
    assert states(sent)[0] == Delivery.DELIVERED
    failed = signed("failed", sent, severity="permanent")
    failed["event-data"]["delivery-status"] = {"code": 550, "message": "5.1.1 The account does not exist"}
    assert post(client, MAILGUN, failed).status_code == 200
    assert states(sent) == (Delivery.BOUNCED, Delivery.BOUNCED, "Mailbox doesn’t exist")


@pytest.mark.spec("I-8")
def test_a_temporary_failure_at_mailgun_is_no_problem_yet(client, mailgun, sent):
    later = signed("failed", sent, severity="temporary")
    later["event-data"]["delivery-status"] = {"code": 452, "message": "4.2.2 Mailbox full"}
    assert post(client, MAILGUN, later).status_code == 200
    assert states(sent) == (Delivery.DELAYED, Delivery.DELAYED, "Mailbox is full")


@pytest.mark.spec("I-8")
def test_only_the_provider_that_is_set_has_a_webhook(client, settings, sent, postmark):
    for provider in ("mailgun", "sendgrid", "scaleway", "nonsense", "console", "test"):
        assert post(client, f"/emails/events/{provider}/", {}, authorization()).status_code == 404
    assert client.head(POSTMARK).status_code == 200
    assert client.get(POSTMARK).status_code == 405
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert report(client, sent, "Delivery").status_code == 404


@pytest.mark.spec("I-8")
def test_without_secret_or_signature_the_webhook_is_off(client, settings, sent, postmark):
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "t"}
    assert report(client, sent, "Delivery").status_code == 404
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.mailersend.EmailBackend", {}
    assert post(client, "/emails/events/mailersend/", {}).status_code == 404


@pytest.mark.spec("I-8")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"7", b"[" * 100_000])
def test_other_bodies_are_refused(client, postmark, sent, body):
    assert post(client, POSTMARK, body, authorization()).status_code == 400
    assert states(sent)[0] == Delivery.SENT


@pytest.mark.spec("I-8")
def test_ten_megabytes_are_refused(client, postmark, sent):
    client.raise_request_exception = False
    fields = {"Details": "550 " + "x" * 10_000_000}
    response = report(client, sent, "Bounce", Type="HardBounce", **fields)
    assert response.status_code in (400, 413)
    assert states(sent)[0] == Delivery.SENT


@pytest.mark.spec("I-8")
def test_hostile_texts_are_cut_and_cleaned(client, postmark, sent):
    bounce(client, sent, details="550 5.1.1 \0\u202e<script>\r\n" + "x" * 5000)
    answer = InvitationEmail.objects.get().answer
    assert len(answer) == 500 and answer.isprintable() and answer.startswith("550 5.1.1")


@pytest.mark.spec("I-8")
def test_an_error_lets_the_provider_send_the_events_again(client, postmark, sent, settings):
    settings.OUTBOX_EVENT_LISTENERS = [f"{__name__}.break_down"]
    client.raise_request_exception = False
    assert report(client, sent, "Delivery").status_code == 500
    settings.OUTBOX_EVENT_LISTENERS = own_settings.OUTBOX_EVENT_LISTENERS
    report(client, sent, "Delivery")
    assert states(sent)[0] == Delivery.DELIVERED


def break_down(events: object) -> None:
    """A listener while the database is away."""
    raise RuntimeError("no database")


@pytest.mark.spec("I-8")
@pytest.mark.django_db
def test_many_events_take_few_queries(client, cast, postmark, django_assert_max_num_queries):
    invitations = cast.invite(people=[(f"P{n}", "X", f"p{n}@acme.example") for n in range(40)])
    rows = list(OutgoingEmail.objects.filter(subject_id__in=[each.pk for each in invitations]))
    events = [
        AnymailTrackingEvent(event_type=kind, metadata={"outbox": str(row.pk)}, timestamp=None)
        for kind in (EventType.BOUNCED, EventType.DELIVERED)
        for row in rows
    ]
    with django_assert_max_num_queries(14):
        assert services.record_events(events) == 80
    assert set(Membership.objects.filter(status="invited").values_list("invite_delivery", flat=True)) == {1}
