"""Fresh sign-in with the identity provider that opened the session (S-7)."""

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.services.confirmation import complete_confirmation
from accounts.services.sign_in import SignIns
from provisioning.models import ExternalIdentity, SsoRequest
from provisioning.sso.profile import SsoError, SsoProfile


def finish_confirmation(request: HttpRequest, sso_request: SsoRequest, profile: SsoProfile) -> HttpResponse:
    """Save that the user has just proven who they are, for actions in the provider's organization only.

    The same person must have signed in at the provider as in this session. Then lead to the page that asked, which runs
    the interrupted request. Raise SsoError if it's someone else.
    """
    provider = sso_request.identity_provider
    organization_id = str(provider.organization_id)
    if not request.user.is_authenticated or organization_id not in SignIns.of(request.session).sso:
        raise SsoError(_("You’re no longer signed in here. Sign in, then try again."), code="closed")
    identities = ExternalIdentity.objects.filter(
        organization=provider.organization, issuer=profile.issuer, subject=profile.subject, user=request.user.pk
    )
    if not identities.exists():
        names = {"provider": provider.label, "email": request.user.email}
        text = _("You signed in with a different account. Sign in to %(provider)s as %(email)s, and try again.")
        raise SsoError(text % names, code="other_user")
    try:
        complete_confirmation(request.session, organization_id=organization_id)  # type: ignore[arg-type]
    except UpdateError:  # the session was ended in the meantime
        logout(request)
        return redirect(settings.LOGIN_URL)
    return redirect(sso_request.next_url or settings.LOGIN_REDIRECT_URL)
