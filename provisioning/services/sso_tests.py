"""Saving finished tests of an identity provider's connection (O-1)."""

from typing import Any

from django.db import transaction

from audit.services import record
from provisioning.models import SsoRequest, SsoTest

# Tests that are kept per provider.
KEPT = 20


@transaction.atomic
def save_test(*, sso_request: SsoRequest, passed: bool, result: dict[str, Any]) -> SsoTest:
    """Save the result of a test, for the version of the settings that it tested. `result` is what the page shows."""
    provider = sso_request.identity_provider
    actor = sso_request.member or sso_request.setup_link
    test = SsoTest.objects.create(
        identity_provider=provider,
        version=sso_request.version,
        passed=passed,
        tested_by=str(actor or "")[:300],
        result=result,
    )
    old = SsoTest.objects.filter(identity_provider=provider).order_by("-at").values_list("pk", flat=True)[KEPT:]
    SsoTest.objects.filter(pk__in=list(old)).delete()
    action = "sso.test_passed" if passed else "sso.test_failed"
    record(organization_id=provider.organization_id, actor=actor, action=action, target=provider)
    return test
