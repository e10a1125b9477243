"""Checked answers of SAML identity providers, on their way to the browser that asked."""

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.services.sso_requests import get_request
from provisioning.sso.profile import SsoError, SsoProfile
from provisioning.sso.saml.validation import SKEW, Answer


def store_answer(*, identity_provider: IdentityProvider, answer: Answer) -> SsoRequest:
    """Save the answer with its request, until the browser fetches it. Raise SsoError.

    One conditional UPDATE decides, so each request has one answer, and an assertion that is sent again is refused.
    """
    row = get_request(identity_provider=identity_provider, state=answer.request_id)
    if row.purpose == SsoPurpose.CONFIRM and answer.authenticated_at < row.created_at - SKEW:
        reason = _("Your identity provider didn’t ask for your password again. Try again.")
        raise SsoError(reason, code="not_fresh", checks=answer.profile.checks)
    open_rows = SsoRequest.objects.filter(pk=row.pk, answered_at=None, used_at=None)
    if not open_rows.update(answer=answer.profile.to_json(), answered_at=Now()):
        raise SsoError(_("This response was already used. Start again."), code="replay")
    return row


def take_answer(*, sso_request: SsoRequest) -> SsoProfile:
    """Return the answer to a request that was just taken, and delete it: personal values don't stay. Raise SsoError."""
    if sso_request.answer is None:
        raise SsoError(_("Your identity provider hasn’t responded yet. Start again."), code="unanswered")
    profile = SsoProfile.from_json(str(sso_request.answer))
    SsoRequest.objects.filter(pk=sso_request.pk).update(answer=None)
    return profile
