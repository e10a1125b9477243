"""The pages that a setup link opens: one intent's forms, for an IT administrator without an account (O-6)."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from base.policies import RateLimited
from base.responses import is_htmx_fragment, limit_reached
from console.domains.forms import DomainForm
from console.domains.rows import DomainRow, rows_of
from provisioning.models import Domain, SetupIntent
from provisioning.queries.domains import domains_of_link
from provisioning.services.domain_checks import check_domain
from provisioning.services.domains import DomainExists, add_domain
from provisioning.setup_access import SetupRequest, setup_link_required

# The page of each intent.
PAGES = {SetupIntent.DOMAIN: "setup_domains", SetupIntent.SSO: "setup_sso", SetupIntent.SCIM: "setup_scim"}


@require_safe
@setup_link_required()
def setup_page(request: SetupRequest) -> HttpResponse:
    """Redirect to the page of the link's intent."""
    link = request.setup_link
    return redirect(PAGES[SetupIntent(link.intent)], link.pk)


def _list(request: SetupRequest) -> dict[str, Any]:
    """Return what console/domains/_list.html takes: only the domains that this link added."""
    link = request.setup_link

    def row(domain: Domain) -> DomainRow:
        return DomainRow(domain, check_url=reverse("setup_domain_check", args=[link.pk, domain.pk]))

    return {"rows": rows_of(list(domains_of_link(link)), row)}


def _render(request: SetupRequest, form: DomainForm, *, status: int = 200, **extra: Any) -> HttpResponse:
    context = {**_list(request), "form": form, "link": request.setup_link, **extra}
    return render(request, "console/setup_links/domains.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@setup_link_required(SetupIntent.DOMAIN)
@once
def setup_domains(request: SetupRequest) -> HttpResponse:
    """Show the domains that this link added, with their records. POST adds one."""
    link, form = request.setup_link, DomainForm(request.POST or None)
    if request.method != "POST":
        return _render(request, form)
    if form.is_valid():
        try:
            add_domain(actor=link, organization=link.organization, name=form.cleaned_data["name"])
        except DomainExists as error:
            form.add_error("name", str(error))
        else:
            return redirect("setup_domains", link.pk)
    return _render(request, form, status=422)


@require_POST
@setup_link_required(SetupIntent.DOMAIN)
def setup_domain_check(request: SetupRequest, domain_id: UUID) -> HttpResponse:
    """Check the TXT record of one of the link's domains now."""
    link = request.setup_link
    domain, limit = domains_of_link(link).filter(pk=domain_id).first(), None
    if domain is None:
        raise Http404
    try:
        check_domain(actor=link, domain=domain)
    except RateLimited as error:
        limit = error
    except Domain.DoesNotExist:
        raise Http404 from None
    context: dict[str, Any] = {"checked": domain_id, "limit": str(limit or "")}
    if is_htmx_fragment(request):
        return render(request, "console/domains/_list.html", {**_list(request), **context})
    if limit:
        return limit_reached(_render(request, DomainForm(), **context), limit)
    return redirect("setup_domains", link.pk)
