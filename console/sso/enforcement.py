"""Enforcing single sign-on, and no longer enforcing it (O-4)."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.fresh import require_fresh_sign_in
from accounts.services.sign_in import SignIns
from base.counting import Count
from base.policies import Decision, Refused, require
from base.responses import htmx_redirect
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import break_glass_admins
from organizations.requests import MemberRequest
from provisioning.models import IdentityProvider, SsoTest
from provisioning.policies.enforcement import connection_works, has_break_glass
from provisioning.queries.enforcement import (
    UnverifiedDomain,
    count_ending_sessions,
    count_pending,
    unverified_domains,
)
from provisioning.queries.sso_tests import last_test, provider_of
from provisioning.services.enforcement import enforce_sso, stop_enforcing_sso

# Unverified domains that are named.
DOMAINS_SHOWN = 3


class EnforcementForm(forms.Form):
    """Confirms that the Admin won't lock themselves out."""

    sure = forms.BooleanField(
        error_messages={"required": gettext_lazy("Check this box once you’ve made sure, or you could be locked out.")}
    )


@dataclass(frozen=True)
class Checklist:
    """What has to be ready before single sign-on is enforced, and what it changes."""

    connection: Decision
    test: SsoTest | None
    break_glass: Decision
    break_glass_names: str
    domains: list[UnverifiedDomain]
    more_domains: int
    sessions: Count
    pending: Count

    @property
    def is_ready(self) -> bool:
        return bool(self.connection and self.break_glass)


def _checklist(actor: Membership, provider: IdentityProvider | None) -> Checklist:
    organization = actor.organization
    domains = unverified_domains(organization)
    return Checklist(
        connection=connection_works(provider),
        test=last_test(provider) if provider else None,
        break_glass=has_break_glass(actor),
        break_glass_names=_names(break_glass_admins(organization)),
        domains=domains[:DOMAINS_SHOWN],
        more_domains=len(domains[DOMAINS_SHOWN:]),
        sessions=count_ending_sessions(organization),
        pending=count_pending(organization),
    )


def _names(members: list[Membership]) -> str:
    return get_text_list([member.name for member in members], _("and"))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_VIEW)
def sso_enforcement(request: MemberRequest) -> HttpResponse:
    """Show what is ready and what changes, and enforce single sign-on. Where it's enforced, ask to stop that.

    What to do is in the form, so that a second press of the same button changes nothing.
    """
    require(can(request.membership, Permission.SECURITY_MANAGE))
    if request.method != "POST":
        return _render(request, EnforcementForm())
    require_fresh_sign_in(request)
    if "stop" in request.POST:
        return _stop(request)
    form = EnforcementForm(request.POST)
    if not form.is_valid():
        return _render(request, form, status=422)
    try:
        changed = enforce_sso(actor=request.membership)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _render(request, form, status=422)
    if changed:
        messages.success(request, _("Single sign-on is enforced."))
    return htmx_redirect(request, _settings_url(request))


def _stop(request: MemberRequest) -> HttpResponse:
    if stop_enforcing_sso(actor=request.membership):
        messages.success(request, _("Single sign-on is no longer enforced. Passwords work again."))
    return htmx_redirect(request, _settings_url(request))


def _settings_url(request: MemberRequest) -> str:
    return reverse("sso_settings", args=[request.organization.slug])


def _render(request: MemberRequest, form: EnforcementForm, *, status: int = 200) -> HttpResponse:
    provider, organization = provider_of(request.organization), request.organization
    context: dict[str, Any] = {"cancel_url": _settings_url(request), "provider": provider}
    context |= {"tone": "warning", "icon_name": "shield"}
    if organization.sso_enforced and provider:
        context["break_glass_names"] = _names(break_glass_admins(organization))
        return render(request, "console/sso/enforcement_stop.html", context)
    own = str(organization.pk) not in SignIns.of(request.session).sso and not request.membership.is_break_glass
    context |= {"form": form, "checklist": _checklist(request.membership, provider), "ends_own_session": own}
    return render(request, "console/sso/enforcement.html", context, status=status)
