"""The provider's answer to an authorization request: checked, and turned into a profile."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.outgoing import OutgoingError, limit_time
from base.text import clean_line
from provisioning.models import ExternalIdentity, IdentityProvider, SsoRequest
from provisioning.sso.oidc.checks import Checks
from provisioning.sso.oidc.claims import is_unverified, make_profile
from provisioning.sso.oidc.discovery import read_metadata
from provisioning.sso.oidc.exchange import exchange_code, read_userinfo
from provisioning.sso.oidc.id_token import check_id_token
from provisioning.sso.profile import SsoError, SsoProfile

MAX_CODE = 4000
# The code, the keys and the userinfo are three requests. Each has its own limit as well.
TOTAL_SECONDS = 10


def complete(sso_request: SsoRequest, answer: Mapping[str, str]) -> SsoProfile:
    """Return what the provider says about the person who signed in. `answer` are the callback's parameters.

    Raise SsoError, with the checks that were made until then.
    """
    checks = Checks()
    try:
        with limit_time(TOTAL_SECONDS):
            return _complete(sso_request, answer, checks)
    except OutgoingError as error:
        raise checks.fail(error, _("Connection"), code="unreachable") from None
    except SsoError as error:
        raise error if error.checks else SsoError(error, code=error.code, checks=tuple(checks.made)) from None


def _complete(sso_request: SsoRequest, answer: Mapping[str, str], checks: Checks) -> SsoProfile:
    identity_provider = sso_request.identity_provider
    metadata = read_metadata(identity_provider)
    _check_sender(identity_provider, metadata, answer, checks)
    if error := answer.get("error"):
        raise SsoError(_error_sentence(identity_provider, error, answer.get("error_description", "")), code="refused")
    code = answer.get("code", "")
    if not code or len(code) > MAX_CODE:
        text = _("The response from %(label)s is incomplete. Try again.") % {"label": identity_provider.label}
        raise SsoError(text, code="no_code")
    tokens = exchange_code(identity_provider, sso_request, metadata, code)
    claims = check_id_token(identity_provider, sso_request, tokens, metadata["issuer"], checks)
    userinfo = _userinfo(identity_provider, metadata, tokens, claims, checks)
    return _profile(identity_provider, claims, userinfo, checks)


def _check_sender(
    identity_provider: IdentityProvider, metadata: dict[str, Any], answer: Mapping[str, str], checks: Checks
) -> None:
    """Raise SsoError if the answer comes from another provider than the one that was asked (RFC 9207)."""
    sender = answer.get("iss")
    if sender is None and not metadata.get("authorization_response_iss_parameter_supported"):
        return
    reason = _("The response comes from a different issuer, not from %(label)s.") % {"label": identity_provider.label}
    checks.require(sender == metadata["issuer"], _("Sender"), sender or "–", reason, code="mix_up")


def _error_sentence(identity_provider: IdentityProvider, error: str, description: str) -> str:
    """Return the provider's error (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6) as a sentence."""
    label = {"label": identity_provider.label}
    known = {
        "access_denied": _("%(label)s didn’t let you in. Ask an Admin whether you’re assigned to this application."),
        "login_required": _("%(label)s needs you to sign in there first. Try again."),
        "consent_required": _("%(label)s needs your consent. Try again and agree there."),
        "temporarily_unavailable": _("%(label)s isn’t available right now. Try again in a few minutes."),
        "server_error": _("%(label)s had a problem. Try again in a few minutes."),
    }
    sentence = known.get(error, _("%(label)s couldn’t sign you in.")) % label
    try:
        detail = clean_line(description[:200], limit=200)
    except ValidationError:
        detail = ""
    return f"{sentence} {_('It says: “%(detail)s”') % {'detail': detail}}" if detail else sentence


def _userinfo(
    identity_provider: IdentityProvider,
    metadata: dict[str, Any],
    tokens: dict[str, Any],
    claims: dict[str, Any],
    checks: Checks,
) -> dict[str, Any]:
    userinfo = read_userinfo(identity_provider, metadata, tokens)
    if userinfo is None:
        return {}
    reason = _("%(label)s sent someone else’s profile. Try again.") % {"label": identity_provider.label}
    same = userinfo.get("sub") == claims["sub"]
    checks.require(same, _("Userinfo"), userinfo.get("sub"), reason, code="userinfo_subject")
    return userinfo


def _profile(
    identity_provider: IdentityProvider, claims: dict[str, Any], userinfo: dict[str, Any], checks: Checks
) -> SsoProfile:
    """Return the profile. An address that the provider didn't check is no reason to link anyone (O-3)."""
    if is_unverified(userinfo, claims) and not _is_linked(identity_provider, claims):
        label = {"label": identity_provider.label}
        text = _("%(label)s says that your email address isn’t verified. Verify it there, then try again.") % label
        checks.require(False, _("Email address"), _("not verified"), text, code="email_not_verified")
    return make_profile(identity_provider, claims, userinfo, checks)


def _is_linked(identity_provider: IdentityProvider, claims: dict[str, Any]) -> bool:
    linked = ExternalIdentity.objects.filter(organization=identity_provider.organization_id, issuer=claims["iss"])
    return linked.filter(subject=claims["sub"]).exists()
