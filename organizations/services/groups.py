"""Groups: their names, what they carry, and their end (G-2, G-4). Members: organizations.services.changing."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Group, GroupRole, Membership, Organization, Role
from organizations.queries import roles_of_group
from organizations.services.changing import add_to_group
from organizations.services.locking import fresh_roles, lock_actor, lock_group
from organizations.services.naming import Named, keep_names


@transaction.atomic
def create_group(
    *,
    actor: Membership | None,
    organization: Organization,
    name: str,
    description: str = "",
    members: Iterable[Membership] = (),
) -> Group:
    """A new group with these members. `actor` None: the system. Raises Refused, or IntegrityError where the name is
    taken in any case or Unicode form."""
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
def edit_group(*, actor: Membership, group: Group, name: str, description: str, seen: Named | None = None) -> bool:
    """Renames and describes the group; False where nothing changed.

    Raises Changed where the group is not as `seen` any more, Refused, IntegrityError where the name is taken,
    Group.DoesNotExist where the group is gone.
    """
    actor, group = lock_group(actor, group)
    require(policies.can_edit_group(actor, group))
    return keep_names(actor, group, Named(name, description), seen, action="group.renamed")


@transaction.atomic
def delete_group(*, actor: Membership, group: Group) -> None:
    """Deletes the group; its members stay and lose what they had through it alone. Raises Refused (R-7, R-8, G-3),
    Group.DoesNotExist where the group is gone."""
    actor, group = lock_group(actor, group)
    require(policies.can_delete_group(actor, group))
    grants = group.project_links.select_related("project").order_by("project__name_key")
    data = {
        "projects": [grant.project.name for grant in grants],
        "roles": [str(role.label) for role in roles_of_group(group)],
    }
    record(organization_id=group.organization_id, actor=actor, action="group.deleted", target=group, data=data)
    group.delete()


@transaction.atomic
def change_group_roles(
    *, actor: Membership, group: Group, give: Sequence[Role] = (), take: Sequence[Role] = ()
) -> tuple[list[Role], list[Role]]:
    """Makes the group carry the roles to `give` and no more those to `take` (G-4); returns what was really given and
    taken. Raises Refused (R-6, R-7, R-8), Group.DoesNotExist where the group is gone."""
    actor, group = lock_group(actor, group)
    carried = roles_of_group(group)
    given = fresh_roles([role for role in give if role not in carried])
    taken = [role for role in carried if role in take]
    require(policies.can_change_group_roles(actor, group, give=given, take=taken))
    GroupRole.objects.filter(group=group, role__in=taken).delete()
    GroupRole.objects.bulk_create(
        GroupRole(organization_id=group.organization_id, group=group, role=role) for role in given
    )
    for action, roles in (("group.roles_given", given), ("group.roles_taken", taken)):
        if roles:
            data = {"roles": [str(role.label) for role in roles]}
            record(organization_id=group.organization_id, actor=actor, action=action, target=group, data=data)
    return given, taken
