"""Reports of every provider of django-anymail: who may send them, and which email each is about (I-8)."""

import json
from unittest.mock import Mock

import pytest
from anymail.webhooks import amazon_ses

from invitations.models import InvitationEmail
from organizations.models import Delivery
from outbox import services
from outbox.models import OutgoingEmail, State
from outbox.tests.reports import BASIC, BY_SECRET, KEY, PROVIDERS, Provider, Report, Request
from teamadmin import settings as own_settings

pytestmark = [
    pytest.mark.spec("I-8"),
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]
EVERY = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: f"{each.name}-{next(iter(each.keys)).lower()}")
SES = PROVIDERS[0]


@pytest.fixture(autouse=True)
def provider_settings(outbox_settings, settings, monkeypatch):
    settings.OUTBOX_KINDS = own_settings.OUTBOX_KINDS
    settings.OUTBOX_LISTENERS = own_settings.OUTBOX_LISTENERS
    # Amazon's client isn't installed, and nothing here calls Amazon.
    monkeypatch.setattr(amazon_ses, "_get_anymail_boto3_params", lambda **options: ({}, {}))


@pytest.fixture
def use(settings, cast):
    """use(provider) sets the provider, and returns an invitation's email that it has accepted."""

    def set_up(provider: Provider) -> OutgoingEmail:
        settings.EMAIL_BACKEND, settings.ANYMAIL = f"anymail.backends.{provider.name}.EmailBackend", provider.keys
        row = OutgoingEmail.objects.get(subject_id=cast.invite()[0].pk)
        changes = {"state": State.SENT, "sent_at": row.created_at, "provider_message_id": provider.message_id}
        OutgoingEmail.objects.filter(pk=row.pk).update(**changes)
        row.refresh_from_db()
        services.listeners.notify_listeners([row])
        return row

    return set_up


def post(client, provider: Provider, request: Request, **headers: str):
    headers = request.headers | headers
    return client.post(provider.url, request.body, content_type=request.content_type, headers=headers)


def report(client, provider: Provider, *, bounced: bool = False, key: str = KEY, message_id: str = "", **metadata: str):
    payload = provider.payload(Report(bounced, message_id or provider.message_id, metadata))
    return post(client, provider, provider.prove(payload, key))


def state() -> tuple[int, str]:
    email = InvitationEmail.objects.get()
    return email.delivery, email.reason


@EVERY
def test_the_providers_id_or_our_metadata_finds_the_email(client, use, provider):
    row = use(provider)
    assert report(client, provider, message_id="1234567").status_code == 200
    assert state() == (Delivery.SENT, ""), "an unknown email"
    report(client, provider, message_id="1234567", outbox=str(row.pk))
    assert state()[0] == (Delivery.DELIVERED if provider.has_metadata else Delivery.SENT)
    InvitationEmail.objects.update(delivery=Delivery.SENT)
    assert report(client, provider).status_code == 200
    assert state() == (Delivery.DELIVERED, "")


@EVERY
def test_a_bounce_is_shown_in_words_and_stays(client, use, provider):
    use(provider)
    for _repeated in range(2):
        assert report(client, provider, bounced=True).status_code == 200
        assert state() == (Delivery.BOUNCED, "Mailbox doesn’t exist")
        report(client, provider)  # late


@EVERY
def test_without_the_right_proof_nothing_changes(client, use, provider, caplog, settings):
    row = use(provider)
    for bounced in (False, True):
        assert report(client, provider, bounced=bounced, key="wrong", outbox=str(row.pk)).status_code == 403
    proven = provider.prove(provider.payload(Report(True, provider.message_id, {})), KEY)
    if proven.headers:  # all others have the proof in the body
        names = {name: value for name, value in proven.headers.items() if name.startswith("x-amz")}
        assert post(client, provider, Request(proven.body, names, proven.content_type)).status_code in (401, 403)
    settings.ANYMAIL = {}
    assert report(client, provider, outbox=str(row.pk)).status_code in (400, 404), "no key is set"
    assert state() == (Delivery.SENT, "")
    assert KEY not in caplog.text and BASIC["Authorization"] not in caplog.text


@EVERY
def test_other_bodies_methods_and_providers_change_nothing(client, use, provider):
    use(provider)
    for payload in ({}, {"a": 1}, {"event": {}}):
        request = provider.prove(payload, KEY)
        assert post(client, provider, request).status_code in (200, 400)
        for body in (b"", b"{", b"[]", b"null", b"[" * 100_000):
            sent = Request(body, request.headers, request.content_type)
            assert post(client, provider, sent).status_code in (200, 400, 403)
    assert client.head(provider.url).status_code == 200
    assert client.get(provider.url).status_code == (200 if provider.name == "unisender_go" else 405)
    assert client.put(provider.url).status_code == 405
    others = {each.name: each for each in PROVIDERS if each.name != provider.name}
    assert {report(client, other).status_code for other in others.values()} == {404}
    assert state() == (Delivery.SENT, "")


def test_amazon_is_asked_for_the_secret(client, use):
    use(SES)
    request = SES.prove(SES.payload(Report(False, SES.message_id, {})), KEY)
    names = {name: value for name, value in request.headers.items() if name != "Authorization"}
    response = post(client, SES, Request(request.body, names, request.content_type))
    assert response.status_code == 401 and response["WWW-Authenticate"].startswith("Basic realm=")
    assert state()[0] == Delivery.SENT


def subscribe(client, authorization: dict[str, str], arn: str = "arn:aws:sns:eu-west-1:123456789012:SES"):
    body = {"Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": arn, "Token": "t"}
    body["SubscribeURL"] = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    names = {"x-amz-sns-message-id": "1", "x-amz-sns-message-type": "SubscriptionConfirmation", **authorization}
    return post(client, SES, Request(json.dumps(body).encode(), names, "text/plain"))


def test_only_the_secret_confirms_a_subscription_at_amazon(client, use, monkeypatch, settings):
    sns = Mock()
    monkeypatch.setattr(amazon_ses.AmazonSESBaseWebhookView, "get_boto_client", sns)
    use(SES)
    assert subscribe(client, {}).status_code == 401
    assert subscribe(client, {"Authorization": "Basic eDp5"}).status_code == 403
    sns.assert_not_called()
    assert subscribe(client, BASIC).status_code == 200
    sns.assert_called_once_with("sns", region_name="eu-west-1")
    sns.return_value.confirm_subscription.assert_called_once()
    assert subscribe(client, BASIC, arn="nonsense").status_code == 400
    settings.ANYMAIL = BY_SECRET | {"AMAZON_SES_AUTO_CONFIRM_SNS_SUBSCRIPTIONS": False}
    assert subscribe(client, BASIC).status_code == 200
    assert sns.call_count == 1


def ses_event(client, kind: str, field: str, content: dict[str, object]):
    mail = {"messageId": SES.message_id, "destination": ["nadia@acme.example"], "headers": []}
    return post(client, SES, SES.prove({"eventType": kind, "mail": mail, field: content}, KEY))


@pytest.mark.parametrize(
    ("subtype", "recipient", "expected"),
    [
        ("General", {}, (Delivery.DELAYED, "Server hasn’t accepted it yet")),  # an automatic reply, perhaps
        ("MailboxFull", {"diagnosticCode": "smtp; 452 4.2.2 Over quota"}, (Delivery.BOUNCED, "Mailbox is full")),
    ],
)
def test_amazon_has_given_up_when_it_reports_a_soft_bounce(client, use, subtype, recipient, expected):
    use(SES)
    recipients = [{"emailAddress": "nadia@acme.example", **recipient}]
    bounce = {"bounceType": "Transient", "bounceSubType": subtype, "bouncedRecipients": recipients}
    ses_event(client, "Bounce", "bounce", bounce)
    assert state() == expected


def test_amazon_reports_a_delay_and_a_blocked_address(client, use):
    use(SES)
    ses_event(client, "DeliveryDelay", "deliveryDelay", {"delayType": "MailboxFull"})
    assert state() == (Delivery.DELAYED, "Mailbox is full")
    recipients = [{"emailAddress": "nadia@acme.example"}]
    bounce = {"bounceType": "Permanent", "bounceSubType": "OnAccountSuppressionList", "bouncedRecipients": recipients}
    ses_event(client, "Bounce", "bounce", bounce)
    assert state() == (Delivery.BOUNCED, "Provider blocks the address")


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        (
            "mailjet",
            {"event": "bounce", "error": "invalid domain", "smtp_reply": None},
            (Delivery.BOUNCED, "Domain doesn’t exist"),
        ),
        (
            "mailjet",
            {"event": "bounce", "error": "no mail host", "smtp_reply": None},
            (Delivery.BOUNCED, "Domain doesn’t accept email"),
        ),
        (
            "mailjet",
            {"event": "blocked", "error": "preblocked", "smtp_reply": None},
            (Delivery.FAILED, "Provider blocks the address"),
        ),
        ("sendgrid", {"event": "dropped", "reason": "Bounced Address"}, (Delivery.FAILED, None)),
        ("resend", {"type": "email.failed"}, (Delivery.FAILED, "Provider rejected the email")),
        (
            "resend",
            {
                "type": "email.suppressed",
                "data": {"email_id": "ID", "suppressed": {"message": "On the suppression list"}},
            },
            (Delivery.FAILED, "Provider blocks the address"),
        ),
        ("resend", {"type": "email.opened"}, (Delivery.SENT, "")),
        ("brevo", {"event": "blocked"}, (Delivery.FAILED, "Provider blocks the address")),
        ("brevo", {"event": "deferred", "reason": "452 4.2.2 full"}, (Delivery.DELAYED, "Mailbox is full")),
        (
            "brevo",
            {"event": "soft_bounce", "reason": "undefined Unable to find MX of domain no-mx.example.com"},
            (Delivery.BOUNCED, "Domain doesn’t accept email"),
        ),
        ("brevo", {"event": "opened"}, (Delivery.SENT, "")),
    ],
)
def test_other_reports(client, use, name, payload, expected):
    provider = next(each for each in PROVIDERS if each.name == name)
    use(provider)
    form = provider.payload(Report(False, provider.message_id, {}))
    payload = json.loads(json.dumps(payload).replace('"ID"', json.dumps(provider.message_id)))
    changed = [form[0] | payload] if isinstance(form, list) else form | payload
    post(client, provider, provider.prove(changed, KEY))
    assert state()[0] == expected[0]
    assert expected[1] is None or state()[1] == expected[1]
