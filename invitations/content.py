"""Content of an invitation, shared by the email, its preview, the accept page and the welcome dialog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.counting import Count, capped_count
from base.mail import format_utc
from base.names import short_name
from base.sentences import join_names
from invitations.models import Batch, Invitation
from invitations.queries import accepted_invitation, batch_access
from organizations.models import Membership, Organization, Role
from organizations.permissions import Permission
from organizations.queries import direct_roles_of, granted_projects, permissions_of_member
from organizations.roles import capabilities_of, permissions_of

# Longer lists are cut: "A, B, C, D, E and 4 more" (M-4).
MAX_PROJECT_NAMES = 5
# Longer reasons scroll, so that they don't push the button off the screen.
MAX_REASON_LENGTH, MAX_REASON_LINES = 500, 8


@dataclass(frozen=True)
class Inviter:
    """Name of the inviter. `key` selects the avatar's color, the same as on the Users page."""

    name: str
    key: str = ""


@dataclass(frozen=True)
class InvitationContent:
    """What an invitation says and gives.

    `inviter` is the member who sent or resent the invitation last, `author` the one who wrote the reason. `projects`
    are the names of the first of `project_count` projects; `has_all_projects` means that the role opens all of them.
    """

    organization: Organization
    short_name: str
    email: str
    roles: Sequence[Role]
    projects: Sequence[str] = ()
    project_count: Count = Count(0)
    has_all_projects: bool = False
    reason: str = ""
    inviter: Inviter | None = None
    author: Inviter | None = None
    expires_at: datetime | None = None

    @property
    def role_names(self) -> str:
        """ "Builder", or "Data Admin and Billing"."""
        return join_names([role.label for role in self.roles])

    @property
    def capabilities_title(self) -> str:
        """Heading of the capabilities: "With the Builder role, you can"."""
        title = ngettext("With the %(roles)s role, you can", "With the %(roles)s roles, you can", len(self.roles))
        return title % {"roles": self.role_names}

    @property
    def capabilities(self) -> list[str]:
        return capabilities_of(list(self.roles))

    @property
    def is_long(self) -> bool:
        """True if the reason needs a scroll area of its own."""
        return len(self.reason) > MAX_REASON_LENGTH or self.reason.count("\n") > MAX_REASON_LINES

    @property
    def projects_title(self) -> str:
        """ "You’ll have access to 9 projects", or empty if there are none yet."""
        if self.has_all_projects:
            return _("You’ll have access to all projects")
        if not self.project_count:
            return ""
        count = int(self.project_count)
        title = ngettext("You’ll have access to %(count)s project", "You’ll have access to %(count)s projects", count)
        return title % {"count": self.project_count}

    @property
    def project_names(self) -> str:
        """The first names and the number of further projects; empty if the role opens all projects."""
        if self.has_all_projects or not self.projects:
            return ""
        return _("%(names)s.") % {"names": join_names(self.projects, total=int(self.project_count))}

    @property
    def expiry_time(self) -> str:
        """When the link expires, with its time zone (M-5)."""
        return format_utc(self.expires_at) if self.expires_at else ""

    @property
    def days_left(self) -> int:
        """Days until the link expires, rounded: 30 in the first email, fewer in a resent one."""
        time_left = (self.expires_at or timezone.now()) - timezone.now()
        return max(1, round(time_left / timedelta(days=1)))


def _author(batch: Batch) -> Inviter:
    return Inviter(batch.inviter_name, batch.created_by.email if batch.created_by else "")


def _member_content(member: Membership) -> dict:
    content = {
        "organization": member.organization,
        "short_name": member.short_name,
        "email": member.email,
        "roles": direct_roles_of(member),
    }
    if Permission.PROJECTS_VIEW_ALL in permissions_of_member(member):
        return {**content, "has_all_projects": True}
    projects = granted_projects(member)
    names = list(projects.order_by("sort_name", "id").values_list("name", flat=True)[:MAX_PROJECT_NAMES])
    count = capped_count(projects) if len(names) == MAX_PROJECT_NAMES else Count(len(names))
    return {**content, "projects": names, "project_count": count}


def invitation_content(invitation: Invitation) -> InvitationContent:
    """Return the content for a pending member as it is now, which may differ from what was sent. Four queries."""
    member, batch = invitation.membership, invitation.batch
    assert member is not None
    author = _author(batch)
    inviter = Inviter(member.invited_by.name, member.invited_by.email) if member.invited_by else author
    return InvitationContent(
        **_member_content(member),
        reason=batch.reason,
        author=author,
        inviter=inviter,
        expires_at=member.invite_expires_at,
    )


def draft_content(batch: Batch, actor: Membership) -> InvitationContent:
    """Return the content that a draft would send to its first person. Six queries."""
    access = batch_access(batch)
    person = batch.people[0] if batch.people else {}
    names = [project.name for project in access.all_projects]
    inviter = Inviter(actor.name, actor.email)
    return InvitationContent(
        organization=actor.organization,
        short_name=short_name(person.get("first_name", ""), person.get("last_name", "")),
        email=person.get("email", ""),
        roles=access.roles,
        has_all_projects=any(Permission.PROJECTS_VIEW_ALL in permissions_of(role) for role in access.roles),
        projects=names[:MAX_PROJECT_NAMES],
        project_count=Count(len(names)),
        reason=batch.reason.strip(),
        author=inviter,
        inviter=inviter,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )


def welcome_content(member: Membership) -> tuple[InvitationContent, str]:
    """Return the content of the invitation that a member accepted, and the key of their welcome page.

    Members without an invitation (provisioned, J-6) get no reason, no inviter and an empty key.
    """
    invitation = accepted_invitation(member)
    if invitation is None:
        return InvitationContent(**_member_content(member)), ""
    batch = invitation.batch
    content = InvitationContent(**_member_content(member), reason=batch.reason, author=_author(batch))
    return content, batch.welcome_page
