"""Queries for audit log streams."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.models import AuditChain, AuditStream


def streams_of(organization_id: UUID) -> list[AuditStream]:
    """Return the organization's streams, oldest first."""
    return list(AuditStream.objects.filter(organization_id=organization_id).order_by("created_at", "id"))


def get_stream(organization_id: UUID, stream_id: UUID) -> AuditStream | None:
    """Return the organization's stream with this id, or None."""
    return AuditStream.objects.filter(organization_id=organization_id, pk=stream_id).first()


def waiting_entries(stream: AuditStream) -> int:
    """Return how many sealed entries the receiver hasn't accepted yet."""
    chain = AuditChain.objects.filter(organization_id=stream.organization_id).first()
    return max(chain.sequence - stream.cursor, 0) if chain else 0


def due_streams(organization_id: UUID | None = None) -> QuerySet[AuditStream]:
    """Return active streams that are due and have entries to send, of one organization or all."""
    ahead = AuditChain.objects.filter(organization_id=OuterRef("organization_id"), sequence__gt=OuterRef("cursor"))
    streams = AuditStream.objects.filter(Q(Exists(ahead)), is_active=True, next_attempt_at__lte=timezone.now())
    return streams.filter(organization_id=organization_id) if organization_id else streams
