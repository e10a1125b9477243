"""Which organization owns an address (O-5)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from organizations.models import Organization
from provisioning.models import Domain, IdentityProvider
from provisioning.queries.domains import organization_of_address, owns_address, sso_of_address, verified_domains

pytestmark = pytest.mark.spec("O-5")


def add_domain(organization, name, *, verified=True, missing_days=None):
    now = timezone.now()
    return Domain.objects.create(
        organization=organization,
        name=name,
        token="t",
        verified_at=now if verified else None,
        missing_since=now - timedelta(days=missing_days) if missing_days is not None else None,
    )


def test_a_verified_domain_owns_its_addresses(cast):
    add_domain(cast.acme, "acme.example")
    add_domain(cast.acme, "open.example", verified=False)
    assert owns_address(cast.acme, "New.Person@ACME.example")
    assert not owns_address(cast.globex, "new@acme.example")
    for other in ("a@sub.acme.example", "a@acme.example.evil.example", "a@notacme.example", "a@open.example"):
        assert not owns_address(cast.acme, other)
    for nonsense in ("", "acme.example", "@acme.example", "a@b@acme.example", "a@acme.example\n"):
        assert not owns_address(cast.acme, nonsense) or nonsense.strip() == "a@acme.example"
    assert organization_of_address("a@acme.example") == cast.acme
    assert organization_of_address("a@globex.example") is None
    assert verified_domains(cast.acme) == ["acme.example"]


def test_a_domain_lapses_a_week_after_its_record_is_gone(cast):
    add_domain(cast.acme, "gone.example", missing_days=6)
    add_domain(cast.acme, "lapsed.example", missing_days=7)
    assert owns_address(cast.acme, "a@gone.example")
    assert not owns_address(cast.acme, "a@lapsed.example")
    assert organization_of_address("a@lapsed.example") is None
    assert verified_domains(cast.acme) == ["gone.example"]


def test_only_an_enabled_provider_of_an_active_organization_signs_people_in(cast):
    add_domain(cast.acme, "acme.example")
    assert sso_of_address("a@acme.example") is None
    provider = IdentityProvider.objects.create(organization=cast.acme)
    assert sso_of_address("a@acme.example") is None
    IdentityProvider.objects.update(is_enabled=True)
    assert sso_of_address("a@acme.example") == provider
    Organization.objects.filter(pk=cast.acme.pk).update(is_active=False)
    assert sso_of_address("a@acme.example") is None
