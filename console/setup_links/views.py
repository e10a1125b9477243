"""Setup links for the IT administrator: making, listing and revoking them (O-6). Using one is in provisioning.views."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.fresh import fresh_sign_in_required
from accounts.once import once
from base.policies import Refused
from base.responses import htmx_redirect
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from provisioning.models import SetupIntent
from provisioning.queries.setup_links import link_in, open_links
from provisioning.services.setup_links import create_setup_link, revoke_setup_link

# The tab that each intent belongs to: its key in the header, and its URL.
TABS = {SetupIntent.SSO: "sso", SetupIntent.SCIM: "provisioning", SetupIntent.DOMAIN: "domains"}


def _intent_or_404(name: str) -> SetupIntent:
    if name not in SetupIntent.values:
        raise Http404
    return SetupIntent(name)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(Permission.SECURITY_MANAGE)
@fresh_sign_in_required
@once
def setup_links(request: MemberRequest, intent: str) -> HttpResponse:
    """List the links of one intent that work. POST makes one, and shows it this one time."""
    current, url, problem = _intent_or_404(intent), "", ""
    if request.method == "POST":
        try:
            _link, token = create_setup_link(actor=request.membership, intent=current)
            url = settings.BASE_URL + reverse("setup_link", args=[token])
        except Refused as refusal:
            problem = str(refusal)
    context = {
        "intent": current,
        "tab": TABS[current],
        "links": open_links(request.organization, current),
        "days": settings.SETUP_LINK_DAYS,
        "values": [(_("Link"), url)] if url else [],
        "problem": problem,
    }
    return render(request, "console/setup_links/setup_links.html", context, status=409 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_MANAGE)
def setup_link_revocation(request: MemberRequest, link_id: UUID) -> HttpResponse:
    """Revoke a link after a confirmation. Its open pages stop working immediately, and it can't be brought back.

    Needs no fresh sign-in: it only takes access away.
    """
    link = link_in(request.organization, link_id)
    if link is None:
        raise Http404
    intent = SetupIntent(link.intent)
    url = reverse("setup_links", args=[request.organization.slug, intent])
    if request.method == "POST":
        if revoke_setup_link(actor=request.membership, link=link):
            messages.success(request, _("The setup link was revoked."))
        else:
            messages.info(request, _("The setup link had already ended."))
        return htmx_redirect(request, url)
    context = {"link": link, "intent": intent, "cancel_url": url, "tone": "danger", "icon_name": "key"}
    return render(request, "console/setup_links/revocation.html", context)
