"""Certificates of SAML providers: reminders, and reading them again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from outbox.models import OutgoingEmail
from provisioning.emails.certificates import render_certificate_expiring
from provisioning.models import IdentityProvider
from provisioning.services import certificates
from provisioning.services.certificates import read_certificates_again, remind_of_certificates
from provisioning.services.readings import ReadingFailed, read_saml
from provisioning.tests.saml_documents import certificate, metadata_xml
from teamadmin.testing.parallel import run_in_parallel


def add_provider(organization, days: float, **fields) -> IdentityProvider:
    return IdentityProvider.objects.create(
        organization=organization,
        protocol="saml",
        provider="saml",
        issuer="https://idp.example/saml",
        sso_url="https://idp.example/sso",
        certificates=[certificate()],
        certificates_expire_at=timezone.now() + timedelta(days=days),
        **fields,
    )


def emails():
    return OutgoingEmail.objects.filter(kind="provisioning.certificate_expiring").order_by("created_at")


@pytest.mark.spec("O-1")
def test_admins_are_emailed_30_7_and_1_days_before(cast):
    provider = add_provider(cast.acme, 31)
    start = timezone.now()
    sent = {}
    for hour in range(0, 32 * 24, 6):
        now = start + timedelta(hours=hour)
        before = emails().count()
        remind_of_certificates(now=now)
        remind_of_certificates(now=now)
        if emails().count() > before:
            sent[round((provider.certificates_expire_at - now) / timedelta(days=1))] = emails().count() - before
    assert sent == {30: 1, 7: 1, 1: 1}
    assert [row.subject_id for row in emails()] == [cast.olga.pk] * 3


@pytest.mark.spec("O-1")
def test_the_email_says_when_and_what_to_do(cast):
    provider = add_provider(cast.acme, 6.5)
    remind_of_certificates()
    message = render_certificate_expiring(emails().get())
    assert message and message.to == [cast.olga.user.email]
    assert message.subject.startswith("The SAML certificate for Acme expires in ")
    html = message.alternatives[0][0]
    for part in (message.body, html):
        assert "/o/acme/security/single-sign-on/" in part and "paste the new metadata" in part
    IdentityProvider.objects.update(certificates_expire_at=timezone.now() + timedelta(days=300))
    assert render_certificate_expiring(emails().get()) is None, "it was renewed"
    IdentityProvider.objects.update(certificates_expire_at=provider.certificates_expire_at)
    type(cast.olga).objects.filter(pk=cast.olga.pk).update(status="deactivated")
    assert render_certificate_expiring(emails().get()) is None


def test_renewed_certificates_are_reminded_of_again(cast, monkeypatch):
    add_provider(cast.acme, 5)
    remind_of_certificates()
    provider = IdentityProvider.objects.get()
    assert provider.certificates_reminded_days == 7
    monkeypatch.setattr(certificates, "read_saml_url", lambda url: read_saml(metadata_xml().encode()))
    IdentityProvider.objects.update(metadata_url="https://idp.example/m", certificates=["old"], metadata_read_at=None)
    IdentityProvider.objects.update(metadata_read_at=timezone.now() - timedelta(days=2))
    assert read_certificates_again() == 1
    assert IdentityProvider.objects.get().certificates_reminded_days is None


@pytest.mark.django_db(transaction=True)
def test_two_beats_send_each_email_once(live_cast):
    add_provider(live_cast.acme, 5)
    assert sorted(run_in_parallel(2, lambda number: remind_of_certificates())) == [0, 1]
    assert emails().count() == 1


@pytest.mark.spec("O-1")
def test_new_certificates_are_picked_up_once_a_day(cast, monkeypatch):
    read_at = timezone.now() - timedelta(days=2)
    provider = add_provider(cast.acme, 5, metadata_url="https://idp.example/m", metadata_read_at=read_at)
    documents = [metadata_xml("https://idp.example/saml", certificate(), certificate(700, "next"))]
    monkeypatch.setattr(certificates, "read_saml_url", lambda url: read_saml(documents[0].encode()))
    assert read_certificates_again() == 1 and read_certificates_again() == 0
    provider.refresh_from_db()
    assert len(provider.certificates) == 2 and provider.version == 1
    assert provider.metadata_url == "https://idp.example/m"
    assert Entry.objects.get(action="sso.certificates_changed").actor_label == ""
    documents[0] = metadata_xml("https://evil.example", certificate(900, "evil"))
    IdentityProvider.objects.update(metadata_read_at=read_at)
    assert read_certificates_again() == 0
    provider.refresh_from_db()
    assert len(provider.certificates) == 2 and provider.issuer == "https://idp.example/saml"


def test_unreadable_metadata_changes_nothing(cast, monkeypatch):
    read_at = timezone.now() - timedelta(days=2)
    add_provider(cast.acme, 5, metadata_url="https://idp.example/m", metadata_read_at=read_at)

    def fail(url):
        raise ReadingFailed("down")

    monkeypatch.setattr(certificates, "read_saml_url", fail)
    assert read_certificates_again() == 0 and len(IdentityProvider.objects.get().certificates) == 1
