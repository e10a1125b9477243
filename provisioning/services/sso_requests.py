"""Requests to identity providers: started by a browser, finished once by the same browser."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from base.hashing import hash_token
from organizations.models import Membership
from provisioning.models import IdentityProvider, SetupLink, SsoPurpose, SsoRequest
from provisioning.sso.profile import SsoError


@dataclass(frozen=True)
class StartedRequest:
    """A started request. `state` is its name at the provider: OIDC `state`, SAML request ID."""

    state: str
    row: SsoRequest


def start_request(
    *,
    identity_provider: IdentityProvider,
    browser: str,
    purpose: str = SsoPurpose.SIGN_IN,
    next_url: str = "",
    member: Membership | None = None,
    setup_link: SetupLink | None = None,
) -> StartedRequest:
    """Save a request that is about to be sent. `browser` is the random value of the browser's cookie."""
    state = "_" + secrets.token_urlsafe(32)  # an XML ID can't start with a digit
    row = SsoRequest.objects.create(
        key=hash_token(state),
        identity_provider=identity_provider,
        version=identity_provider.version,
        purpose=purpose,
        browser=hash_token(browser),
        nonce=secrets.token_urlsafe(32),
        code_verifier=secrets.token_urlsafe(64),
        next_url=next_url[:2000],
        member=member,
        setup_link=setup_link,
    )
    return StartedRequest(state, row)


def get_request(*, identity_provider: IdentityProvider, state: str) -> SsoRequest:
    """Return an open request of this provider, without using it up. Raise SsoError("unknown")."""
    row = _open_requests(identity_provider).filter(key=hash_token(state), used_at=None).first()
    if row is None:
        raise _unknown()
    return row


def take_request(*, identity_provider: IdentityProvider, state: str, browser: str) -> SsoRequest:
    """Return the request and mark it as used. Raise SsoError("unknown") if it isn't open in this browser.

    One conditional UPDATE decides, so a state works once.
    """
    key = hash_token(state)
    mine = _open_requests(identity_provider).filter(key=key, browser=hash_token(browser), used_at=None)
    if not browser or not mine.update(used_at=Now()):
        raise _unknown()
    row = SsoRequest.objects.select_related("identity_provider__organization", "member", "setup_link").get(key=key)
    if row.version != row.identity_provider.version:
        raise SsoError(_("The settings have changed in the meantime. Try again."), code="changed")
    return row


def delete_old_requests() -> int:
    """Delete requests that can no longer be finished, and return how many."""
    return SsoRequest.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()[0]


def _open_requests(identity_provider: IdentityProvider) -> QuerySet[SsoRequest]:
    oldest = timezone.now() - timedelta(minutes=settings.SSO_REQUEST_MINUTES)
    return SsoRequest.objects.filter(identity_provider=identity_provider, created_at__gt=oldest)


def _unknown() -> SsoError:
    return SsoError(_("This sign-in was already used, took too long or started in another browser."), code="unknown")
