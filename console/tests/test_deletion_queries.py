"""What PostgreSQL reads when a member is deleted: never a whole table, even if they invited everyone (U-13, U-14)."""

import pytest
from django.db import connection, transaction

from console.tests.people import in_groups, joined, pending
from invitations.models import Batch
from invitations.services import withdraw_invitation
from organizations.models import Membership
from organizations.services import deactivate_member, delete_member, reactivate_member
from teamadmin.testing.buffers import settle
from teamadmin.testing.parallel import on_postgresql

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite tells nothing of what it reads"),
]
# Rows read by sequential scans. Small tables such as roles are always read that way.
READ = """SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables
WHERE relname IN ('organizations_membership', 'organizations_membershiprole', 'organizations_groupmembership',
                  'accounts_user', 'invitations_batch', 'invitations_invitation') AND seq_tup_read > 0 ORDER BY 1"""


def read(cursor) -> list[tuple[str, int]]:
    """Rows read so far by this connection, and not reported yet."""
    cursor.execute(READ)
    return cursor.fetchall()


@pytest.fixture
def crowd(live_cast):
    """Five thousand members, all invited by Olga in one batch each."""
    cast = live_cast
    cast.people = joined(cast.acme, 2_500)
    cast.guests = pending(cast.acme, 2_500)
    in_groups(cast.people[:2_000], [cast.groups["research"]])
    Membership.objects.exclude(pk=cast.olga.pk).update(invited_by=cast.olga)
    Batch.objects.bulk_create(Batch(organization=cast.acme, created_by=cast.olga) for _ in range(2_500))
    settle()
    return cast


@pytest.mark.spec("U-13", "U-14", "U-10")
@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
def test_a_deletion_uses_indexes(crowd, plan):
    def delete_one(actor, member):
        delete_member(actor=actor, member=member)

    def end(actor, member):
        deactivate_member(actor=actor, member=member)
        reactivate_member(actor=actor, member=member)

    steps = [(delete_one, crowd.people), (end, crowd.people), (withdraw_invitation, crowd.guests)]
    with connection.cursor() as cursor:
        cursor.execute(f"SET plan_cache_mode = {plan}")
        for step, members in steps:
            for member in members[-3:]:
                with transaction.atomic():
                    before = read(cursor)
                    step(actor=crowd.olga, member=member)
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # deferred to the commit otherwise
                    assert read(cursor) == before, step.__name__
            del members[-3:]
    connection.close()
