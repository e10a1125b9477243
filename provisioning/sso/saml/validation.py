"""Answers of a SAML identity provider: from the posted document to a checked profile."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from provisioning.models import IdentityProvider
from provisioning.sso.profile import Check, SsoError, SsoProfile
from provisioning.sso.saml import addresses, attributes, gate, library
from provisioning.sso.saml.grammar import tag
from provisioning.sso.saml.subjects import clean_email, clean_name, subject_of, text_of
from provisioning.sso.saml.verification import SignedAssertion, signed_assertion

# How far our clock and the provider's may differ.
SKEW = timedelta(seconds=60)
# What fits into ExternalIdentity.subject and SsoLogin.sid.
SUBJECT_LENGTH = 500
# Of the attributes that arrive, how much is kept for the result of a test.
MAX_ATTRIBUTES, MAX_TEXT = 100, 500
_STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


@dataclass(frozen=True)
class Answer:
    """A checked answer: the ID of the request that it answers, when the person signed in there, and who they are."""

    request_id: str
    authenticated_at: datetime
    profile: SsoProfile


def read_answer(identity_provider: IdentityProvider, document: bytes) -> Answer:
    """Return what an identity provider's response says, if all of it can be believed. Raise SsoError.

    Whether the request is ours, open and in the same browser isn't asked here.
    """
    response = gate.check_response(document)
    reader = _Reader(identity_provider, response)
    try:
        reader.check_status()
        signed = signed_assertion(identity_provider, response)
        answer = reader.read(signed)
        library.validate(identity_provider, response, signed.decrypted, answer.request_id)
    except SsoError as error:
        made = tuple(reader.checks)
        raise SsoError(
            error, code=error.code, checks=(*made, *(each for each in error.checks if each not in made))
        ) from error
    return answer


def unverified_request_id(document: bytes) -> str:
    """Return the ID of the request that a refused document claims to answer, or "". Only to show the error there."""
    try:
        return gate.parse(document).get("InResponseTo", "")[:200]
    except SsoError:
        return ""


class _Reader:
    """Reads one response, and notes what it checked."""

    def __init__(self, identity_provider: IdentityProvider, response: etree._Element) -> None:
        self.identity_provider, self.response = identity_provider, response
        self.organization = identity_provider.organization
        self.now = timezone.now()
        self.checks: list[Check] = []

    def require(self, name: str, passed: bool, found: str, reason: str, code: str) -> None:
        """Note a check. Raise SsoError if it failed."""
        self.checks.append(Check(str(name), found[:200], passed))
        if not passed:
            raise SsoError(reason, code=code, checks=tuple(self.checks))

    def check_status(self) -> None:
        """The provider's own error comes without an assertion, and mostly unsigned: its text is only for a test."""
        status = self.response.find(tag("samlp:Status"))
        code = status.find(tag("samlp:StatusCode"))
        inner, message = code.find(tag("samlp:StatusCode")), status.find(tag("samlp:StatusMessage"))
        values = [code.get("Value", ""), "" if inner is None else inner.get("Value", ""), text_of(message)]
        found = " ".join(value.removeprefix(_STATUS) for value in values if value)
        reason = _("%(provider)s didn’t sign you in.") % {"provider": self._label()}
        self.require(_("Status"), values[0] == f"{_STATUS}Success", found, reason, "refused")
        versions = {
            element.get("Version") for element in self.response.iter(tag("samlp:Response"), tag("saml:Assertion"))
        }
        self.require(_("Version"), versions == {"2.0"}, "2.0", _("Only SAML 2.0 is accepted."), "version")

    def _check_version(self, element: etree._Element) -> None:
        version = element.get("Version", "")
        self.require(_("Version"), version == "2.0", version, _("Only SAML 2.0 is accepted."), "version")

    def read(self, signed: SignedAssertion) -> Answer:
        assertion = signed.element
        kinds = " + ".join(signed.covered_by) + (_(" (encrypted)") if signed.decrypted else "")
        self.require(_("Signature"), True, kinds, "", "signature")
        self._check_version(assertion)
        self._check_issuer(assertion)
        self._check_audience(assertion)
        request_id = self._check_confirmation(assertion)
        self._check_times(assertion)
        statement = assertion.find(tag("saml:AuthnStatement"))
        authenticated_at = self._time(statement, "AuthnInstant")
        if authenticated_at is None:
            raise self._bad_time()
        return Answer(request_id, authenticated_at, self._profile(assertion, statement))

    def _check_issuer(self, assertion: etree._Element) -> None:
        """The response's own issuer is optional, but never another."""
        own = self.identity_provider.issuer
        issuers = [text_of(each.find(tag("saml:Issuer"))) for each in (assertion, self.response)]
        passed = bool(own) and issuers[0] == own and issuers[1] in ("", own)
        wrong = next((each for each in issuers if each != own), own)
        reason = _("The response is from “%(issuer)s”, which isn’t the identity provider in the settings.")
        self.require(_("Issuer"), passed, wrong, reason % {"issuer": wrong[:200]}, "issuer")

    def _check_audience(self, assertion: etree._Element) -> None:
        own = addresses.entity_id(self.organization)
        restrictions = assertion.findall(f"{tag('saml:Conditions')}/{tag('saml:AudienceRestriction')}")
        audiences = [[text_of(each) for each in restriction] for restriction in restrictions]
        found = ", ".join(each for names in audiences for each in names)
        passed = bool(audiences) and all(own in names for names in audiences)
        reason = _("The response is for someone else. Enter %(entity_id)s as the audience at the identity provider.")
        self.require(_("Audience"), passed, found, reason % {"entity_id": own}, "audience")

    def _check_confirmation(self, assertion: etree._Element) -> str:
        """Check where the answer belongs, and return the ID of the request. The browser that has it is the bearer."""
        confirmations = assertion.findall(f"{tag('saml:Subject')}/{tag('saml:SubjectConfirmation')}")
        bearers = [each[0] for each in confirmations if each.get("Method") == _BEARER and len(each)]
        reason = _("The response doesn’t have the confirmation method “bearer”.")
        self.require(_("Confirmation"), len(bearers) == 1, _("bearer"), reason, "confirmation")
        data, own = bearers[0], addresses.acs_url(self.organization)
        for place in (data.get("Recipient", ""), self.response.get("Destination", own)):
            reason = _("The response is for another address. Enter %(url)s as ACS URL at the identity provider.")
            self.require(_("Recipient"), place == own, place, reason % {"url": own}, "recipient")
        request_id = data.get("InResponseTo", "")
        answered = self.response.get("InResponseTo", request_id)
        reason = _("This sign-in didn’t start here. Start it again on this page.")
        self.require(_("Request"), bool(request_id), _("none"), reason, "unsolicited")
        reason = _("The response names two different requests.")
        self.require(_("Request"), answered == request_id, answered, reason, "request")
        ends = self._time(data, "NotOnOrAfter")
        passed = ends is not None and ends + SKEW > self.now and not self._starts_later(data)
        self.require(_("Valid until"), passed, data.get("NotOnOrAfter", ""), _expired(), "time")
        return request_id

    def _check_times(self, assertion: etree._Element) -> None:
        conditions, statement = assertion.find(tag("saml:Conditions")), assertion.find(tag("saml:AuthnStatement"))
        ends = [self._time(conditions, "NotOnOrAfter"), self._time(statement, "SessionNotOnOrAfter")]
        passed = all(end is None or end + SKEW > self.now for end in ends) and not self._starts_later(conditions)
        self.require(_("Time"), passed, self.now.isoformat(timespec="seconds"), _expired(), "time")

    def _starts_later(self, element: etree._Element) -> bool:
        begins = self._time(element, "NotBefore")
        return begins is not None and begins - SKEW > self.now

    def _time(self, element: etree._Element, name: str) -> datetime | None:
        text = element.get(name)
        if text is None:
            return None
        try:
            time = datetime.fromisoformat(text)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._bad_time() from None

    def _bad_time(self) -> SsoError:
        return SsoError(
            _("The SAML response contains a time that isn’t valid."), code="time", checks=tuple(self.checks)
        )

    def _profile(self, assertion: etree._Element, statement: etree._Element) -> SsoProfile:
        subject = self._subject(assertion.find(f"{tag('saml:Subject')}/{tag('saml:NameID')}"))
        sent = self._attributes(assertion)
        used = attributes.find_used(self.identity_provider, sent)
        values = {field: sent[name][0].strip() for name, field in used.items()}
        email = clean_email(values.get("email", ""))
        if not email and "email" not in values:
            email = clean_email(subject)
        contexts = [text_of(each) for each in statement.iter(tag("saml:AuthnContextClassRef"))]
        return SsoProfile(
            issuer=self.identity_provider.issuer,
            subject=subject,
            email=email,
            first_name=clean_name(values.get("first_name", "")),
            last_name=clean_name(values.get("last_name", "")),
            mfa=not attributes.MFA.isdisjoint([*contexts, *sent.get(attributes.METHODS, ())]),
            sid=statement.get("SessionIndex", "")[:SUBJECT_LENGTH],
            attributes={"NameID": subject, **_to_show(sent)},
            used={"NameID": "subject", **used},
            checks=tuple(self.checks),
        )

    def _subject(self, name_id: etree._Element) -> str:
        """Return the provider's permanent name for the person."""
        kind, text = name_id.get("Format", ""), text_of(name_id)
        reason = _("The NameID changes with every sign-in. Choose the format “persistent” or “email” at the provider.")
        self.require(_("NameID"), kind != _TRANSIENT, kind.rpartition(":")[2], reason, "subject")
        passed = bool(text) and len(text) <= SUBJECT_LENGTH and text.isprintable()
        self.require(_("NameID"), passed, text, _("The response contains no NameID that we can use."), "subject")
        return subject_of(name_id)

    def _attributes(self, assertion: etree._Element) -> dict[str, tuple[str, ...]]:
        """Return all attributes by name. A field can't come from one that is there twice."""
        sent: dict[str, tuple[str, ...]] = {}
        fields = {name for names in attributes.names_of(self.identity_provider).values() for name in names}
        for attribute in assertion.iter(tag("saml:Attribute")):
            name = attribute.get("Name", "").strip()
            if name in sent and name in fields:
                reason = _("The response contains the attribute “%(name)s” twice.") % {"name": name[:200]}
                self.require(_("Attributes"), False, name, reason, "attribute_twice")
            sent[name] = (*sent.get(name, ()), *(text_of(value) for value in attribute))
        return sent

    def _label(self) -> str:
        label = self.identity_provider.label
        return label[:1].upper() + label[1:]


def _to_show(sent: attributes.Values) -> dict[str, str]:
    """Return the attributes as text, as much of them as someone can read."""
    first = list(sent.items())[:MAX_ATTRIBUTES]
    return {name[:MAX_TEXT]: ", ".join(values)[:MAX_TEXT] for name, values in first}


def _expired() -> str:
    return _("The response isn’t valid at this time. Try again. If it happens again, check the provider’s clock.")
