"""What an entry of the audit log says to a person. A test finds actions that have no words here."""

from dataclasses import dataclass
from string import Formatter

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry

# So many names stand in a sentence.
NAMES = 5


@dataclass(frozen=True)
class Words:
    """A sentence with {actor}, {target} and what the entry's data names; how its mark looks: an icon and a tone."""

    sentence: str | Promise
    icon: str
    tone: str = "neutral"


WORDS = {
    "organization.created": Words(gettext_lazy("{actor} created {target}"), "workspace", "success"),
    "organization.rules_changed": Words(gettext_lazy("{actor} changed the rules for members of {target}"), "shield"),
    "group.created": Words(gettext_lazy("{actor} created the group {target}"), "groups"),
    "group.projects_given": Words(gettext_lazy("{actor} gave the group {target} access to {projects}"), "projects"),
    "group.projects_taken": Words(
        gettext_lazy("{actor} took access to {projects} from the group {target}"), "projects"
    ),
    "group.renamed": Words(gettext_lazy("{actor} changed the group {target}"), "pencil"),
    "group.deleted": Words(gettext_lazy("{actor} deleted the group {target}"), "trash", "danger"),
    "group.roles_given": Words(gettext_lazy("{actor} gave the group {target} the role {roles}"), "roles"),
    "group.roles_taken": Words(gettext_lazy("{actor} took the role {roles} from the group {target}"), "roles"),
    "project.renamed": Words(gettext_lazy("{actor} changed the project {target}"), "pencil"),
    "project.archived": Words(gettext_lazy("{actor} archived the project {target}"), "datasets"),
    "project.restored": Words(gettext_lazy("{actor} restored the project {target}"), "refresh", "success"),
    "project.created": Words(gettext_lazy("{actor} created the project {target}"), "projects"),
    "role.created": Words(gettext_lazy("{actor} added the role {target}"), "roles"),
    "role.edited": Words(gettext_lazy("{actor} changed the role {target}"), "roles"),
    "role.deleted": Words(gettext_lazy("{actor} deleted the role {target}"), "trash", "danger"),
    "invitation.created": Words(gettext_lazy("{actor} invited {target}"), "send", "accent"),
    "invitation.resent": Words(gettext_lazy("{actor} sent the invitation of {target} again"), "send", "accent"),
    "invitation.renewed": Words(gettext_lazy("{actor} invited {target} for another 30 days"), "refresh", "accent"),
    "invitation.revoked": Words(gettext_lazy("{actor} withdrew the invitation of {target}"), "ban", "danger"),
    "invitation.accepted": Words(gettext_lazy("{target} accepted the invitation"), "check", "success"),
    "invitation.link_requested": Words(gettext_lazy("{target} asked for a new link"), "mail", "warning"),
    "member.joined": Words(gettext_lazy("{target} joined"), "user-plus", "success"),
    "member.deactivated": Words(gettext_lazy("{actor} deactivated {target}"), "ban"),
    "member.reactivated": Words(gettext_lazy("{actor} reactivated {target}"), "check", "success"),
    "member.roles_changed": Words(gettext_lazy("{actor} changed the role of {target} from {from} to {to}"), "roles"),
    "member.renamed": Words(gettext_lazy("{actor} renamed {target}, who was {from}"), "pencil"),
    "member.projects_given": Words(gettext_lazy("{actor} gave {target} access to {projects}"), "projects"),
    "member.projects_taken": Words(gettext_lazy("{actor} took access to {projects} from {target}"), "projects"),
    "group.member_added": Words(gettext_lazy("{actor} added {target} to {group}"), "groups"),
    "group.member_removed": Words(gettext_lazy("{actor} took {target} out of {group}"), "groups"),
    "member.deleted": Words(gettext_lazy("{actor} deleted {target}"), "trash", "danger"),
    "two_factor.reset": Words(gettext_lazy("{actor} reset the 2FA of {target}"), "phone", "warning"),
    "sessions.ended": Words(gettext_lazy("{actor} logged {target} out everywhere"), "log-out"),
    "members.exported": Words(gettext_lazy("{actor} exported a list of members"), "download"),
    "user.created": Words(gettext_lazy("{target} set a password"), "key"),
    "user.deleted": Words(gettext_lazy("{target}’s account was removed with their last organization"), "trash"),
    "user.renamed": Words(gettext_lazy("{target} changed their own name"), "pencil"),
}


@dataclass(frozen=True)
class Told:
    """An entry as it is shown: a sentence (HTML, names escaped and strong), its mark, its time."""

    sentence: SafeString
    icon: str
    tone: str
    entry: Entry


def tell(entry: Entry) -> Told:
    """The entry in words; an action without words shows its own name."""
    words = WORDS.get(entry.action) or Words("{actor}: " + entry.action + " {target}", "info")
    values = {name: _strong(_listed(value)) for name, value in entry.data.items()}
    values |= {"actor": _strong(entry.actor_label or _("The system")), "target": _strong(entry.target_label)}
    sentence = str(words.sentence)
    # An entry of an earlier release may lack a value.
    known = {name: values.get(name, "…") for _text, name, _spec, _flag in Formatter().parse(sentence) if name}
    return Told(format_html(sentence, **known), words.icon, words.tone, entry)


def _listed(value: object) -> str:
    """Names as they are read: the first five of many."""
    if not isinstance(value, list):
        return str(value)
    names = ", ".join(str(name) for name in value[:NAMES])
    more = len(value) - NAMES
    return _("%(names)s and %(count)s more") % {"names": names, "count": more} if more > 0 else names


def _strong(label: str) -> SafeString:
    return format_html('<b class="strong">{}</b>', label)
