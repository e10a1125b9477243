from organizations.models.access import Group, GroupMembership, GroupRole, Project, ProjectGrant
from organizations.models.counts import MemberCount
from organizations.models.members import ManagedBy, Membership, MembershipRole, Status
from organizations.models.ordering import Reordering
from organizations.models.organization import Organization, Role, Scheme

__all__ = [
    "Group",
    "GroupMembership",
    "GroupRole",
    "ManagedBy",
    "MemberCount",
    "Membership",
    "MembershipRole",
    "Organization",
    "Project",
    "ProjectGrant",
    "Reordering",
    "Role",
    "Scheme",
    "Status",
]
