"""Rows of the audit log's streams, and the state of its chain."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import AuditChain, AuditStream
from audit.queries import streams_of
from audit.services.streams import TestResult
from base.zones import zone_label
from organizations.models import Organization


class State(NamedTuple):
    """The state of a stream: a word and its tone."""

    label: str | Promise
    tone: str


DELIVERING, WAITING = State(gettext_lazy("Delivering"), "success"), State(gettext_lazy("No entries yet"), "neutral")
FAILING, OFF = State(gettext_lazy("Failing"), "danger"), State(gettext_lazy("Turned off"), "neutral")


@dataclass(frozen=True)
class StreamRow:
    """A stream, how many sealed entries its receiver hasn't accepted, and the result of a test that was just sent."""

    stream: AuditStream
    waiting: int
    urls: dict[str, str]
    test: TestResult | None = None

    @property
    def state(self) -> State:
        stream = self.stream
        if not stream.is_active:
            return OFF
        if stream.failing_since:
            return FAILING
        return DELIVERING if stream.last_delivered_at else WAITING

    @property
    def is_failing(self) -> bool:
        return self.state is FAILING

    @property
    def next_try(self) -> str:
        """The time of the next attempt: "In 25 minutes, at 14:05 UTC"."""
        now, at = timezone.now(), self.stream.next_attempt_at
        local = timezone.localtime(at)
        if at <= now:
            return _("Now")
        return _("In %(time)s, at %(clock)s") % {
            "time": timeuntil(at, now, depth=1) if at - now >= timedelta(minutes=1) else _("less than a minute"),
            "clock": f"{local:%H:%M} {zone_label(local)}",
        }

    @property
    def old_secret_until(self) -> Any:
        """When requests stop being signed with the old secret too, or None."""
        until = self.stream.previous_secret_until
        return until if until and until > timezone.now() else None

    @property
    def key(self) -> str:
        return str(self.stream.pk)


# The resources of a stream, by the last part of their URL.
PARTS = ("test", "secret", "activation", "deactivation", "deletion")


def stream_rows(
    organization: Organization, *, tested: UUID | None = None, result: TestResult | None = None
) -> list[StreamRow]:
    """Return the organization's streams, oldest first. Two queries."""
    chain = AuditChain.objects.filter(organization_id=organization.pk).only("sequence").first()
    end = chain.sequence if chain else 0
    return [
        StreamRow(
            stream,
            max(end - stream.cursor, 0),
            {part: reverse(f"audit_stream_{part}", args=[organization.slug, stream.pk]) for part in PARTS},
            result if stream.pk == tested else None,
        )
        for stream in streams_of(organization.pk)
    ]


class ChainState(NamedTuple):
    """The date of the first checkpoint and the last sealed entry."""

    since: Any
    sequence: int
    sealed_at: Any


def chain_state(organization: Organization) -> ChainState | None:
    """Return the state of the chain, None while no entry is sealed. One query."""
    chains = AuditChain.objects.filter(organization_id=organization.pk, sequence__gt=0)
    chain = chains.annotate(since=Min("checkpoints__day")).values_list("since", "sequence", "sealed_at").first()
    return ChainState(*chain) if chain else None
