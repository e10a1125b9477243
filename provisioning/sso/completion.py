"""What happens when the browser is back from an identity provider with a checked answer, or with an error."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import sign_in
from accounts.services.sign_in import SSO, SsoSignIn
from provisioning.models import ExternalIdentity, IdentityProvider, SsoLogin, SsoRequest
from provisioning.sso.profile import SsoError, SsoProfile


def finish(request: HttpRequest, sso_request: SsoRequest, profile: SsoProfile) -> HttpResponse:
    """Do what the request was for. Raise SsoError if it isn't allowed."""
    identity_provider = sso_request.identity_provider
    identity = ExternalIdentity.objects.filter(
        organization=identity_provider.organization_id, issuer=profile.issuer, subject=profile.subject
    ).first()
    if identity is None:
        raise SsoError(_("No one here is linked to this account yet."), code="not_linked")
    ExternalIdentity.objects.filter(pk=identity.pk).update(email=profile.email[:254], last_used_at=timezone.now())
    if profile.sid:
        SsoLogin.objects.create(identity=identity, sid=profile.sid)
    evidence = SsoSignIn(str(identity_provider.organization_id), profile.sid, profile.mfa)
    return sign_in(request, identity.user, method=SSO, next_url=sso_request.next_url, sso=evidence)


def fail(
    request: HttpRequest, identity_provider: IdentityProvider, error: SsoError, sso_request: SsoRequest | None = None
) -> HttpResponse:
    """Return the page that says what went wrong and what to do, with status 400."""
    context = {"error": error, "identity_provider": identity_provider, "organization": identity_provider.organization}
    return render(request, "provisioning/sso_failed.html", context, status=400)
