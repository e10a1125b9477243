"""The demo's invitations. They are real batches and invitations, so that Resend works, but no emails are queued."""

from datetime import datetime, timedelta

from invitations.models import Batch, Invitation
from organizations.models import GroupMembership, Membership
from organizations.pages import HOMEPAGE
from teamadmin.demo import deliveries, history
from teamadmin.demo.builder import Builder
from teamadmin.demo.data import InvitationBatch


def add(builder: Builder, data: InvitationBatch) -> None:
    """Add the batch and its pending members, as if it had been sent `data.days_ago`."""
    sent_at = builder.now - timedelta(days=data.days_ago, minutes=builder.random.randrange(20, 600))
    members = _create_members(builder, data, sent_at)
    builder.link(members, roles=data.roles, groups=data.groups, projects=data.projects)
    batch = _create_batch(builder, data, members, sent_at)
    invitations = Invitation.objects.bulk_create(
        Invitation(organization=builder.organization, batch=batch, membership=member) for member in members
    )
    # auto_now_add overwrites created_at on INSERT.
    for model, rows in ((Invitation, invitations), (Membership, members), (Batch, [batch])):
        model.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=sent_at)  # type: ignore[attr-defined]
    GroupMembership.objects.filter(membership__in=members).update(created_at=sent_at)
    history.add_invitations(builder, data, members, batch)
    deliveries.add(builder, invitations, sent_at)


def _create_members(builder: Builder, data: InvitationBatch, sent_at: datetime) -> list[Membership]:
    members = []
    for person in data.people:
        first, last, email = (part.strip() for part in person.split(","))
        member = Membership(
            organization=builder.organization, first_name=first, last_name=last, email=email,
            invited_by=builder.members[data.invited_by], invite_expires_at=sent_at + builder.invitation_period,
            role_order=min(builder.roles[key].rank for key in data.roles),
        )  # fmt: skip
        members.append(member.prepare())
    return Membership.objects.bulk_create(members)


def _create_batch(builder: Builder, data: InvitationBatch, members: list[Membership], sent_at: datetime) -> Batch:
    inviter = builder.members[data.invited_by]
    return Batch.objects.create(
        organization=builder.organization,
        created_by=inviter,
        inviter_name=inviter.name,
        people=[
            {"first_name": member.first_name, "last_name": member.last_name, "email": member.email}
            for member in members
        ],
        role_ids=[str(builder.roles[key].pk) for key in data.roles],
        group_ids=[str(builder.groups[name].pk) for name in data.groups],
        project_ids=[str(builder.projects[name].pk) for name in data.projects],
        reason=data.reason,
        welcome_page=HOMEPAGE,
        sent_at=sent_at,
    )
