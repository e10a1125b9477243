"""Labels of the audit log's actions, grouped by subject, for the filter."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.descriptions import DESCRIPTIONS
from base.text import fold

ACTION = re.compile(r"[a-z_]{1,60}(\.[a-z_]{1,60})?")


class Subject(NamedTuple):
    """A group of actions that start with one of these prefixes. Labels leave out the first prefix."""

    label: str | Promise
    prefixes: tuple[str, ...]


SUBJECTS = {
    "users": Subject(gettext_lazy("Users"), ("member", "members", "user", "join", "saved_view")),
    "invitations": Subject(gettext_lazy("Invitations"), ("invitation",)),
    "signing_in": Subject(
        gettext_lazy("Signing in"),
        ("sign_in", "sign_out", "session", "sessions", "browser", "browsers", "password", "email", "account"),
    ),
    "second_factors": Subject(
        gettext_lazy("Two-factor authentication"),
        ("two_factor", "authenticator", "passkey", "backup_code", "backup_codes"),
    ),
    "groups": Subject(gettext_lazy("Groups"), ("group",)),
    "roles": Subject(gettext_lazy("Roles"), ("role",)),
    "projects": Subject(gettext_lazy("Projects"), ("project",)),
    "datasets": Subject(gettext_lazy("Datasets"), ("dataset", "datasets")),
    "integrations": Subject(
        gettext_lazy("Integrations"),
        ("integration", "source", "sources", "destination", "destinations", "pipeline", "pipelines"),
    ),
    "organization": Subject(gettext_lazy("Organization"), ("organization", "brand", "sub_account", "seats")),
    "single_sign_on": Subject(gettext_lazy("Single sign-on"), ("sso",)),
    "domains": Subject(gettext_lazy("Domains"), ("domain",)),
    "provisioning": Subject(gettext_lazy("Provisioning"), ("scim", "setup_link")),
    "access_keys": Subject(gettext_lazy("Access keys"), ("access_key",)),
    "audit_log": Subject(gettext_lazy("Audit log"), ("audit", "audit_stream")),
    "other": Subject(gettext_lazy("Other"), ()),
}
OTHER = "other"
_SUBJECT_OF = {prefix: key for key, subject in SUBJECTS.items() for prefix in subject.prefixes}
# Labels of actions whose names don't make good labels.
LABELS: dict[str, str | Promise] = {
    "sign_in.succeeded": gettext_lazy("Signed in"),
    "sign_in.new_device": gettext_lazy("Signed in from a new device"),
    "sign_in.failed": gettext_lazy("Failed sign-in"),
    "sign_out": gettext_lazy("Signed out"),
    "sessions.ended": gettext_lazy("Logged out everywhere by an Admin"),
    "sessions.ended_by_user": gettext_lazy("Logged out all other sessions"),
    "sessions.ended_by_admin": gettext_lazy("Logged out of the organization by an Admin"),
    "account.secured": gettext_lazy("Reported activity that wasn’t theirs"),
    "browser.remembered": gettext_lazy("Device remembered for 30 days"),
    "browsers.forgotten": gettext_lazy("Remembered devices forgotten"),
    "email.change_requested": gettext_lazy("Email address change requested"),
    "email.changed": gettext_lazy("Email address changed"),
    "email.restored": gettext_lazy("Email address change undone"),
    "two_factor.enabled": gettext_lazy("2FA turned on"),
    "two_factor.disabled": gettext_lazy("2FA turned off"),
    "two_factor.reset": gettext_lazy("2FA reset"),
    "two_factor.reminded": gettext_lazy("Reminded to set up 2FA"),
    "member.projects_given": gettext_lazy("Access to projects given"),
    "member.projects_taken": gettext_lazy("Access to projects removed"),
    "group.projects_given": gettext_lazy("Access to projects given"),
    "group.projects_taken": gettext_lazy("Access to projects removed"),
    "group.renamed": gettext_lazy("Edited"),
    "project.renamed": gettext_lazy("Edited"),
    "group.roles_taken": gettext_lazy("Roles removed"),
    "member.adopted": gettext_lazy("Handed over to the identity provider"),
    "member.released": gettext_lazy("Made manually managed"),
    "member.provisioned": gettext_lazy("Created by the identity provider"),
    "members.exported": gettext_lazy("List exported"),
    "datasets.exported": gettext_lazy("List exported"),
    "organization.rules_changed": gettext_lazy("Security settings changed"),
    "organization.sso_enforced": gettext_lazy("Single sign-on enforced"),
    "organization.sso_not_enforced": gettext_lazy("Single sign-on no longer enforced"),
    "organization.sessions_ended": gettext_lazy("Everyone logged out"),
    "audit.exported": gettext_lazy("Exported"),
}


def subject_of(action: str) -> str:
    """Return the key of the action's subject."""
    return _SUBJECT_OF.get(action.partition(".")[0], OTHER)


def action_label(action: str) -> str:
    """Return the label of an action, such as "Roles changed", without its subject if that is obvious."""
    if known := LABELS.get(action):
        return str(known)
    prefix, _dot, verb = action.partition(".")
    subject = SUBJECTS[subject_of(action)]
    text = verb if verb and prefix in subject.prefixes[:1] else f"{prefix} {verb}"
    return text.replace("_", " ").strip().capitalize()


def filter_label(value: str) -> str:
    """Return the label of a filter value: a subject, or an action with its subject."""
    if value in SUBJECTS:
        return str(SUBJECTS[value].label)
    return _("%(subject)s: %(action)s") % {
        "subject": SUBJECTS[subject_of(value)].label,
        "action": action_label(value),
    }


@cache
def _known_actions() -> dict[str, list[str]]:
    """Return all actions by subject. Descriptions of variants ("sign_in.failed:password") belong to the same action."""
    known: dict[str, list[str]] = {key: [] for key in SUBJECTS}
    for action in dict.fromkeys(key.partition(":")[0] for key in DESCRIPTIONS):
        known[subject_of(action)].append(action)
    return known


def actions_of(value: str) -> list[str]:
    """Return the actions that a value of the filter stands for."""
    return _known_actions()[value] if value in SUBJECTS else [value]


def parse_action(value: str) -> str:
    """Return the value if it's a subject or could be an action, otherwise ""."""
    return value if value in SUBJECTS or ACTION.fullmatch(value) else ""


def search_actions(search: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each subject with its choices (value, label) that contain `search`; all choices if the subject does."""
    wanted = fold(search)
    for key, actions in _known_actions().items():
        label = str(SUBJECTS[key].label)
        choices = [(action, action_label(action)) for action in actions]
        if wanted not in fold(label):
            choices = [choice for choice in choices if wanted in fold(choice[1])]
        elif choices:
            choices.insert(0, (key, _("All of these")))
        if choices:
            yield label, choices
