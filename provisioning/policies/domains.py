"""Which domains an organization can add and remove (O-5)."""

from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny
from base.text import canonical_domain
from organizations.models import Organization

DATA = Path(__file__).parent.parent / "data"
# A name in DNS has at most 253 characters, and the record's name has a prefix.
MAX_LENGTH = 220


@cache
def _names(file: str) -> frozenset[str]:
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _parents(domain: str) -> list[str]:
    """Return the domain and those above it: "a.b.com" gives itself, "b.com" and "com"."""
    parts = domain.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


def clean_domain(text: str) -> str:
    """Return the canonical form of a domain that an organization may add. Raise ValidationError with a sentence.

    "https://", "www." and an address's part before the @ are what people paste by mistake: the sentence says so.
    """
    text = text.strip().lower().removesuffix(".")
    if not text:
        raise ValidationError(_("Enter a domain, for example company.com."))
    if "@" in text or "/" in text or ":" in text:
        raise ValidationError(_("Enter only the domain, for example company.com."))
    if _is_address(text):
        raise ValidationError(_("Enter a domain, not an IP address."))
    try:
        domain = canonical_domain(text)
    except ValidationError:
        raise ValidationError(_("Check the domain. It looks like company.com.")) from None
    if len(domain) > MAX_LENGTH:
        raise ValidationError(_("Use at most %(limit)s characters.") % {"limit": MAX_LENGTH})
    _require_own(domain)
    return domain


def _require_own(domain: str) -> None:
    if any(parent in _names("free_mail_domains.txt") for parent in _parents(domain)):
        text = _("Anyone can have an address at %(domain)s. Add a domain that only your organization uses.")
        raise ValidationError(text % {"domain": domain})
    if domain in _names("shared_suffixes.txt"):
        text = _("Anyone can register names below %(domain)s. Add your own domain, for example company.%(domain)s.")
        raise ValidationError(text % {"domain": domain})


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def can_remove_domain(organization: Organization, name: str, verified: Sequence[str]) -> Decision:
    """While single sign-on is enforced, the last verified domain stays: no one new could sign in without it (O-4)."""
    if organization.sso_enforced and list(verified) == [name]:
        return deny(
            _("While single sign-on is enforced, %(organization)s needs a verified domain. Verify another one first.")
            % {"organization": organization.name}
        )
    return ALLOWED
