"""The demo's accepted invitations, two emails that were not delivered, and someone who asked for a new link."""

from datetime import timedelta

from invitations.email_keys import EMAIL_KIND, email_key
from invitations.models import Batch, Invitation
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail, State
from teamadmin.demo.builder import Builder

WEEKS = 12
# By organization slug.
UNDELIVERED = {
    "acme": {
        "bogdan.ionescu@acme.example": "550 5.1.1 The mailbox does not exist",
        "kofi.mensah@acme.example": "552 5.2.2 The mailbox is full",
    }
}
ASKED = {"acme": "florian.egger@acme.example"}


def add(builder: Builder) -> None:
    """Add the invitations by which the newest members joined, and what waits for an Admin."""
    since = builder.now - timedelta(weeks=WEEKS)
    members = Membership.objects.filter(organization=builder.organization, joined_at__gt=since)
    for number, member in enumerate(members.exclude(status=Status.INVITED).order_by("joined_at")):
        _add_accepted(builder, member, timedelta(days=1 + number % 4))
    for email, error in UNDELIVERED.get(builder.company.slug, {}).items():
        for invitation in _live(builder, email):
            OutgoingEmail.objects.create(
                kind=EMAIL_KIND, subject_id=invitation.pk, key=email_key(invitation), state=State.FAILED,
                organization_id=builder.organization.pk, last_error=error, created_at=invitation.created_at,
            )  # fmt: skip
    _live(builder, ASKED.get(builder.company.slug, "")).update(new_link_asked_at=builder.now - timedelta(hours=2))


def _live(builder: Builder, email: str):
    return Invitation.objects.filter(organization=builder.organization, membership__email=email, accepted_at=None)


def _add_accepted(builder: Builder, member: Membership, waited: timedelta) -> None:
    sent_at = member.joined_at - waited
    batch = Batch.objects.create(
        organization=builder.organization,
        created_by=builder.founder,
        inviter_name=builder.founder.name,
        people=[{"first_name": member.first_name, "last_name": member.last_name, "email": member.email}],
        sent_at=sent_at,
    )
    invitation = Invitation.objects.create(
        organization=builder.organization, batch=batch, membership=member, accepted_at=member.joined_at
    )
    # auto_now_add overwrites created_at on INSERT.
    Invitation.objects.filter(pk=invitation.pk).update(created_at=sent_at)
