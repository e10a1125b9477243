"""Keys for the signatures of the provider's reports that can't be used: no report is read, and a check says why."""

import pytest
from django.core.checks import run_checks

from outbox.tests.reports import BY_SECRET, EC_KEY, KEY, RSA_KEY, public_key
from teamadmin.startup import sentence

pytestmark = [
    pytest.mark.spec("I-8"),
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]
SENDGRID, POSTAL = "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY", "POSTAL_WEBHOOK_KEY"
RESEND = "RESEND_SIGNING_SECRET"


def found() -> list[str]:
    """Return the check's texts. Every process runs it at its start."""
    return [sentence(each) for each in run_checks(tags=["teamadmin"]) if each.id == "outbox.W003"]


def use(settings, provider: str, keys: dict[str, str]) -> None:
    settings.EMAIL_BACKEND, settings.ANYMAIL = f"anymail.backends.{provider}.EmailBackend", keys


@pytest.mark.parametrize("secret", [{}, BY_SECRET])
@pytest.mark.parametrize(("provider", "name"), [("sendgrid", SENDGRID), ("postal", POSTAL)])
@pytest.mark.parametrize("key", ["secret-part", "AAAA", f"-----BEGIN PUBLIC KEY-----\n{public_key(EC_KEY)}"])
def test_with_a_malformed_key_the_webhook_is_off(client, settings, caplog, provider, name, key, secret):
    use(settings, provider, {name: key, **secret})
    reason = f"The webhook of {provider} is off: The key for its signatures is malformed (ValueError)."
    assert len(found()) == 1 and found()[0].startswith(reason)
    headers = {"X-Postal-Signature": "AAAA"}
    response = client.post(f"/emails/events/{provider}/", b"{}", content_type="application/json", headers=headers)
    assert response.status_code == 404 and client.head(f"/emails/events/{provider}/").status_code == 404
    assert reason in caplog.text and key not in caplog.text + found()[0]


@pytest.mark.parametrize("secret", [{}, BY_SECRET])
def test_resends_key_needs_a_package(client, settings, caplog, secret):
    use(settings, "resend", {RESEND: KEY, **secret})
    reason = "The webhook of resend is off: The svix package isn't installed"
    (text,) = found()
    assert text.startswith(reason) and "django-anymail[resend]" in text and "\n" not in text
    assert client.post("/emails/events/resend/", b"{}", content_type="application/json").status_code == 404
    assert reason in caplog.text and KEY not in caplog.text + text


@pytest.mark.parametrize(
    ("provider", "keys"),
    [
        ("sendgrid", {SENDGRID: public_key(EC_KEY)}),
        ("postal", {POSTAL: public_key(RSA_KEY)}),
        ("postal", {}),
        ("mailersend", {}),
        ("resend", BY_SECRET),
        ("postmrk", {}),
    ],
)
def test_nothing_is_wrong_with_a_good_key_and_without_reports(settings, provider, keys):
    use(settings, provider, keys)
    assert found() == []
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert found() == []
