"""Sentences that describe audit log entries to people. A test checks that every action has one."""

from dataclasses import dataclass
from string import Formatter

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry

# Names listed in a sentence before "and 2 more".
MAX_NAMES = 5


@dataclass(frozen=True)
class Description:
    """A sentence with {actor}, {target} and keys of the entry's data, and the icon and tone of its mark.

    `plain` replaces the sentence for entries that lack one of its keys.
    """

    sentence: str | Promise
    icon: str
    tone: str = "neutral"
    plain: str | Promise = ""


DESCRIPTIONS = {
    "organization.created": Description(gettext_lazy("{actor} created {target}"), "workspace", "success"),
    "organization.rules_changed": Description(
        gettext_lazy("{actor} changed the security settings of {target}"), "shield"
    ),
    "organization.sessions_ended": Description(
        gettext_lazy("{actor} signed everyone out of {target}"), "log-out", "warning"
    ),
    "sso.settings_changed": Description(gettext_lazy("{actor} changed the single sign-on settings"), "key"),
    "sso.turned_on": Description(gettext_lazy("{actor} turned single sign-on on"), "key", "success"),
    "sso.turned_off": Description(gettext_lazy("{actor} turned single sign-on off"), "key", "warning"),
    "sso.deleted": Description(gettext_lazy("{actor} deleted the single sign-on settings"), "trash", "danger"),
    "sso.test_passed": Description(gettext_lazy("{actor} tested single sign-on: it works"), "check", "success"),
    "sso.test_failed": Description(gettext_lazy("{actor} tested single sign-on: it failed"), "warning", "warning"),
    "sso.certificates_changed": Description(gettext_lazy("The certificates of {target} were renewed"), "refresh"),
    "group.created": Description(gettext_lazy("{actor} created the group {target}"), "groups"),
    "group.projects_given": Description(gettext_lazy("{actor} gave group {target} access to {projects}"), "projects"),
    "group.projects_taken": Description(gettext_lazy("{actor} removed {target}’s access to {projects}"), "projects"),
    "group.renamed": Description(gettext_lazy("{actor} edited the group {target}"), "pencil"),
    "group.deleted": Description(gettext_lazy("{actor} deleted the group {target}"), "trash", "danger"),
    "group.roles_given": Description(gettext_lazy("{actor} gave group {target} the role {roles}"), "roles"),
    "group.roles_taken": Description(gettext_lazy("{actor} removed the role {roles} from group {target}"), "roles"),
    "project.renamed": Description(gettext_lazy("{actor} edited the project {target}"), "pencil"),
    "project.archived": Description(gettext_lazy("{actor} archived the project {target}"), "datasets"),
    "project.restored": Description(gettext_lazy("{actor} restored the project {target}"), "refresh", "success"),
    "project.created": Description(gettext_lazy("{actor} created the project {target}"), "projects"),
    "role.created": Description(gettext_lazy("{actor} created the role {target}"), "roles"),
    "role.edited": Description(gettext_lazy("{actor} edited the role {target}"), "roles"),
    "role.deleted": Description(gettext_lazy("{actor} deleted the role {target}"), "trash", "danger"),
    "invitation.created": Description(gettext_lazy("{actor} invited {target}"), "send", "accent"),
    "invitation.resent": Description(gettext_lazy("{actor} resent {target}’s invitation"), "send", "accent"),
    "invitation.renewed": Description(
        gettext_lazy("{actor} renewed {target}’s invitation for 30 days"), "refresh", "accent"
    ),
    "invitation.revoked": Description(gettext_lazy("{actor} withdrew {target}’s invitation"), "ban", "danger"),
    "invitation.accepted": Description(gettext_lazy("{target} accepted the invitation"), "check", "success"),
    "invitation.requested": Description(gettext_lazy("{target} asked for the invitation again"), "send", "accent"),
    "invitation.link_requested": Description(gettext_lazy("{target} asked for a new link"), "mail", "warning"),
    "member.joined": Description(gettext_lazy("{target} joined"), "user-plus", "success"),
    "member.provisioned": Description(gettext_lazy("{actor} created {target}"), "user-plus", "success"),
    "member.adopted": Description(gettext_lazy("{actor} handed {target} over to the identity provider"), "link"),
    "member.released": Description(gettext_lazy("{actor} made {target} manually managed"), "user"),
    "member.deactivated": Description(gettext_lazy("{actor} deactivated {target}"), "ban"),
    "member.reactivated": Description(gettext_lazy("{actor} reactivated {target}"), "check", "success"),
    "member.roles_changed": Description(gettext_lazy("{actor} changed {target}’s role from {from} to {to}"), "roles"),
    "member.renamed": Description(gettext_lazy("{actor} renamed {from} to {target}"), "pencil"),
    "member.projects_given": Description(gettext_lazy("{actor} gave {target} access to {projects}"), "projects"),
    "member.projects_taken": Description(gettext_lazy("{actor} removed {target}’s access to {projects}"), "projects"),
    "group.member_added": Description(gettext_lazy("{actor} added {target} to {group}"), "groups"),
    "group.member_removed": Description(gettext_lazy("{actor} removed {target} from {group}"), "groups"),
    "member.deleted": Description(gettext_lazy("{actor} deleted {target}"), "trash", "danger"),
    "sso.break_glass_used": Description(gettext_lazy("{actor} signed in as a break-glass Admin"), "alert", "danger"),
    "sso.break_glass_added": Description(gettext_lazy("{actor} made {target} a break-glass Admin"), "key", "warning"),
    "sso.break_glass_removed": Description(gettext_lazy("{target} is no longer a break-glass Admin"), "key"),
    "organization.sso_enforced": Description(
        gettext_lazy("{actor} enforced single sign-on"), "shield-check", "success"
    ),
    "organization.sso_not_enforced": Description(
        gettext_lazy("{actor} stopped enforcing single sign-on"), "shield", "warning"
    ),
    "domain.added": Description(gettext_lazy("{actor} added the domain {target}"), "globe"),
    "domain.verified": Description(gettext_lazy("{target} was verified"), "globe", "success"),
    "domain.missing": Description(gettext_lazy("The TXT record of {target} is gone"), "warning", "warning"),
    "domain.found": Description(gettext_lazy("The TXT record of {target} is back"), "globe", "success"),
    "domain.lapsed": Description(gettext_lazy("{target} is no longer verified"), "warning", "danger"),
    "domain.removed": Description(gettext_lazy("{actor} removed the domain {target}"), "trash", "danger"),
    "domain.joining_changed": Description(gettext_lazy("{actor} changed how people join {target}"), "globe"),
    "join.requested": Description(gettext_lazy("{target} asked to join"), "user-plus", "accent"),
    "join.refused": Description(gettext_lazy("{actor} refused the request of {target}"), "ban", "danger"),
    "setup_link.created": Description(gettext_lazy("{actor} made a setup link for {intent}"), "link", "warning"),
    "setup_link.revoked": Description(gettext_lazy("{actor} revoked the {target} for {intent}"), "ban"),
    "two_factor.reminded": Description(gettext_lazy("{actor} reminded {target} to set up 2FA"), "send", "accent"),
    "two_factor.reset": Description(gettext_lazy("{actor} reset {target}’s 2FA"), "phone", "warning"),
    "authenticator.added": Description(gettext_lazy("{target} added an authenticator app"), "phone"),
    "authenticator.replaced": Description(gettext_lazy("{target} replaced their authenticator app"), "phone"),
    "authenticator.removed": Description(gettext_lazy("{target} removed their authenticator app"), "phone", "warning"),
    "sessions.ended": Description(gettext_lazy("{actor} signed {target} out everywhere"), "log-out"),
    "member.session_ended": Description(gettext_lazy("{actor} signed {target} out of {device}"), "log-out"),
    "members.exported": Description(gettext_lazy("{actor} exported a list of members"), "download"),
    "sign_in.succeeded": Description(
        gettext_lazy("{target} signed in with {device}"), "key", plain=gettext_lazy("{target} signed in")
    ),
    "sign_in.new_device": Description(
        gettext_lazy("{target} signed in from a new device, {device}"),
        "laptop",
        "warning",
        gettext_lazy("{target} signed in from a new device"),
    ),
    "sign_in.failed": Description(gettext_lazy("Failed sign-in for {target}"), "x", "danger"),
    "sign_in.failed:password": Description(
        gettext_lazy("Wrong password for {target}, {count} times"),
        "x",
        "danger",
        gettext_lazy("Wrong password for {target}"),
    ),
    "sign_in.failed:second_factor": Description(
        gettext_lazy("Right password, but wrong code for {target}, {count} times"),
        "x",
        "danger",
        gettext_lazy("Right password, but wrong code for {target}"),
    ),
    "sign_in.failed:passkey": Description(
        gettext_lazy("A passkey of {target} was refused, {count} times"),
        "x",
        "danger",
        gettext_lazy("A passkey of {target} was refused"),
    ),
    "sign_in.failed:deactivated": Description(
        gettext_lazy("{target} tried to sign in {count} times, but is deactivated"),
        "ban",
        "warning",
        gettext_lazy("{target} tried to sign in, but is deactivated"),
    ),
    "sign_in.failed:single_sign_on": Description(
        gettext_lazy("{target} tried to sign in without single sign-on"), "lock", "warning"
    ),
    "sign_in.failed:limited": Description(
        gettext_lazy("Sign-in for {target} was blocked after too many failed tries"), "lock", "danger"
    ),
    "sso.linked": Description(gettext_lazy("{provider} can now sign in {target}"), "key", "success"),
    "sso.unlinked": Description(
        gettext_lazy("{target} reported that {provider} was linked by someone else, and removed the link"),
        "alert",
        "danger",
    ),
    "sso.failed": Description(
        gettext_lazy("{provider} couldn’t sign in {email}: {error}"),
        "x",
        "danger",
        gettext_lazy("A sign-in with {provider} failed: {error}"),
    ),
    "sign_out": Description(gettext_lazy("{target} signed out"), "log-out"),
    "password.changed": Description(gettext_lazy("{target} changed their password"), "key"),
    "password.reset": Description(gettext_lazy("{target} chose a new password with an emailed link"), "key", "warning"),
    "email.change_requested": Description(gettext_lazy("{target} asked to change their email address"), "mail"),
    "email.changed": Description(gettext_lazy("{target} changed their email address"), "mail", "warning"),
    "email.restored": Description(gettext_lazy("{target} undid a change of their email address"), "mail", "success"),
    "two_factor.enabled": Description(gettext_lazy("{target} turned on 2FA"), "shield-check", "success"),
    "two_factor.disabled": Description(gettext_lazy("{target} turned off 2FA"), "shield", "warning"),
    "passkey.added": Description(
        gettext_lazy("{target} added the passkey {passkey}"),
        "passkey",
        "success",
        gettext_lazy("{target} added a passkey"),
    ),
    "passkey.renamed": Description(
        gettext_lazy("{target} renamed the passkey {from} to {passkey}"),
        "passkey",
        plain=gettext_lazy("{target} renamed a passkey"),
    ),
    "passkey.removed": Description(
        gettext_lazy("{target} removed the passkey {passkey}"),
        "passkey",
        "warning",
        gettext_lazy("{target} removed a passkey"),
    ),
    "backup_code.used": Description(
        gettext_lazy("{target} used a backup code, {left} left"),
        "key",
        "warning",
        gettext_lazy("{target} used a backup code"),
    ),
    "backup_codes.generated": Description(gettext_lazy("{target} generated new backup codes"), "refresh"),
    "browser.remembered": Description(
        gettext_lazy("{target} chose to remember {device} for 30 days"),
        "laptop",
        plain=gettext_lazy("{target} chose to remember a device for 30 days"),
    ),
    "browsers.forgotten": Description(
        gettext_lazy("{target} forgot the remembered device {device}"),
        "laptop",
        plain=gettext_lazy("{target} forgot all remembered devices"),
    ),
    "session.ended": Description(
        gettext_lazy("{target} logged out {device}"), "log-out", plain=gettext_lazy("{target} logged out a session")
    ),
    "session.ended:by_other": Description(
        gettext_lazy("{actor} logged {target} out of {device}"),
        "log-out",
        plain=gettext_lazy("{actor} logged {target} out of a session"),
    ),
    "sso.signed_out": Description(gettext_lazy("{provider} signed {target} out"), "log-out"),
    "sessions.ended_by_user": Description(gettext_lazy("{target} logged out all other sessions"), "log-out"),
    "sessions.ended_by_admin": Description(
        gettext_lazy("{actor} signed {target} out of {organization}"),
        "log-out",
        plain=gettext_lazy("{actor} signed {target} out"),
    ),
    "account.secured": Description(
        gettext_lazy("{target} reported activity that wasn’t theirs, and was signed out everywhere"),
        "alert",
        "danger",
    ),
    "member.email_changed": Description(
        gettext_lazy("{actor} changed {target}’s email address from {from} to {to}"), "mail"
    ),
    "scim.connected": Description(gettext_lazy("{actor} connected {target} to {provider}"), "link", "accent"),
    "scim.token_created": Description(gettext_lazy("{actor} created the SCIM token {name} ({token_prefix}…)"), "key"),
    "scim.token_revoked": Description(
        gettext_lazy("{actor} revoked the SCIM token {name} ({token_prefix}…)"), "key", "warning"
    ),
    "scim.adoption_requested": Description(gettext_lazy("{actor} asked to manage {target}"), "help", "accent"),
    "user.created": Description(gettext_lazy("{target}’s account was created"), "key"),
    "scim.adoption_refused": Description(gettext_lazy("{actor} kept {target} manually managed"), "user"),
    "scim.disconnected": Description(
        gettext_lazy("{actor} deleted the connection to {target}; {members} members and {groups} groups became manual"),
        "trash",
        "danger",
    ),
    "user.deleted": Description(gettext_lazy("{target}’s account was deleted with their last organization"), "trash"),
    "user.picture_changed": Description(gettext_lazy("{target} changed their picture"), "user"),
    "user.picture_removed": Description(gettext_lazy("{target} removed their picture"), "user"),
    "user.renamed": Description(gettext_lazy("{target} changed their profile name"), "pencil"),
}


@dataclass(frozen=True)
class AuditLine:
    """An entry as shown in a list: a sentence (HTML, names escaped and in bold), its mark and the entry."""

    sentence: SafeString
    icon: str
    tone: str
    entry: Entry


def describe(entry: Entry) -> AuditLine:
    """Return the entry as a sentence. An action without a description shows its own name."""
    description = _find(entry)
    values = {name: _bold(_join_names(value)) for name, value in entry.data.items()}
    values |= {"actor": _bold(entry.actor_label or _("The system")), "target": _bold(entry.target_label)}
    sentence = str(description.sentence)
    if description.plain and not _names(sentence) <= set(values):
        sentence = str(description.plain)
    # Entries from an earlier release may lack a value.
    fields = {name: values.get(name, "…") for name in _names(sentence)}
    return AuditLine(format_html(sentence, **fields), description.icon, description.tone, entry)


def _find(entry: Entry) -> Description:
    """Return the description of the entry's action: that for its reason, method or for another person comes first."""
    variants = [entry.data.get("reason", ""), entry.data.get("method", "")]
    if entry.actor_id and entry.actor_id != entry.target_id:
        variants.append("by_other")
    found = (DESCRIPTIONS.get(key) for key in (*(f"{entry.action}:{each}" for each in variants), entry.action))
    return next(filter(None, found), None) or Description("{actor}: " + entry.action + " {target}", "info")


def _names(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _flag in Formatter().parse(sentence) if name}


def _join_names(value: object) -> str:
    """Return a list of names as text, the first MAX_NAMES of many. Other values are returned as text."""
    if not isinstance(value, list):
        return str(value)
    names = ", ".join(str(name) for name in value[:MAX_NAMES])
    more = len(value) - MAX_NAMES
    return _("%(names)s and %(count)s more") % {"names": names, "count": more} if more > 0 else names


def _bold(label: str) -> SafeString:
    return format_html('<b class="strong">{}</b>', label)
