"""The roll-out of two-factor authentication: reminders, its history, and telling Admins about resets (S-11, U-9)."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import MemberCount, Membership, Organization, TwoFactorProgress
from organizations.queries import REMIND_EVERY, admins_of
from organizations.services.locks import lock_actor_and_member
from outbox.services import NewEmail, queue_email, queue_emails

# The history that is kept.
KEEP_DAYS = 400


@transaction.atomic
def remind_two_factor(*, actor: Membership, member: Membership) -> bool:
    """Email a member without a second factor, asking them to set one up (S-11).

    Returns False, and sends nothing, if they have one now or were reminded within REMIND_EVERY: a second click
    changes nothing. Raises Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_send_two_factor_reminders(actor))
    now = timezone.now()
    if member.two_factor or member.two_factor_reminded_at > now - REMIND_EVERY:
        return False
    require(policies.can_remind_two_factor(actor, member, now))
    Membership.objects.filter(pk=member.pk).update(two_factor_reminded_at=now)
    entry = record(organization_id=member.organization_id, actor=actor, action="two_factor.reminded", target=member)
    queue_email(
        kind="organizations.two_factor_reminder",
        subject_id=member.pk,
        key=f"two_factor_reminder:{entry.pk}",
        organization_id=member.organization_id,
    )
    return True


def notify_admins_of_reset(*, organization: Organization, entry_id: UUID) -> None:
    """Email every Admin about the reset of a member's second factors that this audit entry records (U-9)."""
    queue_emails(
        NewEmail(
            kind="organizations.two_factor_reset",
            subject_id=admin.pk,
            key=f"two_factor_reset:{entry_id}:{admin.pk}",
            organization_id=organization.pk,
        )
        for admin in admins_of(organization)
    )


def save_two_factor_progress() -> int:
    """Save today's numbers of each organization that has none yet, and delete old ones. Return how many were saved.

    One INSERT ... SELECT from the counters of MemberCount, so no member is read. Running it again changes nothing.
    """
    today = timezone.now().date()
    day = connection.ops.adapt_datefield_value(today)
    table, counts = TwoFactorProgress._meta.db_table, MemberCount._meta.db_table
    sql = f"""INSERT INTO {table} (organization_id, day, active, two_factor)
        SELECT organization_id, %s, sum(active), sum(two_factor) FROM {counts}
        WHERE organization_id IN (SELECT id FROM {Organization._meta.db_table})
        AND organization_id NOT IN (SELECT organization_id FROM {table} WHERE day = %s)
        GROUP BY organization_id ON CONFLICT DO NOTHING"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [day, day])
        saved = cursor.rowcount
    TwoFactorProgress.objects.filter(day__lt=today - timedelta(days=KEEP_DAYS)).delete()
    return saved
