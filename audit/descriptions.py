"""Sentences that describe audit log entries to people. A test checks that every action has one."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


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
    "organization.suspended": Description(gettext_lazy("{actor} suspended {target}: {reason}"), "pause", "danger"),
    "organization.resumed": Description(
        gettext_lazy("{actor} ended the suspension of {target}: {reason}"), "check", "success"
    ),
    "organization.seats_changed": Description(
        gettext_lazy("{actor} changed the seat limit of {target} to {to}: {reason}"), "users"
    ),
    "user.unlocked": Description(
        gettext_lazy("Platform staff let {target} try to sign in again: {reason}"), "lock", "accent"
    ),
    "member.removed_by_staff": Description(
        gettext_lazy("{actor} removed {target} permanently: {reason}"), "trash", "danger"
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
    "sso.break_glass_used": Description(gettext_lazy("{actor} signed in as a break-glass Admin"), "alert", "danger"),
    "sso.break_glass_added": Description(gettext_lazy("{actor} made {target} a break-glass Admin"), "key", "warning"),
    "sso.break_glass_removed": Description(gettext_lazy("{target} is no longer a break-glass Admin"), "key"),
    "organization.sso_enforced": Description(
        gettext_lazy("{actor} enforced single sign-on"), "shield-check", "success"
    ),
    "organization.sso_not_enforced": Description(
        gettext_lazy("{actor} stopped enforcing single sign-on"), "shield", "warning"
    ),
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
    "brand.changed": Description(gettext_lazy("{actor} changed the brand of {target}"), "brands"),
    "brand.logo_changed": Description(gettext_lazy("{actor} changed the logo of {target}"), "brands"),
    "brand.logo_removed": Description(gettext_lazy("{actor} removed the logo of {target}"), "brands", "warning"),
    "access_key.created": Description(gettext_lazy("{actor} created the access key {target}"), "key", "success"),
    "access_key.rotated": Description(gettext_lazy("{actor} rotated the access key {target}"), "refresh"),
    "access_key.secret_ended": Description(
        gettext_lazy("{actor} ended the old secret of the access key {target}"), "key"
    ),
    "access_key.secret_ended:not_me": Description(
        gettext_lazy("{actor} reported that someone else rotated the access key {target}, and ended its new secret"),
        "alert",
        "danger",
    ),
    "access_key.renamed": Description(gettext_lazy("{actor} renamed the access key {from} to {target}"), "pencil"),
    "access_key.revoked": Description(gettext_lazy("{actor} revoked the access key {target}"), "trash", "danger"),
    "access_key.revoked:not_me": Description(
        gettext_lazy("{actor} reported that someone else created the access key {target}, and revoked it"),
        "alert",
        "danger",
    ),
    "access_key.added": Description(gettext_lazy("{target} created the access key {key} for {organization}"), "key"),
    "access_key.replaced": Description(gettext_lazy("{target} rotated the access key {key} of {organization}"), "key"),
    "access_key.withdrawn": Description(
        gettext_lazy("{actor} revoked {target}’s access key {key} of {organization}"), "trash", "danger"
    ),
}
