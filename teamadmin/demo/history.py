"""The demo's audit log, told as if it had happened over two years."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from audit.models import Entry
from invitations.models import Batch
from organizations.models import Group, GroupMembership, Membership, Project, Status
from teamadmin.demo.data import Invited

if TYPE_CHECKING:
    from teamadmin.demo.seeding import Builder


def _write(builder: Builder, told: list[tuple[datetime, Any, str, Any, dict]]) -> None:
    entries = Entry.objects.bulk_create(
        Entry(
            organization_id=builder.organization.pk,
            actor_id=actor.pk,
            actor_label=str(actor),
            action=action,
            target_id=target.pk,
            target_label=str(target),
            data=data,
        )
        for _, actor, action, target, data in told
    )
    for entry, (at, *_) in zip(entries, told, strict=True):
        entry.at = at
    Entry.objects.bulk_update(entries, ["at"])


def tell_founding(builder: Builder) -> None:
    """What the services wrote just now moves to the founding; then everybody joins, and some leave."""
    Entry.objects.filter(organization_id=builder.organization.pk).update(at=builder.founded)
    for things in (Group, Project):
        things._default_manager.filter(organization=builder.organization).update(created_at=builder.founded)
    links = GroupMembership.objects.filter(organization=builder.organization)
    joined = Membership.objects.filter(pk=OuterRef("membership")).values("joined_at")
    links.update(created_at=Subquery(joined))
    told: list[tuple[datetime, Any, str, Any, dict]] = []
    for member in builder.members.values():
        told.append((member.joined_at, member, "member.joined", member, {}))
        if member.status == Status.DEACTIVATED:
            told.append((member.last_active_at, builder.founder, "member.deactivated", member, {}))
    _write(builder, told)


def tell_invited(builder: Builder, invited: Invited, members: list[Membership], batch: Batch) -> None:
    """One entry for each person invited, at the time that the batch was sent."""
    assert batch.sent_at
    inviter = builder.members[invited.by]
    data = {"batch": str(batch.pk), "roles": [builder.roles[key].name for key in invited.roles]}
    _write(builder, [(batch.sent_at, inviter, "invitation.created", member, data) for member in members])
