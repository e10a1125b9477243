"""Single logout: requests of a SAML identity provider to end sessions, and our answers (best effort)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from provisioning.models import IdentityProvider
from provisioning.sso.profile import SsoError
from provisioning.sso.saml import addresses, gate
from provisioning.sso.saml.grammar import NAMESPACES, tag
from provisioning.sso.saml.redirect_binding import read_message
from provisioning.sso.saml.subjects import subject_of, text_of
from provisioning.sso.saml.verification import signed_part

# How old a request may be. Its ID is kept for as long, so that it works once.
MAX_AGE = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
MAX_SESSIONS = 100
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


@dataclass(frozen=True)
class LogoutRequest:
    """A signed request to end the subject's sessions: those named by `session_indexes`, or all if it names none."""

    request_id: str
    subject: str
    session_indexes: tuple[str, ...]


def read_redirect(identity_provider: IdentityProvider, raw_query: str) -> LogoutRequest:
    """Return the request in a signed query. Raise SsoError."""
    message = read_message(raw_query, "SAMLRequest", identity_provider)
    return _check(identity_provider, gate.check_logout_request(message))


def read_form(identity_provider: IdentityProvider, document: bytes) -> LogoutRequest:
    """Return the request in a posted document, which must be signed. Raise SsoError."""
    root = gate.check_logout_request(document)
    if root.find(tag("ds:Signature")) is None:
        raise SsoError(_("The request isn’t signed."), code="unsigned")
    return _check(identity_provider, signed_part(identity_provider, root))


def answer_url(identity_provider: IdentityProvider) -> str:
    """Return where the answer belongs, or "" if the provider takes none."""
    return identity_provider.metadata.get("slo_response_url") or identity_provider.slo_url


def answer(identity_provider: IdentityProvider, request_id: str) -> str:
    """Return the LogoutResponse as XML: the sessions have ended."""
    attributes = {
        "xmlns:samlp": NAMESPACES["samlp"],
        "xmlns:saml": NAMESPACES["saml"],
        "ID": "_" + secrets.token_urlsafe(32),
        "Version": "2.0",
        "IssueInstant": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Destination": answer_url(identity_provider),
        "InResponseTo": request_id,
    }
    text = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    issuer = f"<saml:Issuer>{addresses.entity_id(identity_provider.organization)}</saml:Issuer>"
    status = f'<samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status>'
    return f"<samlp:LogoutResponse {text}>{issuer}{status}</samlp:LogoutResponse>"


def _check(identity_provider: IdentityProvider, root: etree._Element) -> LogoutRequest:
    own = addresses.slo_url(identity_provider.organization)
    if root.get("Version") != "2.0" or text_of(root.find(tag("saml:Issuer"))) != identity_provider.issuer:
        raise SsoError(_("The request is from another identity provider."), code="issuer")
    if root.get("Destination", own) != own:
        raise SsoError(_("The request is for another address."), code="destination")
    now, issued, ends = timezone.now(), _time(root, "IssueInstant"), _time(root, "NotOnOrAfter")
    if issued is None or abs(now - issued) > MAX_AGE or (ends is not None and ends + SKEW <= now):
        raise SsoError(_("The request isn’t valid at this time."), code="time")
    subject = subject_of(root.find(tag("saml:NameID")))
    indexes = tuple(dict.fromkeys(text_of(each) for each in root.findall(tag("samlp:SessionIndex"))))
    if not subject or len(indexes) > MAX_SESSIONS:
        raise SsoError(_("The request doesn’t name a user."), code="subject")
    name = hashlib.sha256(f"{identity_provider.pk} {root.get('ID')}".encode()).hexdigest()
    if not cache.add(f"saml-logout:{name}", 1, timeout=int(2 * MAX_AGE.total_seconds())):
        raise SsoError(_("The request was already used."), code="replay")
    return LogoutRequest(root.get("ID", ""), subject, indexes)


def _time(root: etree._Element, name: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(root.get(name, ""))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
