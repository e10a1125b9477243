"""Creating and renaming sub-accounts (A-2).

A sub-account is an organization of its own: its members, roles, rules and seats. The one above it creates and renames
it, and sees its name and creator. Locks go from above to below.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from base import context
from base.policies import require
from organizations import policies
from organizations.models import Membership, Organization, Scheme
from organizations.queries import place_of
from organizations.services.locks import lock_actor, lock_organization
from organizations.services.members.pending import NewMember
from organizations.services.organizations import create_organization_with_admin


class SlugTaken(Exception):
    """Another organization has this slug."""

    def __init__(self) -> None:
        super().__init__(_("This name is taken. Choose another one."))


@dataclass(frozen=True)
class OrganizationAbove:
    """The actor in a sub-account's audit log for changes by the parent organization. It names no person."""

    pk: UUID
    name: str

    def __str__(self) -> str:
        return self.name


def create_sub_account(*, actor: Membership, name: str, slug: str, scheme: Scheme) -> Membership:
    """Create an organization under the actor's, with the actor as its first Admin (R-8), and return that Admin.

    It has settings.SUB_ACCOUNT_SEATS seats. Everyone else joins it by invitation. Raises Refused, SlugTaken, and
    ValidationError by field.
    """
    try:
        with transaction.atomic():
            return _create(actor, name, slug, scheme)
    except IntegrityError:  # someone else took the slug first
        raise SlugTaken from None


def _create(actor: Membership, name: str, slug: str, scheme: Scheme) -> Membership:
    actor = lock_actor(actor)
    parent = actor.organization
    require(policies.can_create_sub_account(actor, place_of(parent)))
    require(policies.slug_allowed(parent, slug))
    assert actor.user_id
    user = User.objects.get(pk=actor.user_id)
    if Organization.objects.filter(slug=slug).exists():
        raise SlugTaken
    admin = create_organization_with_admin(
        name=name,
        slug=slug,
        scheme=scheme,
        admin=NewMember(actor.first_name, actor.last_name, user.email),
        actor=OrganizationAbove(parent.pk, parent.name),
    )
    child = admin.organization
    child.parent, child.created_by, child.seat_limit = parent, actor.name[:300], settings.SUB_ACCOUNT_SEATS
    child.save(update_fields=["parent", "created_by", "seat_limit"])
    record(organization_id=parent.pk, actor=actor, action="sub_account.created", target=child)
    return admin


@transaction.atomic
def rename_sub_account(*, actor: Membership, child: Organization, name: str) -> bool:
    """Rename a direct sub-account. Its name in URLs stays. Return False if this was already its name.

    Both organizations' audit logs say so. Raises Refused, and Organization.DoesNotExist.
    """
    actor = lock_actor(actor)
    child = lock_organization(child.pk)
    require(policies.can_rename_sub_account(actor, child))
    change = {"from": child.name, "to": name}
    if child.name == name:
        return False
    child.name = name
    child.save(update_fields=["name"])
    _record_rename(actor, child, change)
    return True


def _record_rename(actor: Membership, child: Organization, change: dict[str, str]) -> None:
    """Record it in both audit logs. The sub-account's entry leaves out the person and their IP address."""
    parent = actor.organization
    record(organization_id=parent.pk, actor=actor, action="sub_account.renamed", target=child, data=change)
    token = context.set_current(context.RequestContext(context.current().request_id))
    try:
        above = OrganizationAbove(parent.pk, parent.name)
        record(organization_id=child.pk, actor=above, action="organization.renamed", target=child, data=change)
    finally:
        context.reset(token)
