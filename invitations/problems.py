"""What is wrong with a batch, in words for each field (W-4): asked at every step and again when it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base import text
from base.forms import first_error
from invitations.models import Batch
from organizations.models import Membership, Organization, Status
from organizations.pages import welcome_pages
from organizations.policies import can_assign_groups, can_give_roles, domain_allowed, roles_allowed
from organizations.queries import groups_in, members_by_email, projects_in, roles_in

MAX_PEOPLE = 100


@dataclass
class Problems:
    """`people[i][field]` is the message beside that field of row i (from 0); the others stand beside their part.

    Falsy where nothing is wrong.
    """

    people: dict[int, dict[str, str]] = field(default_factory=dict)
    general: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.people or self.general)

    def add(self, row: int, name: str, message: object) -> None:
        """Notes a row's problem; the first one for a field stays."""
        self.people.setdefault(row, {}).setdefault(name, str(message))


def _check_names(problems: Problems, row: int, person: dict) -> None:
    for name, missing in (("first_name", _("Enter a first name.")), ("last_name", _("Enter a last name."))):
        try:
            if not text.clean_line(person.get(name, "")):
                problems.add(row, name, missing)
        except ValidationError as error:
            problems.add(row, name, first_error(error))


def _check_address(problems: Problems, row: int, person: dict, organization: Organization) -> str | None:
    typed = person.get("email", "").strip()
    if not typed:
        problems.add(row, "email", _("Enter an email address."))
        return None
    try:
        key = text.canonical_email(typed)
    except ValidationError as error:
        problems.add(row, "email", first_error(error))
        return None
    if not (answer := domain_allowed(organization, key)):
        problems.add(row, "email", answer.reason)
    return key


def _already(member: Membership) -> str:
    words = {
        Status.ACTIVE: _("%(name)s is a member already."),
        Status.DEACTIVATED: _("%(name)s is a deactivated member. Reactivate them instead."),
        Status.INVITED: _("%(name)s has an invitation already. Resend it instead."),
    }
    return words[Status(member.status)] % {"name": member.name}


def people_problems(organization: Organization, people: Sequence[dict]) -> Problems:
    """Names and addresses of each row: syntax, twice in the batch, already known, domain not allowed. One query."""
    problems = Problems()
    if not people:
        problems.general["people"] = _("Add at least one person.")
    if len(people) > MAX_PEOPLE:
        problems.general["people"] = _("Add at most %(limit)s people at once.") % {"limit": MAX_PEOPLE}
        return problems
    keys: dict[int, str] = {}
    for row, person in enumerate(people):
        _check_names(problems, row, person)
        key = _check_address(problems, row, person, organization)
        if key and key in keys.values():
            problems.add(row, "email", _("This address is in the list above already."))
        elif key:
            keys[row] = key
    known = members_by_email(organization, keys.values())
    for row, key in keys.items():
        if key in known:
            problems.add(row, "email", _already(known[key]))
    return problems


def _ids(values: Sequence[str]) -> set[UUID] | None:
    try:
        return {UUID(str(value)) for value in values}
    except ValueError:
        return None


def _check_roles(problems: Problems, actor: Membership, ids: set[UUID] | None) -> None:
    roles = [role for role in roles_in(actor.organization) if role.pk in (ids or ())]
    if ids is None or len(roles) != len(ids):
        problems.general["roles"] = _("Choose a role of this organization.")
        return
    for answer in (roles_allowed(actor.organization, roles), can_give_roles(actor, roles)):
        if not answer:
            problems.general["roles"] = answer.reason
            return


def _missing(problems: Problems, name: str, found: int, ids: set[UUID] | None) -> bool:
    if ids is not None and found == len(ids):
        return False
    problems.general[name] = _("Something you chose is no longer there. Check what is added and continue.")
    return True


def _check_groups(problems: Problems, actor: Membership, ids: set[UUID] | None) -> None:
    groups = list(groups_in(actor.organization, ids)) if ids else []
    if _missing(problems, "groups", len(groups), ids):
        return
    if not (answer := can_assign_groups(actor, actor.organization, groups)):
        problems.general["groups"] = answer.reason


def choice_problems(actor: Membership, batch: Batch) -> Problems:
    """Roles that fit and may be given (R-6), groups that give no more (G-4), projects that are the organization's own.
    Four queries at most."""
    problems = Problems()
    _check_roles(problems, actor, _ids(batch.role_ids))
    _check_groups(problems, actor, _ids(batch.group_ids))
    ids = _ids(batch.project_ids)
    _missing(problems, "projects", projects_in(actor.organization, ids).count() if ids else 0, ids)
    return problems


def personal_problems(actor: Membership, batch: Batch) -> Problems:
    """The reason's length and letters, and a welcome page that the roles offer. One query."""
    problems = Problems()
    try:
        text.clean_multiline(batch.reason)
    except ValidationError as error:
        problems.general["reason"] = first_error(error)
    roles = [role for role in roles_in(actor.organization) if str(role.pk) in set(batch.role_ids)]
    if batch.welcome_page and batch.welcome_page not in {page.key for page in welcome_pages(roles)}:
        problems.general["welcome_page"] = _("Choose a page that this role can open.")
    return problems


def batch_problems(actor: Membership, batch: Batch) -> Problems:
    """All that is wrong with a batch now."""
    problems = people_problems(actor.organization, batch.people)
    problems.general |= choice_problems(actor, batch).general | personal_problems(actor, batch).general
    return problems
