"""Creating, editing and deleting groups, and changing their roles (G-2, G-4).

organizations.services.members.groups adds and removes members.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction

from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Group, GroupRole, Membership, Organization, Role
from organizations.queries import roles_of_group
from organizations.services.locks import lock_actor, lock_group, reload_roles
from organizations.services.members.groups import add_to_group
from organizations.services.named import NamedFields, save_named


@transaction.atomic
def create_group(
    *,
    actor: Membership | None,
    organization: Organization,
    name: str,
    description: str = "",
    members: Iterable[Membership] = (),
) -> Group:
    """Create a group with these members. `actor` is None for the system.

    Raises Refused, or IntegrityError if the name is taken, regardless of case and Unicode form.
    """
    if actor is not None:
        actor = lock_actor(actor, organization.pk)
        require(policies.can_manage_groups(actor))
    group = Group(organization=organization, name=name, description=description)
    group.save(force_insert=True)
    record(organization_id=organization.pk, actor=actor, action="group.created", target=group)
    members = list(members)
    if actor is not None and members:
        add_to_group(actor=actor, group=group, members=members)
    return group


@transaction.atomic
def edit_group(
    *, actor: Membership, group: Group, name: str, description: str, seen: NamedFields | None = None
) -> bool:
    """Change the group's name and description. Return False if nothing changed.

    Raises NamedConflict if the group no longer equals `seen`, Refused, IntegrityError if the name is taken, and
    Group.DoesNotExist.
    """
    actor, group = lock_group(actor, group)
    require(policies.can_edit_group(actor, group))
    return save_named(actor, group, NamedFields(name, description), seen, action="group.renamed")


@transaction.atomic
def delete_group(*, actor: Membership, group: Group) -> None:
    """Delete the group. Its members stay in the organization, and lose what they had only through the group.

    Raises Refused (R-7, R-8, G-3) and Group.DoesNotExist.
    """
    actor, group = lock_group(actor, group)
    require(policies.can_delete_group(actor, group))
    grants = group.project_links.select_related("project").order_by("project__sort_name")
    data = {
        "projects": [grant.project.name for grant in grants],
        "roles": [str(role.label) for role in roles_of_group(group)],
    }
    record(organization_id=group.organization_id, actor=actor, action="group.deleted", target=group, data=data)
    group.delete()


@transaction.atomic
def change_group_roles(
    *, actor: Membership, group: Group, add: Sequence[Role] = (), remove: Sequence[Role] = ()
) -> tuple[list[Role], list[Role]]:
    """Add roles to the group and remove others (G-4). Return the roles that were actually added and removed.

    Raises Refused (R-6, R-7, R-8) and Group.DoesNotExist.
    """
    actor, group = lock_group(actor, group)
    current = roles_of_group(group)
    added = reload_roles([role for role in add if role not in current])
    removed = [role for role in current if role in remove]
    require(policies.can_change_group_roles(actor, group, add=added, remove=removed))
    GroupRole.objects.filter(group=group, role__in=removed).delete()
    GroupRole.objects.bulk_create(
        GroupRole(organization_id=group.organization_id, group=group, role=role) for role in added
    )
    for action, roles in (("group.roles_given", added), ("group.roles_taken", removed)):
        if roles:
            data = {"roles": [str(role.label) for role in roles]}
            record(organization_id=group.organization_id, actor=actor, action=action, target=group, data=data)
    return added, removed
