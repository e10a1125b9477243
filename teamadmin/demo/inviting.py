"""The demo's invitations: real batches and invitations, so that Resend works; no mail is queued for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from invitations.models import Batch, Invitation
from organizations.models import GroupMembership, Membership
from organizations.pages import HOMEPAGE
from teamadmin.demo import history
from teamadmin.demo.data import Invited

if TYPE_CHECKING:
    from teamadmin.demo.seeding import Builder


def add(builder: Builder, invited: Invited) -> None:
    """Members who have not accepted, with their batch, as if it had been sent `invited.days_ago`."""
    sent_at = builder.now - timedelta(days=invited.days_ago, minutes=builder.random.randrange(20, 600))
    members = _members(builder, invited, sent_at)
    builder.link(members, roles=invited.roles, groups=invited.groups, projects=invited.projects)
    batch = _batch(builder, invited, members, sent_at)
    invitations = Invitation.objects.bulk_create(
        Invitation(organization=builder.organization, batch=batch, membership=member) for member in members
    )
    # Columns with auto_now_add take the time of the INSERT, whatever was set.
    for model, rows in ((Invitation, invitations), (Membership, members), (Batch, [batch])):
        model.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=sent_at)  # type: ignore[attr-defined]
    GroupMembership.objects.filter(membership__in=members).update(created_at=sent_at)
    history.tell_invited(builder, invited, members, batch)


def _members(builder: Builder, invited: Invited, sent_at: datetime) -> list[Membership]:
    members = []
    for person in invited.people:
        first, last, email = (part.strip() for part in person.split(","))
        member = Membership(
            organization=builder.organization, first_name=first, last_name=last, email=email,
            invited_by=builder.members[invited.by], invite_expires_at=sent_at + builder.period,
            role_order=min(builder.roles[key].rank for key in invited.roles),
        )  # fmt: skip
        members.append(member.prepare())
    return Membership.objects.bulk_create(members)


def _batch(builder: Builder, invited: Invited, members: list[Membership], sent_at: datetime) -> Batch:
    inviter = builder.members[invited.by]
    return Batch.objects.create(
        organization=builder.organization,
        created_by=inviter,
        inviter_name=inviter.name,
        people=[{"first_name": one.first_name, "last_name": one.last_name, "email": one.email} for one in members],
        role_ids=[str(builder.roles[key].pk) for key in invited.roles],
        group_ids=[str(builder.groups[name].pk) for name in invited.groups],
        project_ids=[str(builder.projects[name].pk) for name in invited.projects],
        reason=invited.reason,
        welcome_page=HOMEPAGE,
        sent_at=sent_at,
    )
