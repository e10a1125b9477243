"""What happens when the browser is back from an identity provider with a checked answer, or with an error."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string

from organizations.brands import show_brand
from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.services.failures import record_failed_sso
from provisioning.sso.profile import SsoError, SsoProfile

# What finishes each purpose. Dotted paths, because these modules show the failures below, too.
FINISH = {
    SsoPurpose.SIGN_IN: "provisioning.sso.sign_in.finish_sign_in",
    SsoPurpose.TEST: "provisioning.sso.connection_test.finish_test",
    SsoPurpose.CONFIRM: "provisioning.sso.confirmation.finish_confirmation",
}
FAIL_TEST = "provisioning.sso.connection_test.fail_test"
# What to do, by the code of the error: try again, sign in otherwise, or open the invitation.
AGAIN = frozenset(
    {"unknown", "changed", "kept", "unreachable", "discovery", "grant", "nonce", "at_hash", "no_code", "times"}
    | {"token_response", "userinfo", "disabled", "not_fresh", "replay", "time", "unanswered", "unsolicited"}
)
OTHERWISE = frozenset({"closed", "domain"})


def finish(request: HttpRequest, sso_request: SsoRequest, profile: SsoProfile) -> HttpResponse:
    """Do what the request was for. Raise SsoError if it isn't allowed."""
    try:
        return import_string(FINISH[SsoPurpose(sso_request.purpose)])(request, sso_request, profile)
    except SsoError as error:
        error.profile = profile
        raise


def fail(
    request: HttpRequest, identity_provider: IdentityProvider, error: SsoError, sso_request: SsoRequest | None = None
) -> HttpResponse:
    """Return the page that says what went wrong and what to do, with status 400. It tells strangers no more.

    Failed tests have a page of their own. Other failures are in the organization's audit log.
    """
    if sso_request and sso_request.purpose == SsoPurpose.TEST:
        return import_string(FAIL_TEST)(request, sso_request, error)
    show_brand(request, identity_provider.organization)
    record_failed_sso(identity_provider=identity_provider, error=error)
    if sso_request and sso_request.purpose == SsoPurpose.CONFIRM:
        context = {"error": error, "organization": identity_provider.organization, "next": sso_request.next_url}
        return render(request, "provisioning/sso_not_confirmed.html", context, status=400)
    context = {
        "error": error,
        "identity_provider": identity_provider,
        "organization": identity_provider.organization,
        "again": error.code in AGAIN,
        "otherwise": error.code in OTHERWISE and not identity_provider.organization.sso_enforced,
        "invited": error.code in ("no_link", "other_address"),
    }
    return render(request, "provisioning/sso_failed.html", context, status=400)
