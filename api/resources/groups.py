"""Groups as resources."""

from collections.abc import Sequence

from api.resources.members import references
from api.schemas.groups import Group
from organizations import models
from organizations.models import Organization
from organizations.queries import roles_of_groups


def describe_groups(organization: Organization, groups: Sequence[models.Group]) -> list[Group]:
    """Return the resources of a page. One query."""
    roles = roles_of_groups(organization, [group.pk for group in groups])
    return [
        Group(
            id=group.pk,
            name=group.name,
            description=group.description,
            managed_by=group.managed_by,
            roles=references(roles.get(group.pk, ())),
            created_at=group.created_at,
        )
        for group in groups
    ]


def describe_group(group: models.Group) -> Group:
    """Return the resource of one group. One query."""
    return describe_groups(group.organization, [group])[0]
