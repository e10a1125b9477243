"""Setting up single sign-on through a setup link (O-6): the steps of the guided setup up to the test.

Turning it on is left to the organization's Admins.
"""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from base.policies import require
from console.sso.page import Setup
from console.sso.results import TestResult
from console.sso.steps import STEPS, Submission, submit_step
from provisioning.models import SetupIntent, SetupLink, SsoPurpose
from provisioning.policies.sso import can_change_provider, is_complete
from provisioning.queries.sso_tests import find_test, provider_of
from provisioning.setup_access import SetupRequest, setup_link_required
from provisioning.sso.protocols import begin


def _setup_of(link: SetupLink, submission: Submission | None = None) -> Setup:
    urls = {step: reverse(f"setup_sso_{step}", args=[link.pk]) for step in STEPS}
    urls["test"] = reverse("setup_sso_test_new", args=[link.pk])
    decision = can_change_provider(link, link.organization, provider_of(link.organization))
    setup = Setup(link.organization, urls, decision, submission)
    if setup.last_test:
        urls["result"] = reverse("setup_sso_test", args=[link.pk, setup.last_test.pk])
    return setup


def _render(link: SetupLink, request: SetupRequest, setup: Setup, status: int = 200) -> HttpResponse:
    return render(request, "console/setup_links/sso.html", {"link": link, "setup": setup}, status=status)


@require_safe
@setup_link_required(SetupIntent.SSO)
def setup_sso(request: SetupRequest) -> HttpResponse:
    """Show the steps."""
    return _render(request.setup_link, request, _setup_of(request.setup_link))


@require_POST
@setup_link_required(SetupIntent.SSO)
def setup_sso_step(request: SetupRequest, step: str) -> HttpResponse:
    """Save one step."""
    link = request.setup_link
    submission = submit_step(request, step, actor=link, organization=link.organization)
    if submission.status != 200:
        return _render(link, request, _setup_of(link, submission), submission.status)
    return redirect(f"{reverse('setup_sso', args=[link.pk])}#{step}")


@require_GET
@setup_link_required(SetupIntent.SSO)
def setup_sso_test_new(request: SetupRequest) -> HttpResponse:
    """Send the browser to the provider."""
    link = request.setup_link
    provider = provider_of(link.organization)
    require(is_complete(provider))
    assert provider is not None
    return begin(request, provider, purpose=SsoPurpose.TEST, setup_link=link)


@require_safe
@setup_link_required(SetupIntent.SSO)
def setup_sso_test(request: SetupRequest, test_id: UUID) -> HttpResponse:
    """Show the result of a test."""
    link = request.setup_link
    test = find_test(link.organization, test_id)
    if test is None:
        raise Http404
    context = {
        "link": link,
        "result": TestResult(test),
        "can_manage": True,
        "test_url": reverse("setup_sso_test_new", args=[link.pk]),
        "setup_url": reverse("setup_sso", args=[link.pk]),
    }
    return render(request, "console/setup_links/sso_test.html", context)
