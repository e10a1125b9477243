""" "Test connection": signs in at the identity provider, starts no session, and shows what came back (O-1)."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from base.names import full_name
from organizations.brands import show_brand
from provisioning.models import SsoRequest, SsoTest
from provisioning.policies.sso import can_manage_sso
from provisioning.queries.dry_run import DryRun, describe_sign_in
from provisioning.services.sso_tests import save_test
from provisioning.sso.fixes import fix_of
from provisioning.sso.masking import mask
from provisioning.sso.profile import Check, SsoError, SsoProfile

# The fields of IdentityProvider.*_attribute that are shown in full, because people compare them.
SHOWN = ("email", "first_name", "last_name")
# Attributes and characters of them that are kept.
MAX_ATTRIBUTES, MAX_VALUE = 60, 300


def finish_test(request: HttpRequest, sso_request: SsoRequest, profile: SsoProfile) -> HttpResponse:
    """Save a test whose answer was checked, and redirect to its result. No session, user or link is changed."""
    _require_tester(sso_request)
    run = describe_sign_in(sso_request.identity_provider, profile, now=timezone.now())
    result = {
        "email": profile.email[:254],
        "name": full_name(profile.first_name, profile.last_name)[:200],
        "can_sign_in": run.can_sign_in,
        "lines": run.lines,
        "member": _member(run),
        "attributes": list(_attributes(profile)),
        "checks": _checks(profile.checks, profile.subject),
    }
    passed = bool(profile.email)
    if not passed:
        reason = SsoError(_("No email address came back."), code="email")
        result |= {"reason": str(reason), "fix": fix_of(reason)}
    return redirect(_result_url(sso_request, save_test(sso_request=sso_request, passed=passed, result=result)))


def fail_test(request: HttpRequest, sso_request: SsoRequest, error: SsoError) -> HttpResponse:
    """Save a test that failed, with the reason and how to fix it, and redirect to its result."""
    try:
        _require_tester(sso_request)
    except SsoError as refused:
        provider = sso_request.identity_provider
        show_brand(request, provider.organization)
        context = {"error": refused, "identity_provider": provider, "organization": provider.organization}
        return render(request, "provisioning/sso_failed.html", context, status=400)
    result = {"reason": str(error)[:1000], "fix": fix_of(error), "code": error.code, "checks": _checks(error.checks)}
    return redirect(_result_url(sso_request, save_test(sso_request=sso_request, passed=False, result=result)))


def _require_tester(sso_request: SsoRequest) -> None:
    """Raise SsoError if the person who started the test can no longer set up single sign-on."""
    actor = sso_request.member or sso_request.setup_link
    decision = actor and can_manage_sso(actor, sso_request.identity_provider.organization)
    if not decision:
        raise SsoError(_("You can no longer set up single sign-on, so this test isn’t shown."), code="tester")


def _result_url(sso_request: SsoRequest, test: SsoTest) -> str:
    if sso_request.setup_link is not None:
        return reverse("setup_sso_test", args=[sso_request.setup_link.pk, test.pk])
    return reverse("sso_test", args=[sso_request.identity_provider.organization.slug, test.pk])


def _member(run: DryRun) -> dict[str, str]:
    member = run.member
    return {"name": member.name, "email": member.email, "id": str(member.pk)} if member else {}


def _attributes(profile: SsoProfile) -> Iterator[list[str]]:
    """Yield name, value and field of each attribute. Values that aren't compared are masked."""
    items = sorted(profile.attributes.items(), key=lambda item: item[0] not in profile.used)
    for name, value in items[:MAX_ATTRIBUTES]:
        used_as = profile.used.get(name, "")
        yield [name[:MAX_VALUE], value[:MAX_VALUE] if used_as in SHOWN else mask(value), used_as]


def _checks(checks: tuple[Check, ...], subject: str = "") -> list[list[Any]]:
    """Return the checks as lists. The subject is masked in them, too."""

    def found(check: Check) -> str:
        text = str(check.found)
        return (text.replace(subject, mask(subject)) if subject else text)[:MAX_VALUE]

    return [[check.name[:100], found(check), check.passed] for check in checks[:30]]
