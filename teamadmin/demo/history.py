"""The demo's audit log, with entries as if everything had happened over two years."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from audit.models import Entry
from audit.services import record_each
from audit.signatures import sign_written
from audit.triggers import lifted
from invitations.models import Batch
from organizations.models import Group, GroupMembership, Membership, Project, Status
from teamadmin.demo.builder import Builder
from teamadmin.demo.data import InvitationBatch


@dataclass(frozen=True)
class Event:
    """An entry of the audit log to write."""

    at: datetime
    actor: Membership
    action: str
    target: Membership
    data: dict[str, Any] = field(default_factory=dict)


def _write(builder: Builder, events: list[Event]) -> None:
    organization = {"organization_id": builder.organization.pk}
    record_each({**organization, **vars(event)} for event in events)


def _move_entries(builder: Builder) -> None:
    with lifted():
        entries = list(Entry.objects.filter(organization_id=builder.organization.pk))
        for entry in entries:
            entry.at = builder.founded
            entry.mac = sign_written(entry)
        Entry.objects.bulk_update(entries, ["at", "mac"])


def add_founding(builder: Builder) -> None:
    """Move what the services wrote to the day of the founding, and add who joined and who was deactivated since."""
    _move_entries(builder)
    for model in (Group, Project):
        model._default_manager.filter(organization=builder.organization).update(created_at=builder.founded)
    links = GroupMembership.objects.filter(organization=builder.organization)
    joined = Membership.objects.filter(pk=OuterRef("membership")).values("joined_at")
    links.update(created_at=Subquery(joined))
    events = []
    for member in builder.members.values():
        events.append(Event(member.joined_at, member, "member.joined", member))
        if member.status == Status.DEACTIVATED:
            events.append(Event(member.last_active_at, builder.founder, "member.deactivated", member))
    _write(builder, events)


def add_invitations(builder: Builder, data: InvitationBatch, members: list[Membership], batch: Batch) -> None:
    """Add an entry for each invited person, at the time the batch was sent."""
    assert batch.sent_at
    inviter = builder.members[data.invited_by]
    details = {"batch": str(batch.pk), "roles": [builder.roles[key].name for key in data.roles]}
    _write(builder, [Event(batch.sent_at, inviter, "invitation.created", member, details) for member in members])


def add_resend(builder: Builder, member: Membership, at: datetime) -> None:
    """Add the entry of an invitation that its inviter sent again at that time."""
    assert member.invited_by
    _write(builder, [Event(at, member.invited_by, "invitation.resent", member)])
