"""The history of seats, saved once a day (A-9)."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from organizations.models import MemberCount, Membership, Organization, SeatUse, Status

# The history that is kept: a year, and the month that it is compared with.
KEEP_DAYS = 400
# Organizations per statement, so that each statement is short.
BATCH_SIZE = 5000


def _sql() -> str:
    """Return the statement that saves the next organizations without a row of the day.

    Active members come from the counters of MemberCount, open invitations from the index on their expiry.
    """
    return f"""INSERT INTO {SeatUse._meta.db_table} (organization_id, day, used, "limit")
        SELECT o.id, %s,
            COALESCE((SELECT sum(c.active) FROM {MemberCount._meta.db_table} c WHERE c.organization_id = o.id), 0)
            + (SELECT count(*) FROM {Membership._meta.db_table} m
               WHERE m.organization_id = o.id AND m.status = %s AND m.invite_expires_at > %s),
            o.seat_limit
        FROM {Organization._meta.db_table} o
        WHERE NOT EXISTS (SELECT 1 FROM {SeatUse._meta.db_table} s WHERE s.organization_id = o.id AND s.day = %s)
        ORDER BY o.id LIMIT %s
        ON CONFLICT DO NOTHING"""  # noqa: S608


def save_seat_use() -> int:
    """Save today's seats of each organization that has none yet, and delete old ones. Return how many were saved.

    Safe to run again, also at the same time as another worker.
    """
    now = timezone.now()
    today = now.date()
    day, moment = connection.ops.adapt_datefield_value(today), connection.ops.adapt_datetimefield_value(now)
    saved = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_sql(), [day, Status.INVITED.value, moment, day, BATCH_SIZE])
            found = cursor.rowcount
        saved += found
        if found < BATCH_SIZE:  # fewer than asked for: none are left, or another worker saves them
            break
    SeatUse.objects.filter(day__lt=today - timedelta(days=KEEP_DAYS)).delete()
    return saved
