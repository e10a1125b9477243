"""An invitation is sent through every provider of django-anymail (M-7), and the provider's id of it is saved."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from outbox import services
from outbox.models import OutgoingEmail, State
from teamadmin import settings as own_settings

UNISENDER = "https://go1.unisender.ru/ru/transactional/api/v1"


@dataclass(frozen=True)
class Api:
    """A provider's settings, its reply to an email to nadia@acme.example, and the id in it ("" for an id of ours)."""

    keys: dict[str, str]
    reply: Any
    message_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def mailjet_reply() -> Any:
    recipient = {"Email": "nadia@acme.example", "MessageUUID": "cb927469", "MessageID": 70650219165027410}
    return {"Messages": [{"Status": "success", "To": [recipient]}]}


APIS = {
    "brevo": Api({"BREVO_API_KEY": "k"}, {"messageId": "<2018@smtp-relay.mailin.fr>"}, "<2018@smtp-relay.mailin.fr>"),
    "mailersend": Api({"MAILERSEND_API_TOKEN": "k"}, None, "63fd1c1d", {"x-message-id": "63fd1c1d"}),
    "mailgun": Api({"MAILGUN_API_KEY": "k"}, {"id": "<2016@a.example>", "message": "Queued."}, "<2016@a.example>"),
    "mailjet": Api({"MAILJET_API_KEY": "k", "MAILJET_SECRET_KEY": "s"}, mailjet_reply(), "70650219165027410"),
    "mailtrap": Api({"MAILTRAP_API_TOKEN": "k"}, {"success": True, "message_ids": ["1df37d17"]}, "1df37d17"),
    "mandrill": Api(
        {"MANDRILL_API_KEY": "k"}, [{"email": "nadia@acme.example", "status": "sent", "_id": "abc123"}], "abc123"
    ),
    "postal": Api(
        {"POSTAL_API_KEY": "k", "POSTAL_API_URL": "https://postal.example"},
        {"status": "success", "data": {"messages": {"nadia@acme.example": {"id": 1503, "token": "k"}}}},
        "1503",
    ),
    "postmark": Api(
        {"POSTMARK_SERVER_TOKEN": "k"},
        {"To": "nadia@acme.example", "MessageID": "b4007d94", "ErrorCode": 0, "Message": "OK"},
        "b4007d94",
    ),
    "resend": Api({"RESEND_API_KEY": "k"}, {"id": "aaaaaaaa-bbbb"}, "aaaaaaaa-bbbb"),
    "scaleway": Api(
        {"SCALEWAY_SECRET_KEY": "k", "SCALEWAY_PROJECT_ID": "p"},
        {"emails": [{"id": "3fa85f64", "mail_rcpt": "nadia@acme.example", "status": "new"}]},
        "3fa85f64",
    ),
    "sendgrid": Api({"SENDGRID_API_KEY": "k"}, None),
    "sparkpost": Api(
        {"SPARKPOST_API_KEY": "k"},
        {"results": {"id": "1234567", "total_accepted_recipients": 1, "total_rejected_recipients": 0}},
        "1234567",
    ),
    "unisender_go": Api(
        {"UNISENDER_GO_API_KEY": "k", "UNISENDER_GO_API_URL": UNISENDER},
        {"status": "success", "job_id": "1rctPx", "emails": ["nadia@acme.example"]},
    ),
}
NO_IMAGES = {"brevo", "postal", "scaleway"}


@pytest.fixture
def sent_to_api(monkeypatch, settings):
    """sent_to_api(name) sets the provider, and returns the list of all that is sent to its API, as text."""
    sent: list[str] = []

    def use(name: str) -> list[str]:
        api = APIS[name]
        settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
        settings.ANYMAIL = {**own_settings.ANYMAIL, **api.keys}

        def reply(session: object, **request: Any) -> requests.Response:
            sent.append(str(request))
            response = requests.Response()
            response.status_code, response.url = 200, "https://api.example/"
            response.headers.update({"Content-Type": "application/json" if api.reply else "text/html", **api.headers})
            response._content = json.dumps(api.reply).encode() if api.reply else b""
            return response

        monkeypatch.setattr(requests.Session, "request", reply)
        return sent

    return use


@pytest.mark.spec("M-7")
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
@pytest.mark.parametrize("name", APIS)
def test_an_invitation_is_sent_through_every_provider(cast, outbox_settings, settings, sent_to_api, name):
    settings.OUTBOX_KINDS = own_settings.OUTBOX_KINDS
    invitation, sent = cast.invite()[0], sent_to_api(name)
    assert invitation.membership.email == "nadia@acme.example"
    services.deliver_due()
    row = OutgoingEmail.objects.get(subject_id=invitation.pk)
    assert (row.state, row.last_error) == (State.SENT, "")
    assert row.provider_message_id == (APIS[name].message_id or row.provider_message_id) != ""
    (request,) = sent
    assert "/invitations/" in request or "/accept/" in request
    assert (">Acme</b></p>" in request) is (name in NO_IMAGES)
    assert ("cid:" in request) is (name not in NO_IMAGES)
    assert name not in NO_IMAGES or "logo.png" not in request, "it would be a file attached to the email"
