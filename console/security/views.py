"""The Security page: the organization's rules for its members."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.policies import require
from console.security.forms import MemberRulesForm
from console.security.score import security_score
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest
from organizations.services import set_member_rules


def _form(request: MemberRequest) -> MemberRulesForm:
    organization = request.organization
    initial = {
        "allowed_email_domains": ", ".join(organization.allowed_email_domains),
        "deactivate_shared": organization.deactivate_shared,
    }
    return MemberRulesForm(request.POST if request.method == "POST" else None, initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_VIEW)
def security(request: MemberRequest) -> HttpResponse:
    """Show the rules to people who can view security settings; people who can manage them can change them."""
    form, can_manage = _form(request), can(request.membership, Permission.SECURITY_MANAGE)
    if request.method == "POST":
        require(can_manage)
        if form.is_valid():
            set_member_rules(actor=request.membership, **form.cleaned_data)
            messages.success(request, _("Security rules saved."))
            return redirect("security", request.organization.slug)
    context = {"form": form, "can_manage": can_manage, "days": settings.INVITATION_DAYS}
    context["score"] = security_score(request.membership)
    return render(request, "console/security/security.html", context, status=422 if form.errors else 200)
