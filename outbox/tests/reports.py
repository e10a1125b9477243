"""What each email provider posts to its webhook when an email was delivered or bounced, and how it proves that.

The forms are those of django-anymail's tests and the providers' documentation, without the fields that anymail ignores.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

SECRET = "events:long-enough-to-be-a-secret-0123456789"  # noqa: S105
KEY = "signing-key"
GONE = "550 5.1.1 The email account that you tried to reach does not exist."
BASIC = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def public_key(key: Any) -> str:
    """Return the public key as providers show it: without the lines around it."""
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return "".join(key.public_key().public_bytes(*form).decode().splitlines()[1:-1])


@dataclass(frozen=True)
class Request:
    """The body and the headers of a report."""

    body: bytes
    headers: dict[str, str]
    content_type: str = "application/json"


@dataclass(frozen=True)
class Report:
    """An email's report: what happened to it, its provider's id, and the metadata that we gave the provider."""

    bounced: bool
    message_id: str
    metadata: dict[str, str]

    def of(self, delivered: Any, bounced: Any) -> Any:
        return bounced if self.bounced else delivered


@dataclass(frozen=True)
class Provider:
    """A provider: its settings, an id of an email as it's saved, the JSON of a report, and the report's proof."""

    name: str
    keys: dict[str, str]
    message_id: str
    payload: Callable[[Report], Any]
    prove: Callable[[Any, str], Request]
    # Whether the provider returns the metadata.
    has_metadata: bool = True

    @property
    def url(self) -> str:
        return f"/emails/events/{self.name}/"


# --- proofs -----------------------------------------------------------------------------------------


def with_secret(payload: Any, key: str) -> Request:
    secret = SECRET if key == KEY else "events:another"
    return Request(dump(payload), {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()})


def dump(payload: Any) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def hmac_hex(key: str, text: bytes) -> str:
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def by_sns(payload: Any, key: str) -> Request:
    sns = {"Type": "Notification", "MessageId": "19ba9823", "Message": json.dumps(payload) + "\n"}
    sns |= {"Timestamp": "2026-01-01T10:00:00.000Z", "TopicArn": "arn:aws:sns:us-east-1:123456789012:SES_Events"}
    names = {"x-amz-sns-message-id": "19ba9823", "x-amz-sns-message-type": "Notification"}
    return Request(dump(sns), with_secret(sns, key).headers | names, "text/plain; charset=UTF-8")


def by_mailersend(payload: Any, key: str) -> Request:
    return Request(dump(payload), {"Signature": hmac_hex(key, dump(payload))})


def by_mailtrap(payload: Any, key: str) -> Request:
    return Request(dump(payload), {"Mailtrap-Signature": hmac_hex(key, dump(payload))})


def by_mailgun(payload: Any, key: str) -> Request:
    token, at = "a" * 50, "1767261600"
    signature = {"token": token, "timestamp": at, "signature": hmac_hex(key, f"{at}{token}".encode())}
    return Request(dump({"signature": signature, "event-data": payload}), {})


def by_mandrill(payload: Any, key: str) -> Request:
    events = json.dumps(payload)
    signed = "http://testserver/emails/events/mandrill/mandrill_events" + events
    signature = base64.b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    boundary = (
        b'--x\r\nContent-Disposition: form-data; name="mandrill_events"\r\n\r\n' + events.encode() + b"\r\n--x--\r\n"
    )
    return Request(boundary, {"X-Mandrill-Signature": signature}, "multipart/form-data; boundary=x")


def by_postal(payload: Any, key: str) -> Request:
    signed = dump(payload) if key == KEY else b"another"
    signature = RSA_KEY.sign(signed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    return Request(dump(payload), {"X-Postal-Signature": base64.b64encode(signature).decode()})


def by_sendgrid(payload: Any, key: str) -> Request:
    at = "1767261600" if key == KEY else "1"
    signature = EC_KEY.sign(b"1767261600" + dump(payload), ec.ECDSA(hashes.SHA256()))
    names = "X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"
    return Request(dump(payload), {names[0]: base64.b64encode(signature).decode(), names[1]: at})


def by_unisender(payload: Any, key: str) -> Request:
    text = dump({"auth": "AUTH", **payload})
    auth = hashlib.md5(text.replace(b"AUTH", key.encode())).hexdigest()  # noqa: S324
    return Request(text.replace(b"AUTH", auth.encode()), {})


# --- reports ----------------------------------------------------------------------------------------


def amazon_ses(report: Report) -> Any:
    to, headers = "nadia@acme.example", [{"name": "X-Metadata", "value": json.dumps(report.metadata)}]
    mail = {"messageId": report.message_id, "destination": [to], "headersTruncated": False, "headers": headers}
    recipient = {"emailAddress": to, "status": "5.1.1", "action": "failed", "diagnosticCode": f"smtp; {GONE}"}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]}
    delivery = {"recipients": [to], "smtpResponse": "250 ok:  Message 64111812 accepted"}
    return report.of(
        {"notificationType": "Delivery", "mail": mail, "delivery": delivery},
        {"eventType": "Bounce", "mail": mail, "bounce": bounce},
    )


def brevo(report: Report) -> Any:
    bounced = {"reason": " RecipientError: 550 5.5.0 Requested action not taken: mailbox unavailable."}
    event = {"event": report.of("delivered", "hard_bounce"), "email": "nadia@acme.example", "ts_epoch": 1767261600000}
    event |= {"message-id": report.message_id, "X-Mailin-custom": json.dumps(report.metadata)}
    return event | report.of({}, bounced)


def mailersend(report: Report) -> Any:
    kind = report.of("delivered", "hard_bounced")
    email = {"message": {"id": report.message_id}, "recipient": {"email": "nadia@acme.example"}, "tags": None}
    morph = report.of(None, {"object": "recipient_bounce", "reason": "Mailbox not found"})
    data = {"type": kind, "created_at": "2026-01-01T10:00:00.865000Z", "email": email, "morph": morph}
    return {"type": f"activity.{kind}", "data": data}


def mailgun(report: Report) -> Any:
    event = {"event": report.of("delivered", "failed"), "timestamp": 1767261600.5, "recipient": "nadia@acme.example"}
    event["message"] = {"headers": {"message-id": report.message_id.strip("<>")}}
    status = report.of({"code": 250, "message": "OK"}, {"code": 550, "message": "5.1.1 The account does not exist"})
    bounce = report.of({}, {"severity": "permanent", "reason": "bounce"})
    return event | {"user-variables": report.metadata, "delivery-status": status} | bounce


def mailjet(report: Report) -> Any:
    event = {"event": report.of("sent", "bounce"), "time": 1767261600, "MessageID": int(report.message_id)}
    event |= {"email": "nadia@acme.example", "Payload": json.dumps(report.metadata) if report.metadata else ""}
    bounce = {"blocked": True, "hard_bounce": True, "error_related_to": "recipient", "error": "user unknown"}
    return [event | report.of({"smtp_reply": "sent (250 2.0.0 OK 1498093527 - gsmtp)"}, bounce)]


def mailtrap(report: Report) -> Any:
    event = {"event": report.of("delivery", "bounce"), "timestamp": 1767261600, "message_id": report.message_id}
    event |= {"email": "nadia@acme.example", "custom_variables": report.metadata, "category": "invitation"}
    return {"events": [event | report.of({}, {"response": f"bounced ({GONE})", "response_code": 550})]}


def mandrill(report: Report) -> Any:
    message = {"email": "nadia@acme.example", "metadata": report.metadata or [], "_id": report.message_id}
    message |= report.of({}, {"bounce_description": "bad_mailbox", "diag": f"smtp;{GONE}"})
    return [
        {"event": report.of("delivered", "hard_bounce"), "msg": message, "_id": report.message_id, "ts": 1767261600}
    ]


def postal(report: Report) -> Any:
    message = {"id": int(report.message_id), "direction": "outgoing", "to": "nadia@acme.example", "tag": None}
    sent = {"message": message, "status": "Sent", "details": "Message accepted", "output": "250 2.0.0 OK\n"}
    bounced = {"original_message": message, "bounce": {"id": 233864, "direction": "incoming"}, "output": GONE}
    return {"event": "MessageSent", "timestamp": 1767261600.9, "payload": report.of(sent, bounced), "uuid": "58e8"}


def postmark(report: Report) -> Any:
    event = {"MessageID": report.message_id, "Metadata": report.metadata, "Recipient": "nadia@acme.example"}
    delivered = {"RecordType": "Delivery", "DeliveredAt": "2026-01-01T10:00:00-05:00", "Details": "250 ok"}
    bounced = {"RecordType": "Bounce", "Type": "HardBounce", "Details": f"smtp;{GONE}", "ID": 901542550}
    return event | report.of(delivered, bounced | {"BouncedAt": "2026-01-01T10:00:00.27-05:00"})


def resend(report: Report) -> Any:
    data = {"email_id": report.message_id, "to": ["nadia@acme.example"], "created_at": "2026-01-01T10:00:00.982Z"}
    data["headers"] = [{"name": "X-Metadata", "value": json.dumps(report.metadata)}]
    text = "The recipient's email provider sent a hard bounce message, but didn't specify the reason."
    data |= report.of({}, {"bounce": {"message": text, "subType": "General", "type": "Permanent"}})
    kind = report.of("email.delivered", "email.bounced")
    return {"type": kind, "created_at": "2026-01-01T10:00:01.823Z", "data": data}


def sendgrid(report: Report) -> Any:
    event = {"event": report.of("delivered", "bounce"), "email": "nadia@acme.example", "timestamp": 1767261600}
    event |= {"anymail_id": report.message_id, "smtp-id": "<wrfRR@ismtpd0006p1sjc2.sendgrid.net>", **report.metadata}
    return [event | report.of({"response": "250 2.0.0 OK"}, {"type": "bounce", "status": "5.1.1", "reason": GONE})]


def sparkpost(report: Report) -> Any:
    event = {"type": report.of("delivery", "bounce"), "raw_rcpt_to": "nadia@acme.example", "timestamp": "1767261600"}
    event |= {"transmission_id": report.message_id, "message_id": "0004e3724f57753a3561", "rcpt_meta": report.metadata}
    event |= report.of({}, {"bounce_class": "10", "error_code": "550", "raw_reason": GONE})
    return [{"msys": {"message_event": event}}, {"msys": {}}]


def unisender_go(report: Report) -> Any:
    bounced = {"delivery_status": "err_user_unknown", "destination_response": "555 5.7.1 User unknown"}
    event = {"job_id": "1sn15Z-0007Le-GtVN", "email": "nadia@acme.example", "event_time": "2026-01-01 10:00:00"}
    event |= {"status": report.of("delivered", "hard_bounced"), "delivery_info": report.of({}, bounced)}
    event["metadata"] = {"anymail_id": report.message_id, **report.metadata}
    events = [{"event_name": "transactional_email_status", "event_data": event}]
    return {"events_by_user": [{"user_id": 123456, "events": events}]}


BY_SECRET = {"WEBHOOK_SECRET": SECRET}
PROVIDERS = [
    Provider(
        "amazon_ses", BY_SECRET, "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000", amazon_ses, by_sns
    ),
    Provider("brevo", BY_SECRET, "<201801020304.1234567890@smtp-relay.mailin.fr>", brevo, with_secret),
    Provider(
        "mailersend", {"MAILERSEND_SIGNING_SECRET": KEY}, "63fd1c1d5f010335ed07066b", mailersend, by_mailersend, False
    ),
    Provider(
        "mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}, "<20160306015544.25145@example.com>", mailgun, by_mailgun
    ),
    Provider("mailjet", BY_SECRET, "70650219165027410", mailjet, with_secret),
    Provider("mailtrap", BY_SECRET, "1df37d17-0286-4d8b-8edf-bc4ec5be86e6", mailtrap, with_secret),
    Provider(
        "mailtrap", {"MAILTRAP_TRACKING_SECRET": KEY}, "1df37d17-0286-4d8b-8edf-bc4ec5be86e6", mailtrap, by_mailtrap
    ),
    Provider("mandrill", {"MANDRILL_WEBHOOK_KEY": KEY}, "abcdef012345789abcdef012345789", mandrill, by_mandrill),
    Provider("postal", {"POSTAL_WEBHOOK_KEY": public_key(RSA_KEY)}, "1503", postal, by_postal, False),
    Provider("postmark", BY_SECRET, "b4007d94-33f1-4e78-a783-97417d6c80e6", postmark, with_secret),
    Provider("resend", BY_SECRET, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", resend, with_secret),
    Provider("sendgrid", BY_SECRET, "4ab185c2-0171-492f-9ce0-27de258efc99", sendgrid, with_secret),
    Provider(
        "sendgrid",
        {"SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": public_key(EC_KEY)},
        "4ab185c2-0171-492f-9ce0-27de258efc99",
        sendgrid,
        by_sendgrid,
    ),
    Provider("sparkpost", BY_SECRET, "12345678901234567890", sparkpost, with_secret),
    Provider(
        "unisender_go",
        {"UNISENDER_GO_API_KEY": KEY},
        "de83d1c9-4ab1-4e1b-9f6f-0b2d5ad1f2bb",
        unisender_go,
        by_unisender,
    ),
]
