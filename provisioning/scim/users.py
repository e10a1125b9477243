"""SCIM users: members whom the identity provider manages.

The organization's own members only. What SCIM doesn't manage (manual members, users, other organizations) doesn't
exist for it.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Value
from scim2_models import Context, InvalidValueException, UniquenessException

from base import text
from base.names import full_name
from organizations.models import GroupMembership, ManagedBy, Membership, Organization, Status
from organizations.services import (
    NewMember,
    create_provisioned_member,
    deactivate_provisioned_member,
    delete_provisioned_member,
    reactivate_provisioned_member,
    update_provisioned_member,
)
from provisioning.models import AdoptionRequest, ScimUser
from provisioning.scim.rows import MAX_ATTRIBUTES, find_row, json_size, timestamp
from provisioning.scim.schemas import USER
from provisioning.scim.trace import Trace
from provisioning.services.scim_log import ScimAction
from provisioning.services.scim_users import create_scim_user, fill_scim_user, key_of, person_of

# Attributes that aren't stored: columns of the product, and what this server sets.
COMPUTED = {"id", "meta", "groups", "active", "password"}


class AdoptionNeeded(UniquenessException):
    """Someone with this address or name is a member already, whom an Admin may hand over (C-3)."""

    def __init__(self, member: Membership, attributes: dict[str, Any], reason: str, *, refused: bool = False) -> None:
        self.member, self.attributes, self.reason, self.refused = member, attributes, reason, refused
        which = "this email address" if reason == "email" else "this name"
        if refused:
            detail = f"A member with {which} exists, and an Admin decided that they stay manually managed."
        else:
            detail = f"A member with {which} exists. An Admin must approve that you manage them (adoption request)."
        super().__init__(detail=detail)


class Users:
    """The users of one organization."""

    kind = "User"
    model = ScimUser

    def __init__(self, organization: Organization, trace: Trace) -> None:
        self.organization, self.trace = organization, trace

    # -- reading ----------------------------------------------------------------------------------
    def rows(self) -> QuerySet[ScimUser]:
        return ScimUser.objects.filter(organization=self.organization).select_related("membership")

    def get(self, resource_id: str, *, lock: bool = False) -> ScimUser:
        """Return the row with this id. Raises NotFoundException."""
        rows = self.rows().select_for_update(of=("self",), no_key=True) if lock else self.rows()
        row = find_row(rows, self.kind, resource_id)
        row.membership.organization = self.organization
        self.trace.about = row.membership.name
        return row

    def groups_of(self, rows: Sequence[ScimUser]) -> dict[UUID, list[dict[str, str]]]:
        """Return the SCIM groups of each of these users. One query."""
        groups: dict[UUID, list[dict[str, str]]] = {row.pk: [] for row in rows}
        links = GroupMembership.objects.filter(membership__in=list(groups), group__managed_by=ManagedBy.SCIM)
        for member_id, group_id, name in links.order_by("pk").values_list("membership_id", "group_id", "group__name"):
            groups[member_id].append({"value": str(group_id), "display": name, "type": "direct"})
        return groups

    def data(self, row: ScimUser, groups: Iterable[dict[str, str]] = ()) -> dict[str, Any]:
        """Return the attributes as SCIM has them, with `meta` but without a location."""
        data = {"schemas": [USER], **row.attributes, "id": str(row.pk)}
        if data.pop("active", True) is not None:
            data["active"] = row.membership.status != Status.DEACTIVATED
        if listed := [{**group, "$ref": f"Groups/{group['value']}"} for group in groups]:
            data["groups"] = listed
        data["meta"] = {
            "resourceType": self.kind,
            "created": timestamp(row.created_at),
            "lastModified": timestamp(row.modified_at if row.version > 1 else row.created_at),
            "version": self.version_of(row),
        }
        return data

    # -- writing ----------------------------------------------------------------------------------
    def create(self, resource: Any) -> ScimUser:
        """Create a member. Raises SCIM errors, AdoptionNeeded among them."""
        attributes, person = self._read(resource)
        self.trace.action, self.trace.about = ScimAction.CREATE_USER, _name(person)
        if member := self._find_existing(attributes, person):
            return self._attach(member, attributes, person, resource.active)
        active = resource.active is not False
        member = create_provisioned_member(
            actor=self.trace.actor, organization=self.organization, person=person, active=active
        )
        self.trace.changed = True
        return create_scim_user(member=member, attributes=attributes)

    def _read(self, resource: Any, member: Membership | None = None) -> tuple[dict[str, Any], NewMember]:
        attributes = resource.model_dump(scim_ctx=Context.DEFAULT, mode="json")
        attributes = {name: value for name, value in attributes.items() if name not in COMPUTED}
        if member and resource.active is None:
            attributes["active"] = None  # It was removed: the status stays, and isn't shown.
        user_name = attributes.get("userName")
        if not user_name or not user_name.strip():
            raise InvalidValueException(detail="userName is required")
        for name in ("userName", "externalId", "displayName"):
            if len(attributes.get(name) or "") > 255:
                raise InvalidValueException(detail=f"{name} can have at most 255 characters")
        if json_size(attributes) > MAX_ATTRIBUTES:
            raise InvalidValueException(detail=f"A user can have at most {MAX_ATTRIBUTES} bytes of attributes")
        try:
            return attributes, person_of(attributes, member)
        except ValidationError as error:
            raise InvalidValueException(detail=" ".join(error.messages)) from None

    def _find_existing(self, attributes: dict[str, Any], person: NewMember) -> Membership | None:
        """Return an adopted member whom SCIM hasn't seen yet. Raises for everyone else who is in the way. One query."""
        members = Membership.objects.filter(organization=self.organization)
        key = key_of(attributes["userName"])
        named = ScimUser.objects.filter(organization=self.organization, user_name_key=key)
        found = named.values_list("pk", Value("userName")).union(
            members.filter(email_key=text.canonical_email(person.email)).values_list("pk", Value("email")),
            *([_same_name(members, person)] if person.first_name and person.last_name else []),
            all=True,
        )
        matches = {reason: member_id for member_id, reason in found}
        for reason in ("userName", "email", "name"):
            if reason in matches and (member := self._check_match(matches[reason], reason, attributes)):
                return member
        return None

    def _check_match(self, member_id: UUID, reason: str, attributes: dict[str, Any]) -> Membership | None:
        if reason == "userName":
            raise UniquenessException(detail="A user with this userName exists")
        member = Membership.objects.get(pk=member_id)
        member.organization = self.organization
        if ScimUser.objects.filter(pk=member_id).exists():
            raise UniquenessException(detail="A user with this email address exists")
        if member.managed_by == ManagedBy.SCIM:
            return member
        request = AdoptionRequest.objects.filter(organization=self.organization, membership=member).first()
        refused = request is not None and request.status == AdoptionRequest.Status.REFUSED
        if refused and reason == "name":
            return None  # An Admin said that they aren't the same person.
        raise AdoptionNeeded(member, attributes, reason, refused=refused)

    def _attach(self, member: Membership, attributes: dict, person: NewMember, active: bool | None) -> ScimUser:
        """Create the row of a member whose adoption was approved, with what the provider says about them now."""
        update_provisioned_member(actor=self.trace.actor, member=member, person=person)
        self._set_active(member, active is not False)
        self.trace.changed = True
        return create_scim_user(member=member, attributes=attributes)

    def update(self, row: ScimUser, resource: Any) -> ScimUser:
        """Replace the attributes of a locked row. Raises SCIM errors, and Refused for the last Admin (R-8).

        Without `active`, the status stays.
        """
        member = row.membership
        attributes, person = self._read(resource, member)
        self._require_free(row, attributes, person)
        update_provisioned_member(actor=self.trace.actor, member=member, person=person)
        if resource.active is not None:
            row.membership = self._set_active(member, resource.active)
        fill_scim_user(row, row.membership, attributes)
        row.version += 1
        row.save(force_update=True)
        self.trace.changed, self.trace.about = True, row.membership.name
        return row

    def _require_free(self, row: ScimUser, attributes: dict[str, Any], person: NewMember) -> None:
        """Raise UniquenessException if someone else has the new user name or address. One query at most."""
        name_key, email_key = key_of(attributes["userName"]), text.canonical_email(person.email)
        taken: list[QuerySet] = []
        if name_key != row.user_name_key:
            rows = ScimUser.objects.filter(organization=self.organization, user_name_key=name_key)
            taken.append(rows.values_list(Value("userName")))
        if email_key != row.membership.email_key:
            members = Membership.objects.filter(organization=self.organization, email_key=email_key)
            taken.append(members.values_list(Value("email address")))
        if taken and (found := list(taken[0].union(*taken[1:], all=True))):
            raise UniquenessException(detail=f"Another user has this {found[0][0]}")

    def _set_active(self, member: Membership, active: bool) -> Membership:
        if active == (member.status != Status.DEACTIVATED):
            return member
        if active:
            self.trace.action = ScimAction.REACTIVATE_USER
            return reactivate_provisioned_member(actor=self.trace.actor, member=member)
        self.trace.action = ScimAction.DEACTIVATE_USER
        return deactivate_provisioned_member(actor=self.trace.actor, member=member)

    def delete(self, row: ScimUser) -> None:
        """Remove the member. Raises Refused for the last Admin (R-8)."""
        self.trace.action = ScimAction.REMOVE_USER
        delete_provisioned_member(actor=self.trace.actor, member=row.membership)
        self.trace.changed = True

    def version_of(self, row: ScimUser) -> str:
        """Return the ETag. It tells about the status too, which Admins can change."""
        return f'W/"{row.version}{"d" if row.membership.status == Status.DEACTIVATED else ""}"'


def _name(person: NewMember) -> str:
    return full_name(person.first_name, person.last_name) or person.email


def _same_name(members: QuerySet[Membership], person: NewMember) -> QuerySet:
    """Return the manual members with this first and last name. The index on names needs the statuses."""
    name = text.fold(_name(person))[:500]
    same = members.filter(status__in=Status.values, sort_name=name, managed_by=ManagedBy.MANUAL)
    return same.values_list("pk", Value("name"))
