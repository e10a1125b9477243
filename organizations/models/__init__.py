from organizations.models.access import Group, GroupMembership, Project, ProjectGrant
from organizations.models.members import ManagedBy, Membership, MembershipRole, Status
from organizations.models.organization import Organization, Role, Scheme

__all__ = [
    "Group",
    "GroupMembership",
    "ManagedBy",
    "Membership",
    "MembershipRole",
    "Organization",
    "Project",
    "ProjectGrant",
    "Role",
    "Scheme",
    "Status",
]
