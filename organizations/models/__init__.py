from organizations.models.access_keys import AccessKey, AccessKeySecret
from organizations.models.counts import MemberCount, SeatUse, TwoFactorProgress
from organizations.models.groups import Group, GroupMembership, GroupRole
from organizations.models.members import (
    DELIVERY_PROBLEMS,
    Delivery,
    ManagedBy,
    Membership,
    MembershipRole,
    Status,
    TwoFactorMethod,
)
from organizations.models.organization import JoinRule, Organization, Role, TwoFactorRule
from organizations.models.projects import Project, ProjectGrant
from organizations.models.reordering import Reordering
from organizations.schemes import Scheme

__all__ = [
    "DELIVERY_PROBLEMS",
    "AccessKey",
    "AccessKeySecret",
    "Delivery",
    "Group",
    "GroupMembership",
    "GroupRole",
    "JoinRule",
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
    "SeatUse",
    "Status",
    "TwoFactorMethod",
    "TwoFactorProgress",
    "TwoFactorRule",
]
