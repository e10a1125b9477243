"""The page of single sign-on: guided setup, turning it on and off, and deleting it (O-1, O-2)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.fresh import require_fresh_sign_in
from base.policies import Refused, require
from base.responses import htmx_redirect
from console.sso.forms import ModeForm
from console.sso.page import Setup
from console.sso.steps import Submission, submit_step
from organizations.access import member_required
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest
from provisioning.models import ExternalIdentity
from provisioning.queries.sso_tests import provider_of
from provisioning.services.identity_providers import delete_provider, turn_off_sso, turn_on_sso


def settings_url(organization: Organization) -> str:
    """Return the URL of the page."""
    return reverse("sso_settings", args=[organization.slug])


def setup_of(request: MemberRequest, submission: Submission | None = None, mode: ModeForm | None = None) -> Setup:
    """Return the guided setup as the member sees it."""
    slug = request.organization.slug
    steps = ("provider", "connection", "attributes", "mode", "deletion")
    urls = {name: reverse(f"sso_{name}", args=[slug]) for name in steps}
    urls["test"] = reverse("sso_test_new", args=[slug])
    urls["enforcement"] = enforcement_url(request.organization)
    setup = Setup(request.organization, urls, can(request.membership, Permission.SECURITY_MANAGE), submission, mode)
    if setup.last_test:
        urls["result"] = reverse("sso_test", args=[slug, setup.last_test.pk])
    return setup


def enforcement_url(organization: Organization) -> str:
    """Return the page on which single sign-on is enforced or no longer enforced (O-4)."""
    return settings_url(organization) + "enforcement/"


def _render(request: MemberRequest, setup: Setup, status: int = 200) -> HttpResponse:
    return render(request, "console/sso/settings.html", {"setup": setup}, status=status)


@require_safe
@member_required(Permission.SECURITY_VIEW)
def sso_settings(request: MemberRequest) -> HttpResponse:
    """Show the steps. People who can't manage security see them without buttons."""
    return _render(request, setup_of(request))


@require_POST
@member_required(Permission.SECURITY_VIEW)
def sso_step(request: MemberRequest, step: str) -> HttpResponse:
    """Save one step."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    require_fresh_sign_in(request)
    submission = submit_step(request, step, actor=request.membership, organization=request.organization)
    if submission.status != 200:
        return _render(request, setup_of(request, submission), submission.status)
    messages.success(request, _("Single sign-on settings saved."))
    return redirect(f"{settings_url(request.organization)}#{step}")


@require_POST
@member_required(Permission.SECURITY_VIEW)
def sso_mode(request: MemberRequest) -> HttpResponse:
    """Turn single sign-on on or off. Enforcing it, and no longer enforcing it, is confirmed on a page of its own."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    require_fresh_sign_in(request)
    form, organization = ModeForm(request.POST), request.organization
    if form.is_valid():
        mode, current = form.cleaned_data["mode"], ModeForm.mode_of(provider_of(organization))
        if mode != current and ModeForm.ENFORCED in (mode, current) and mode != ModeForm.OFF:
            return redirect(enforcement_url(organization))
        try:
            _set_mode(request, mode)
            return redirect(f"{settings_url(organization)}#mode")
        except Refused as refused:
            form.add_error("mode", str(refused))
    return _render(request, setup_of(request, mode=form), 422)


def _set_mode(request: MemberRequest, mode: str) -> None:
    actor, organization = request.membership, request.organization
    if mode == ModeForm.OFF:
        turn_off_sso(actor=actor, organization=organization)
        messages.success(request, _("Single sign-on is off."))
    elif mode == ModeForm.OPTIONAL:
        turn_on_sso(actor=actor, organization=organization)
        messages.success(request, _("Single sign-on is on. Members can choose it when they sign in."))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_VIEW)
def sso_deletion(request: MemberRequest) -> HttpResponse:
    """Ask before the provider is deleted, and delete it."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    organization = request.organization
    provider = provider_of(organization)
    if provider is None:
        raise Http404
    if request.method != "POST":
        context = {
            "provider": provider,
            "links": ExternalIdentity.objects.filter(organization=organization).count(),
            "cancel_url": settings_url(organization),
            "tone": "danger",
            "icon_name": "trash",
        }
        return render(request, "console/sso/deletion.html", context)
    require_fresh_sign_in(request)
    delete_provider(actor=request.membership, organization=organization)
    messages.success(request, _("Single sign-on was deleted."))
    return htmx_redirect(request, settings_url(organization))
