"""The start page, and choosing an organization (A-5)."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import login_required
from accounts.next_url import get_next_url
from accounts.requests import UserRequest
from accounts.services.sign_in import SignIns
from accounts.single_sign_on import SsoRequired, sso_required
from base import context, params
from organizations.brands import show_brand
from organizations.policies import ip_allowed, members_to_name
from organizations.queries import direct_roles_of, membership_at, memberships_of

# The search is shown for more organizations than fit on a screen.
SEARCH_FROM = 20


@require_safe
@login_required
def root(request: UserRequest) -> HttpResponse:
    """Redirect to the organization where the user was last active, or to the chooser if they have none.

    Organizations that can't be opened from the user's network are left out, unless there is no other one.
    """
    members, ip = memberships_of(request.user), context.current().ip
    if not members:
        return redirect("organizations")
    open_here = [member for member in members if ip_allowed(member.organization.allowed_ip_ranges, ip)]
    sign_ins = SignIns.of(request.session)
    if not sign_ins.own:  # identity providers open their own organizations only
        open_here = [each for each in open_here if str(each.organization_id) in sign_ins.sso] or open_here
    latest = max(open_here or members, key=lambda member: member.last_active_at)
    return redirect("homepage", latest.organization.slug)


@require_safe
@login_required
def chooser(request: UserRequest) -> HttpResponse:
    """List the user's organizations. `q` searches by name."""
    search = params.line(request, "q")
    members = members_to_name(memberships_of(request.user, search=search), SignIns.of(request.session))
    values = {
        "search": search,
        "searchable": bool(search) or len(members) > SEARCH_FROM,
        "members": [(member, ", ".join(role.label for role in direct_roles_of(member))) for member in members],
    }
    return render(request, "organizations/chooser.html", values)


@require_safe
@login_required
def single_sign_on(request: UserRequest, slug: str) -> HttpResponse:
    """Say that the user's organization requires single sign-on in this session, and lead there (O-4).

    A page with a link, because the redirect to the identity provider may not follow a form's submission.
    """
    member = membership_at(request.user, slug)
    if member is None:
        raise Http404
    organization, next_url = member.organization, get_next_url(request)
    show_brand(request, organization)
    if not organization.sso_enforced or str(organization.pk) in SignIns.of(request.session).sso:
        return redirect(next_url)
    reason = _("%(organization)s requires single sign-on.") % {"organization": organization.name}
    return sso_required(
        request, SsoRequired(False, reason, organization_ids=(str(organization.pk),)), next_url=next_url
    )
