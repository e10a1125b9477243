"""What SCIM's attributes of a person mean for a member, and the row that stores them.

`attributes` are those of RFC 7643, 4.1 and 4.3, as a client sends them, cleaned by provisioning.scim.schemas.
"""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.ids import uuid7
from base.text import canonical_email, clean_line
from organizations.models import Membership
from organizations.services import NewMember
from provisioning.models import ScimUser

# Members need an address. People without one get one here, to which no email can be sent (RFC 2606).
NO_EMAIL = "@no-email.invalid"


def key_of(text: str) -> str:
    """Return the form in which SCIM compares text without case."""
    return unicodedata.normalize("NFC", text).lower()


def has_email(member: Membership) -> bool:
    """Return whether the identity provider sent an address for this member."""
    return not member.email_key.endswith(NO_EMAIL)


def person_of(attributes: dict[str, Any], member: Membership | None = None) -> NewMember:
    """Return names and address for the organization's lists. Raises ValidationError with a sentence.

    At most one address is used: the primary one, else the one for work, else the first. Without any, it's the user name
    if that is an address. `member` is the one to change, if they exist.
    """
    email = _email(attributes) or (member.email if member and not has_email(member) else f"{uuid7().hex}{NO_EMAIL}")
    canonical_email(email)
    name = attributes.get("name") or {}
    first_name = _clean("name.givenName", name.get("givenName"))
    last_name = _clean("name.familyName", name.get("familyName"))
    if not first_name and not last_name:
        first_name = _full_name(attributes, name, email)
    return NewMember(first_name=first_name, last_name=last_name, email=email)


def _full_name(attributes: dict[str, Any], name: dict[str, Any], email: str) -> str:
    """Return the name of someone without first and last name. Blank if the address says as much."""
    full_name = attributes.get("displayName") or name.get("formatted") or attributes["userName"]
    return "" if key_of(full_name) == key_of(email) else _clean("displayName", full_name)


def _clean(field: str, value: Any) -> str:
    try:
        return clean_line(value or "")
    except ValidationError as error:
        raise ValidationError(f"{field}: {error.messages[0]}") from None


def _email(attributes: dict[str, Any]) -> str:
    entries = [entry for entry in attributes.get("emails") or [] if entry.get("value")]
    if not entries:
        return attributes["userName"].strip() if _is_email(attributes["userName"]) else ""
    chosen = min(entries, key=lambda entry: (not entry.get("primary"), str(entry.get("type")).lower() != "work"))
    value = str(chosen["value"]).strip()
    if not _is_email(value):
        raise ValidationError(_("emails: “%(value)s” isn’t a valid email address.") % {"value": value[:100]})
    return value


def _is_email(text: str) -> bool:
    try:
        canonical_email(text)
    except ValidationError:
        return False
    return not text.strip().lower().endswith(NO_EMAIL)


def fill_scim_user(row: ScimUser, member: Membership, attributes: dict[str, Any]) -> ScimUser:
    """Set the columns of `row` from attributes that person_of() accepted. The caller saves it."""
    row.membership, row.organization_id = member, member.organization_id
    row.user_name, row.user_name_key = attributes["userName"], key_of(attributes["userName"])
    row.external_id = attributes.get("externalId") or ""
    row.display_name = (attributes.get("displayName") or "")[:255]
    row.display_name_key = key_of(row.display_name)
    row.email_key = member.email_key if has_email(member) else ""
    row.attributes = attributes
    return row


def create_scim_user(*, member: Membership, attributes: dict[str, Any]) -> ScimUser:
    """Let SCIM see the member, with these attributes. Raises IntegrityError if the user name is taken.

    For a member who was just created, or whose adoption was approved (AdoptionRequest.payload).
    """
    row = fill_scim_user(ScimUser(), member, attributes)
    row.save(force_insert=True)
    return row
