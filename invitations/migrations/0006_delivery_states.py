"""Copies the state of pending members' invitation emails from the outbox, in batches. It can be run again."""

from uuid import UUID

from django.db import migrations, transaction

from base.times import NEVER

BATCH = 1000
KIND = "invitations.invitation"
NONE, FAILED, QUEUED, SENT = 0, 2, 4, 5
STATES = {"queued": QUEUED, "sending": QUEUED, "held": QUEUED, "sent": SENT, "failed": FAILED, "cancelled": NONE}


def copy_states(apps, schema_editor):
    alias, last = schema_editor.connection.alias, UUID(int=0)
    while last is not None:
        with transaction.atomic(using=alias):
            last = copy_batch(apps, alias, last)


def copy_batch(apps, alias, last):
    """Copy the states of the next invitations after the id `last`. Return the last id, None at the end."""
    invitations = apps.get_model("invitations", "Invitation").objects.using(alias)
    still_open = invitations.filter(accepted_at=None, revoked_at=None, membership__status="invited", sends__gt=0)
    batch = list(still_open.filter(pk__gt=last).select_related("membership").order_by("pk")[:BATCH])
    if not batch:
        return None
    emails = emails_of(apps, alias, batch)
    apps.get_model("invitations", "InvitationEmail").objects.using(alias).bulk_create(
        [email for found in emails.values() for email in found.values()], ignore_conflicts=True
    )
    members = []
    for invitation in batch:
        member, latest = invitation.membership, emails[invitation.pk].get(invitation.sends)
        if member.invite_sent_at == NEVER:
            member.invite_sent_at = latest.created_at if latest else invitation.created_at
            member.invite_delivery = latest.delivery if latest else NONE
            members.append(member)
    rows = apps.get_model("organizations", "Membership").objects.using(alias)
    rows.bulk_update(members, ["invite_sent_at", "invite_delivery"], batch_size=250)
    return batch[-1].pk


def emails_of(apps, alias, batch):
    """Return an unsaved row for each email of these invitations that is still in the outbox, by number."""
    invitation_email = apps.get_model("invitations", "InvitationEmail")
    outbox = apps.get_model("outbox", "OutgoingEmail").objects.using(alias)
    found = {invitation.pk: {} for invitation in batch}
    addresses = {invitation.pk: invitation.membership.email for invitation in batch}
    for row in outbox.filter(subject_id__in=addresses, kind=KIND):
        number = int(row.key.rpartition(":")[2])
        found[row.subject_id][number] = invitation_email(
            invitation_id=row.subject_id,
            number=number,
            email=addresses[row.subject_id],
            created_at=row.created_at,
            delivery=STATES[row.state],
            delivery_at=row.sent_at or row.claimed_at or row.created_at,
            answer="" if row.state == "cancelled" else row.last_error,
        )
    return found


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("invitations", "0005_emails"),
        ("organizations", "0023_invite_delivery_indexes"),
        ("outbox", "0004_provider_message_id"),
    ]

    operations = [migrations.RunPython(copy_states, migrations.RunPython.noop, elidable=True)]
