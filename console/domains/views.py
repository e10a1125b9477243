"""The Domains tab of the Security pages: verified domains, and how people with an address there join (O-5)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.fresh import fresh_sign_in_required
from accounts.once import once
from base.policies import RateLimited, Refused, require
from base.responses import htmx_redirect, is_htmx_fragment, limit_reached
from console.domains.forms import DomainForm, JoinForm
from console.domains.rows import DomainRow, rows_of
from console.users.params import Tab, UserListParams
from organizations.access import member_required
from organizations.models import JoinRule
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest
from provisioning.models import Domain
from provisioning.policies.domains import can_remove_domain
from provisioning.queries.domains import domain_in, domains_in, verified_domains
from provisioning.services.domain_checks import check_domain
from provisioning.services.domains import DomainExists, add_domain, remove_domain
from provisioning.services.join_rules import JoinSettingsConflict, set_join_rule


def _row(request: MemberRequest, domain: Domain) -> DomainRow:
    slug, args = request.organization.slug, [request.organization.slug, domain.pk]
    manages = Permission.SECURITY_MANAGE in request.permissions
    members = replace(UserListParams.default(Tab.ALL), q=f"@{domain.name}")
    return DomainRow(
        domain,
        check_url=reverse("domain_check", args=args) if manages else "",
        remove_url=reverse("domain_removal", args=args) if manages else "",
        members_url=members.url(slug) if Permission.PEOPLE_VIEW in request.permissions else "",
    )


def _list(request: MemberRequest) -> dict[str, Any]:
    """Return what console/domains/_list.html takes."""
    return {"rows": rows_of(list(domains_in(request.organization)), lambda domain: _row(request, domain))}


def _render(
    request: MemberRequest,
    *,
    form: DomainForm | None = None,
    join_form: JoinForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    context = {
        **_list(request),
        "form": form or DomainForm(),
        "join_form": join_form or JoinForm(organization=request.organization),
        "can_manage": can(request.membership, Permission.SECURITY_MANAGE),
        **extra,
    }
    return render(request, "console/domains/domains.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_VIEW)
@fresh_sign_in_required
@once
def domains(request: MemberRequest) -> HttpResponse:
    """Show the domains and how people join. POST adds a domain."""
    if request.method != "POST":
        return _render(request)
    require(can(request.membership, Permission.SECURITY_MANAGE))
    form = DomainForm(request.POST)
    if form.is_valid():
        try:
            domain = add_domain(
                actor=request.membership, organization=request.organization, name=form.cleaned_data["name"]
            )
        except DomainExists as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("%(domain)s was added. Now add its TXT record.") % {"domain": domain.name})
            return redirect("domains", request.organization.slug)
    return _render(request, form=form, status=422)


@require_POST
@member_required(Permission.SECURITY_MANAGE)
@fresh_sign_in_required
def domain_check(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    """Check the domain's TXT record now. htmx gets the list of domains, others the page again."""
    domain, problem = _domain_or_404(request, domain_id), ""
    limit = None
    try:
        domain = check_domain(actor=request.membership, domain=domain)
    except RateLimited as error:
        limit, problem = error, str(error)
    except Domain.DoesNotExist:
        raise Http404 from None
    if is_htmx_fragment(request):
        context = {**_list(request), "checked": domain.pk, "limit": problem}
        return render(request, "console/domains/_list.html", context)
    if limit:
        return limit_reached(_render(request, checked=domain.pk, limit=problem), limit)
    if domain.verified_at and not domain.problem:
        messages.success(request, _("%(domain)s is verified.") % {"domain": domain.name})
    return redirect("domains", request.organization.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_MANAGE)
@fresh_sign_in_required
def domain_removal(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    """Ask before a domain is removed, with what stops then, and remove it."""
    domain, url = _domain_or_404(request, domain_id), reverse("domains", args=[request.organization.slug])
    if request.method == "POST":
        if remove_domain(actor=request.membership, domain=domain):
            messages.success(request, _("%(domain)s was removed.") % {"domain": domain.name})
        return htmx_redirect(request, url)
    names = verified_domains(request.organization)
    context = {
        "domain": domain,
        "is_verified": domain.name in names,
        "refusal": can_remove_domain(request.organization, domain.name, names).reason,
        "joins": request.organization.join_rule != JoinRule.INVITATION,
        "cancel_url": url,
        "tone": "danger",
        "icon_name": "trash",
    }
    return render(request, "console/domains/removal.html", context)


@require_POST
@member_required(Permission.SECURITY_MANAGE)
@fresh_sign_in_required
def domain_joining(request: MemberRequest) -> HttpResponse:
    """Save how people with an address at a verified domain join."""
    form = JoinForm(request.POST, organization=request.organization)
    if not form.is_valid():
        return _render(request, join_form=form, status=422)
    try:
        changed = set_join_rule(actor=request.membership, seen=form.seen_settings, wanted=form.settings)
    except JoinSettingsConflict as conflict:
        request.organization.refresh_from_db()
        return _conflict(request, form, str(conflict))
    except Refused as refusal:
        form.add_error("role", str(refusal))
        return _render(request, join_form=form, status=422)
    if changed:
        messages.success(request, _("Changes to how people join were saved."))
    return redirect("domains", request.organization.slug)


def _conflict(request: MemberRequest, form: JoinForm, conflict: str) -> HttpResponse:
    """Respond 409 with what someone else chose, above the unsaved input. Saving again overwrites it."""
    organization = request.organization
    text = _("People join: %(rule)s") % {"rule": JoinRule(organization.join_rule).label}
    changes = [text]
    if organization.join_role:
        changes.append(_("Role: %(role)s") % {"role": organization.join_role.label})
    return _render(request, join_form=form.rebased(), status=409, conflict=conflict, changes=changes)


def _domain_or_404(request: MemberRequest, domain_id: UUID) -> Domain:
    domain = domain_in(request.organization, domain_id)
    if domain is None:
        raise Http404
    return domain
