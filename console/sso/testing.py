"""Testing the connection to the identity provider, and the results (O-1)."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from base.policies import require
from console.sso.results import TestResult
from console.sso.views import settings_url
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest
from provisioning.models import SsoPurpose
from provisioning.policies.sso import is_complete
from provisioning.queries.sso_tests import find_test, provider_of
from provisioning.sso.protocols import begin


@require_GET
@member_required(Permission.SECURITY_VIEW)
def sso_test_new(request: MemberRequest) -> HttpResponse:
    """Send the browser to the provider. A link, because browsers don't follow a form to another site."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    provider = provider_of(request.organization)
    require(is_complete(provider))
    assert provider is not None
    return begin(request, provider, purpose=SsoPurpose.TEST, member=request.membership)


@require_safe
@member_required(Permission.SECURITY_VIEW)
def sso_test(request: MemberRequest, test_id: UUID) -> HttpResponse:
    """Show the result of a test."""
    test = find_test(request.organization, test_id)
    if test is None:
        raise Http404
    slug = request.organization.slug
    context = {
        "result": TestResult(test),
        "can_manage": can(request.membership, Permission.SECURITY_MANAGE),
        "test_url": reverse("sso_test_new", args=[slug]),
        "setup_url": settings_url(request.organization),
        "parents": [
            (_("Security"), reverse("security", args=[slug])),
            (_("Single sign-on"), settings_url(request.organization)),
        ],
    }
    return render(request, "console/sso/test.html", context)
