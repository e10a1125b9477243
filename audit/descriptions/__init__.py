"""Sentences that describe audit log entries to people, by subject. A test checks that every action has one."""

from audit.descriptions.access import ACCESS
from audit.descriptions.access_keys import ACCESS_KEYS
from audit.descriptions.audit_log import AUDIT_LOG
from audit.descriptions.identity import IDENTITY
from audit.descriptions.members import MEMBERS
from audit.descriptions.organizations import ORGANIZATIONS
from audit.descriptions.sentence import Description
from audit.descriptions.sign_in import SIGN_IN

__all__ = ["DESCRIPTIONS", "Description"]

DESCRIPTIONS: dict[str, Description] = {
    **ORGANIZATIONS,
    **MEMBERS,
    **ACCESS,
    **ACCESS_KEYS,
    **SIGN_IN,
    **IDENTITY,
    **AUDIT_LOG,
}
