"""What an invitation offers, in words: the same for the mail, its preview, the accept page and the welcome dialog."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.counting import Count, capped_count
from base.mail import format_utc
from invitations.models import Batch, Invitation
from invitations.queries import accepted_invitation, choices_of
from organizations.models import Membership, Organization, Role
from organizations.permissions import Permission
from organizations.queries import direct_roles_of, granted_projects, permissions_of_member
from organizations.roles import capabilities_of, permissions_of

# More names than this are counted and not listed (M-4).
NAMES = 5


@dataclass(frozen=True)
class Face:
    """Somebody as shown: `key` gives the avatar its colour, the same as on the Users page."""

    name: str
    key: str = ""


@dataclass(frozen=True)
class Offer:
    """`inviter` is who answers for the invitation now, `author` who wrote the reason: a resend parts the two.

    `projects` are the first names of `project_count`; `every_project` says that the role opens all of them.
    """

    organization: Organization
    first_name: str
    email: str
    roles: Sequence[Role]
    projects: Sequence[str] = ()
    project_count: Count = Count(0)
    every_project: bool = False
    reason: str = ""
    inviter: Face | None = None
    author: Face | None = None
    expires_at: datetime | None = None

    @property
    def role(self) -> str:
        """ "Builder", or "Data Admin and Billing"."""
        return listed([role.label for role in self.roles])

    @property
    def article(self) -> str:
        """What stands before one role's name in English, with its blank; nothing before several."""
        if len(self.roles) != 1:
            return ""
        # Translators: "an Admin", "a Builder"; leave empty where your language has no such word.
        return _("an ") if takes_an(self.role) else _("a ")

    @property
    def capabilities(self) -> list[str]:
        return capabilities_of(list(self.roles))

    @property
    def is_long(self) -> bool:
        """True for a reason that would push the button off the screen: it gets a place of its own to scroll in."""
        return len(self.reason) > 500 or self.reason.count("\n") > 8

    @property
    def access(self) -> str:
        """ "You’ll have access to 9 projects", or blank where there are none yet."""
        if self.every_project:
            return _("You’ll have access to every project")
        if not self.project_count:
            return ""
        count = int(self.project_count)
        words = ngettext("You’ll have access to %(count)s project", "You’ll have access to %(count)s projects", count)
        return words % {"count": self.project_count}

    @property
    def project_names(self) -> str:
        """The first names, and how many more; blank where the role opens all of them."""
        if self.every_project or not self.projects:
            return ""
        more = int(self.project_count) - len(self.projects)
        if more <= 0:
            return _("%(names)s.") % {"names": listed(self.projects)}
        return _("%(names)s and %(more)s more.") % {"names": ", ".join(self.projects), "more": f"{more:,}"}

    @property
    def until(self) -> str:
        """The end of the link's time with its time zone (M-5)."""
        return format_utc(self.expires_at) if self.expires_at else ""

    @property
    def days(self) -> int:
        """Whole days that the link still works, counted from now: 30 in the first mail, fewer in one sent again."""
        left = (self.expires_at or timezone.now()) - timezone.now()
        return max(1, round(left / timedelta(days=1)))


def takes_an(word: str) -> bool:
    """Whether English says "an" before it; "User manager" does not."""
    return word[:1].upper() in "AEIO"


def listed(names: Iterable[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    *most, last = list(names) or [""]
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def _author(batch: Batch) -> Face:
    return Face(batch.inviter_name, batch.created_by.email if batch.created_by else "")


def _given(member: Membership) -> dict:
    given = {
        "organization": member.organization,
        "first_name": member.first_name,
        "email": member.email,
        "roles": direct_roles_of(member),
    }
    if Permission.PROJECTS_VIEW_ALL in permissions_of_member(member):
        return {**given, "every_project": True}
    projects = granted_projects(member)
    names = list(projects.order_by("name_key").values_list("name", flat=True)[:NAMES])
    count = capped_count(projects) if len(names) == NAMES else Count(len(names))
    return {**given, "projects": names, "project_count": count}


def offer_of(invitation: Invitation) -> Offer:
    """What a pending member is offered, as it stands now and not as it was when it was sent: four queries."""
    member, batch = invitation.membership, invitation.batch
    assert member is not None
    author = _author(batch)
    inviter = Face(member.invited_by.name, member.invited_by.email) if member.invited_by else author
    return Offer(
        **_given(member),
        reason=batch.reason,
        author=author,
        inviter=inviter,
        expires_at=member.invite_expires_at,
    )


def offer_of_batch(batch: Batch, actor: Membership) -> Offer:
    """What a draft would offer its first person: six queries."""
    choices = choices_of(batch)
    person = batch.people[0] if batch.people else {}
    names = [project.name for project in choices.all_projects]
    face = Face(actor.name, actor.email)
    return Offer(
        organization=actor.organization,
        first_name=person.get("first_name", ""),
        email=person.get("email", ""),
        roles=choices.roles,
        every_project=any(Permission.PROJECTS_VIEW_ALL in permissions_of(role) for role in choices.roles),
        projects=names[:NAMES],
        project_count=Count(len(names)),
        reason=batch.reason.strip(),
        author=face,
        inviter=face,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )


def offer_taken(member: Membership) -> tuple[Offer, str]:
    """What a member who joined was offered, and the key of the welcome page chosen for them.

    Without an invitation (provisioned, J-6): no reason, no inviter, no page.
    """
    invitation = accepted_invitation(member)
    if invitation is None:
        return Offer(**_given(member)), ""
    batch = invitation.batch
    return Offer(**_given(member), reason=batch.reason, author=_author(batch)), batch.welcome_page
