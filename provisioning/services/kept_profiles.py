"""Checked answers of identity providers that wait for the person to confirm something, for 15 minutes, used once.

They stay on the server: nothing that the browser sends says who someone is. Each is a row of SsoRequest that is used up
already, so no provider's answer can finish it, and belongs to the browser whose sign-in it was.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base.hashing import hash_token
from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.sso.profile import SsoError, SsoProfile

# Marks the keys of these rows. Those of requests are hashes.
PREFIX = "kept:"


@transaction.atomic
def keep_profile(*, identity_provider: IdentityProvider, browser: str, profile: SsoProfile, next_url: str) -> None:
    """Keep a checked answer for this browser, in place of an earlier one of the same provider."""
    key = _key(identity_provider, browser)
    SsoRequest.objects.filter(key=key).delete()
    SsoRequest.objects.create(
        key=key,
        identity_provider=identity_provider,
        version=identity_provider.version,
        purpose=SsoPurpose.SIGN_IN,
        browser=hash_token(browser),
        next_url=next_url[:2000],
        answer=profile.to_json(),
        answered_at=timezone.now(),
        used_at=timezone.now(),
    )


def find_profile(*, identity_provider: IdentityProvider, browser: str) -> tuple[SsoProfile, str]:
    """Return the answer and the URL to go to then, without using it up. Raise SsoError if there is none."""
    oldest = timezone.now() - timedelta(minutes=settings.SSO_REQUEST_MINUTES)
    rows = SsoRequest.objects.filter(
        key=_key(identity_provider, browser), version=identity_provider.version, answered_at__gt=oldest
    )
    row = rows.first() if browser else None
    if row is None or not row.answer:
        raise SsoError(_("This took too long, or was already done."), code="kept")
    return SsoProfile.from_json(row.answer), row.next_url


def drop_profile(*, identity_provider: IdentityProvider, browser: str) -> bool:
    """Use up the answer. Return False if it was already used."""
    return bool(SsoRequest.objects.filter(key=_key(identity_provider, browser)).delete()[0])


def _key(identity_provider: IdentityProvider, browser: str) -> str:
    return PREFIX + hash_token(f"{identity_provider.pk}:{browser}")[: 64 - len(PREFIX)]
