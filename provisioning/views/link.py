"""Confirming who one is after an identity provider answered: with the account's own sign-in, or with an invitation.

The answer was kept on the server for this browser. GET changes nothing, and nothing in the form says who someone is.
"""

from functools import partial

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.fresh import require_fresh_sign_in
from accounts.policies import can_sign_in
from accounts.queries import user_exists
from accounts.services.sign_in import SignIns
from accounts.single_sign_on import SsoRequired
from base.text import canonical_email
from invitations.queries import LinkState
from invitations.views.accept_cookie import stored_link
from organizations.brands import show_brand
from organizations.models import Membership
from provisioning.models import IdentityProvider
from provisioning.queries.identity_providers import find_enabled_provider
from provisioning.services.identities import identify
from provisioning.services.kept_profiles import drop_profile, find_profile
from provisioning.sso.browser import get_browser
from provisioning.sso.completion import fail
from provisioning.sso.profile import SsoError, SsoProfile
from provisioning.sso.sign_in import PAGES, enter, own_sign_in_url


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the owner of the account to sign in to it, and then to let the provider sign them in (O-3)."""
    provider = find_enabled_provider(slug)
    try:
        profile, next_url = find_profile(identity_provider=provider, browser=get_browser(request))
        page = partial(_render, request, "provisioning/sso_link.html", provider, profile)
        if request.method != "POST":
            return page()
        if not _is_owner(request, profile):
            return page(status=409)
        if SignIns.of(request.session).own:
            require_fresh_sign_in(request)
        return _confirm(request, provider, profile, next_url)
    except SsoError as error:
        return _fail(request, provider, error)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, slug: str) -> HttpResponse:
    """Join with an invitation to an address that isn't at the organization's domain: its link proves the address.

    The provider must have signed in the invited address. If it has an account, that must be signed in as well.
    """
    provider = find_enabled_provider(slug)
    try:
        profile, next_url = find_profile(identity_provider=provider, browser=get_browser(request))
        member = _invited_member(request, provider, profile)
        is_known = user_exists(canonical_email(profile.email))
        page = partial(_render, request, "provisioning/sso_invitation.html", provider, profile, is_known=is_known)
        if request.method != "POST":
            return page()
        if is_known and not _is_owner(request, profile):
            return page(status=409)
        return _confirm(request, provider, profile, next_url, invited=member, is_known=is_known)
    except SsoError as error:
        return _fail(request, provider, error)


@require_POST
def other_account(request: HttpRequest, slug: str) -> HttpResponse:
    """Sign out someone who isn't the owner, or whom a provider signed in, and ask for the account's own sign-in."""
    find_enabled_provider(slug)
    get_adapter().logout(request)
    return redirect(own_sign_in_url(reverse("sso_link", args=[slug])))


def _is_owner(request: HttpRequest, profile: SsoProfile) -> bool:
    """Return whether the account with the answer's address is signed in by its own password or passkey.

    Users whose organizations all require single sign-on can't do that. There, another organization's provider, which is
    linked already, and this one agree on who it is.
    """
    user = request.user
    if not user.is_authenticated or user.email != canonical_email(profile.email):
        return False
    return SignIns.of(request.session).own or isinstance(can_sign_in(user, "password"), SsoRequired)


def _invited_member(request: HttpRequest, provider: IdentityProvider, profile: SsoProfile) -> Membership:
    """Return the pending member whose link this browser has opened. Raise SsoError if it isn't the answer's address."""
    found, name = stored_link(request), {"provider": capfirst(provider.label)}
    member = found.invitation.membership if found.invitation else None
    if found.state == LinkState.UNKNOWN:
        text = _("Open the link in your invitation in this browser. Then continue with %(provider)s.")
        raise SsoError(text % {"provider": provider.label}, code="no_link")
    if found.state != LinkState.OPEN or member is None or member.organization_id != provider.organization_id:
        raise SsoError(_("The invitation that you opened is no longer valid."), code="no_link")
    if member.email_key != canonical_email(profile.email):
        text = _("The invitation was sent to a different address from the one you used with %(provider)s.")
        raise SsoError(text % name, code="other_address")
    return member


def _confirm(
    request: HttpRequest,
    provider: IdentityProvider,
    profile: SsoProfile,
    next_url: str,
    *,
    invited: Membership | None = None,
    is_known: bool = True,
) -> HttpResponse:
    if not drop_profile(identity_provider=provider, browser=get_browser(request)):
        raise SsoError(_("This took too long, or was already done."), code="kept")
    account = request.user if is_known else None
    try:
        found = identify(identity_provider=provider, profile=profile, account=account, invited=invited)  # type: ignore[arg-type]
    except SsoError as error:
        error.profile = profile
        raise
    if found.outcome in PAGES:  # the domain or the address changed hands in the meantime
        raise SsoError(_("Something changed in the meantime. Try again."), code="changed")
    return enter(request, provider, found, profile, next_url=next_url)


def _fail(request: HttpRequest, provider: IdentityProvider, error: SsoError) -> HttpResponse:
    if error.code == "kept" and str(provider.organization_id) in SignIns.of(request.session).sso:
        return redirect("homepage", provider.organization.slug)  # pressed twice: the first time did it
    return fail(request, provider, error)


def _render(
    request: HttpRequest,
    template: str,
    provider: IdentityProvider,
    profile: SsoProfile,
    *,
    status: int = 200,
    is_known: bool = True,
) -> HttpResponse:
    show_brand(request, provider.organization)
    context = {
        "identity_provider": provider,
        "organization": provider.organization,
        "email": canonical_email(profile.email),
        "is_known": is_known,
        "is_owner": _is_owner(request, profile),
        "sign_in_url": own_sign_in_url(request.path),
    }
    return render(request, template, context, status=status)
