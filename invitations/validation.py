"""Validation of a batch, with a message for each field (W-4). Runs at every step and again when the batch is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base import text
from base.forms import first_error
from base.names import MISSING_NAME
from invitations.models import Batch
from organizations.models import Membership, Organization, Status
from organizations.pages import welcome_pages
from organizations.policies import can_assign_groups, can_give_roles, domain_allowed, has_free_seats, roles_allowed
from organizations.queries import groups_in, members_by_email, projects_in, roles_in

MAX_PEOPLE = 100


@dataclass
class BatchErrors:
    """Errors of a batch; falsy if there are none.

    `people[row][field]` is the message for a field of a row (from 0). `general` has one message for each other part:
    "people", "roles", "groups", "projects", "reason", "welcome_page".
    """

    people: dict[int, dict[str, str]] = field(default_factory=dict)
    general: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.people or self.general)

    def add(self, row: int, name: str, message: object) -> None:
        """Add an error for a field of a row, unless the field already has one."""
        self.people.setdefault(row, {}).setdefault(name, str(message))


def _validate_names(errors: BatchErrors, row: int, person: dict) -> None:
    """Validate both names. One of them is enough (W-2)."""
    has_name = False
    for name in ("first_name", "last_name"):
        try:
            has_name |= bool(text.clean_line(person.get(name, "")))
        except ValidationError as error:
            errors.add(row, name, first_error(error))
            has_name = True
    if not has_name:
        errors.add(row, "first_name", MISSING_NAME)


def _validate_address(errors: BatchErrors, row: int, person: dict, organization: Organization) -> str | None:
    """Return the canonical address, or None if it isn't valid."""
    typed = person.get("email", "").strip()
    if not typed:
        errors.add(row, "email", _("Enter an email address."))
        return None
    try:
        key = text.canonical_email(typed)
    except ValidationError as error:
        errors.add(row, "email", first_error(error))
        return None
    if not (decision := domain_allowed(organization, key)):
        errors.add(row, "email", decision.reason)
    return key


def _existing_member_error(member: Membership) -> str:
    messages = {
        Status.ACTIVE: _("%(name)s is already a member."),
        Status.DEACTIVATED: _("%(name)s is deactivated. Reactivate them instead."),
        Status.INVITED: _("%(name)s already has an invitation. Resend it instead."),
    }
    return messages[Status(member.status)] % {"name": member.name}


def validate_people(organization: Organization, people: Sequence[dict]) -> BatchErrors:
    """Validate the rows: names, addresses, duplicates, existing members, allowed domains and free seats (A-9).

    One query, and two more where the organization has a limit of seats.
    """
    errors = BatchErrors()
    if not people:
        errors.general["people"] = _("Add at least one person.")
    if len(people) > MAX_PEOPLE:
        errors.general["people"] = too_many_people()
        return errors
    keys: dict[int, str] = {}
    for row, person in enumerate(people):
        _validate_names(errors, row, person)
        key = _validate_address(errors, row, person, organization)
        if key and key in keys.values():
            errors.add(row, "email", _("This address is already listed above."))
        elif key:
            keys[row] = key
    members = members_by_email(organization, keys.values())
    for row, key in keys.items():
        if key in members:
            errors.add(row, "email", _existing_member_error(members[key]))
    if not (decision := has_free_seats(organization, len(keys.keys() - errors.people.keys()))):
        errors.general["people"] = decision.reason
    return errors


def validate_address(organization: Organization, email: str, member: Membership) -> str:
    """Return the canonical form of another address for a pending member. Raise ValidationError as a row of a batch has.

    One query.
    """
    errors = BatchErrors()
    key = _validate_address(errors, 0, {"email": email}, organization)
    others = members_by_email(organization, [key] if key else [])
    if key in others and others[key].pk != member.pk:
        errors.add(0, "email", _existing_member_error(others[key]))
    if errors or key is None:
        raise ValidationError(errors.people[0]["email"])
    return key


def too_many_people() -> str:
    """Return the message for more than MAX_PEOPLE rows (W-3)."""
    return _("Add at most %(limit)s people at once.") % {"limit": MAX_PEOPLE}


def _read_ids(values: Sequence[str]) -> set[UUID] | None:
    try:
        return {UUID(str(value)) for value in values}
    except ValueError:
        return None


def _validate_roles(errors: BatchErrors, actor: Membership, ids: set[UUID] | None) -> None:
    roles = [role for role in roles_in(actor.organization) if role.pk in (ids or ())]
    if ids is None or len(roles) != len(ids):
        errors.general["roles"] = _("Choose a role of this organization.")
        return
    for decision in (roles_allowed(actor.organization, roles), can_give_roles(actor, roles)):
        if not decision:
            errors.general["roles"] = decision.reason
            return


def _all_exist(errors: BatchErrors, name: str, count: int, ids: set[UUID] | None) -> bool:
    if ids is not None and count == len(ids):
        return True
    errors.general[name] = _("Some of your choices no longer exist. Check your choices, then continue.")
    return False


def _validate_groups(errors: BatchErrors, actor: Membership, ids: set[UUID] | None) -> None:
    groups = list(groups_in(actor.organization, ids)) if ids else []
    if not _all_exist(errors, "groups", len(groups), ids):
        return
    if not (decision := can_assign_groups(actor, actor.organization, groups)):
        errors.general["groups"] = decision.reason


def validate_access(actor: Membership, batch: Batch) -> BatchErrors:
    """Validate roles (R-6), groups (G-4) and projects: they belong to the organization, and the actor may give them.

    At most four queries.
    """
    errors = BatchErrors()
    _validate_roles(errors, actor, _read_ids(batch.role_ids))
    _validate_groups(errors, actor, _read_ids(batch.group_ids))
    ids = _read_ids(batch.project_ids)
    _all_exist(errors, "projects", projects_in(actor.organization, ids).count() if ids else 0, ids)
    return errors


def _validate_personalization(actor: Membership, batch: Batch) -> BatchErrors:
    """Validate the reason, and that the roles offer the welcome page. One query."""
    errors = BatchErrors()
    try:
        text.clean_multiline(batch.reason)
    except ValidationError as error:
        errors.general["reason"] = first_error(error)
    roles = [role for role in roles_in(actor.organization) if str(role.pk) in set(batch.role_ids)]
    if batch.welcome_page and batch.welcome_page not in {page.key for page in welcome_pages(roles)}:
        errors.general["welcome_page"] = _("Choose a page that this role can open.")
    return errors


def validate_batch(actor: Membership, batch: Batch) -> BatchErrors:
    """Return everything that keeps the batch from being sent now."""
    errors = validate_people(actor.organization, batch.people)
    errors.general |= validate_access(actor, batch).general | _validate_personalization(actor, batch).general
    return errors
