"""Members and invitations."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

MEMBERS = {
    "member.removed_by_staff": Description(
        gettext_lazy("{actor} removed {target} permanently: {reason}"), "trash", "danger"
    ),
    "invitation.created": Description(gettext_lazy("{actor} invited {target}"), "send", "accent"),
    "invitation.resent": Description(gettext_lazy("{actor} resent {target}’s invitation"), "send", "accent"),
    "invitation.renewed": Description(gettext_lazy("{actor} renewed {target}’s invitation"), "refresh", "accent"),
    "invitation.link_copied": Description(gettext_lazy("{actor} copied {target}’s invitation link"), "copy", "warning"),
    "invitation.address_corrected": Description(
        gettext_lazy("{actor} corrected {target}’s email address from {from} to {to}"), "mail", "accent"
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
    "member.deleted": Description(gettext_lazy("{actor} deleted {target}"), "trash", "danger"),
    "member.session_ended": Description(gettext_lazy("{actor} logged {target} out of {device}"), "log-out"),
    "members.exported": Description(gettext_lazy("{actor} exported a list of members"), "download"),
    "member.email_changed": Description(
        gettext_lazy("{actor} changed {target}’s email address from {from} to {to}"), "mail"
    ),
    "saved_view.shared": Description(gettext_lazy("{actor} shared the Users view {target}"), "eye", "success"),
    "saved_view.changed": Description(gettext_lazy("{actor} changed the shared Users view {target}"), "eye"),
    "saved_view.renamed": Description(
        gettext_lazy("{actor} renamed the shared Users view {from} to {target}"), "pencil"
    ),
    "saved_view.deleted": Description(
        gettext_lazy("{actor} deleted the shared Users view {target}"), "trash", "danger"
    ),
}
