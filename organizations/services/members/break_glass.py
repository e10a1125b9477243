"""Break-glass Admins: choosing them, and telling all Admins when one signs in without single sign-on (O-4)."""

from django.db import transaction

from accounts.devices import describe_device
from accounts.models import Session
from accounts.sessions import SessionStore
from audit.services import record
from base import context
from base.policies import require
from organizations import policies
from organizations.models import Membership
from organizations.queries import admins_of
from organizations.services.locks import lock_actor_and_member
from outbox.services import NewEmail, queue_emails

# Key in the session: the ids of the organizations that it opened as a break-glass Admin's.
BREAK_GLASS = "break_glass"
# All of them are told, with one INSERT.
MAX_ADMINS = 10_000


@transaction.atomic
def add_break_glass(*, actor: Membership, member: Membership) -> bool:
    """Let an Admin sign in with password and second factor while single sign-on is enforced. False if they already may.

    Raises Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_add_break_glass(actor, member))
    if member.is_break_glass:
        return False
    _set(actor, member, True)
    return True


@transaction.atomic
def remove_break_glass(*, actor: Membership, member: Membership) -> bool:
    """Undo add_break_glass(). Return False if they aren't one. Raises Refused and Membership.DoesNotExist."""
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_remove_break_glass(actor, member))
    if not member.is_break_glass:
        return False
    _set(actor, member, False)
    return True


def _set(actor: Membership, member: Membership, value: bool) -> None:
    member.is_break_glass = value
    member.save(update_fields=["is_break_glass"])
    action = "sso.break_glass_added" if value else "sso.break_glass_removed"
    record(organization_id=member.organization_id, actor=actor, action=action, target=member)


def is_break_glass_session(session: SessionStore, organization_id: str) -> bool:
    """Return whether it's on record that the session opened the organization without single sign-on."""
    return organization_id in session.get(BREAK_GLASS, [])


@transaction.atomic
def record_break_glass(*, member: Membership, session: SessionStore) -> None:
    """Record that a session opens the organization without single sign-on, and email all Admins. Once per session.

    Simultaneous first requests of a session wait for each other. A session that has ended meanwhile changes nothing.
    """
    key = str(member.organization_id)
    row = Session.objects.select_for_update().filter(pk=session.row.pk if session.row else "").first()
    opened = row.get_decoded().get(BREAK_GLASS, []) if row else []
    session[BREAK_GLASS] = sorted({*opened, key})
    if row is None or key in opened:
        return
    session.save()
    entry = record(
        organization_id=member.organization_id,
        actor=member,
        action="sso.break_glass_used",
        target=member,
        data={"device": describe_device(context.current().user_agent)},
    )
    queue_emails(
        NewEmail(
            kind="organizations.break_glass_used",
            subject_id=admin.pk,
            key=f"break_glass_used:{entry.pk}:{admin.pk}",
            organization_id=member.organization_id,
        )
        for admin in admins_of(member.organization, limit=MAX_ADMINS)
    )
