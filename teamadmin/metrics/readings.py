"""What the database says about the running system. Each function reads at most CAP rows, by an index."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from accounts.models import AttemptCount, Session
from audit.models import AuditStream, Entry
from console.models import UNFINISHED, BulkAction
from outbox.models import Heartbeat, OutgoingEmail, State
from outbox.queries import HELD, SWEEP, health, last_outage, renderer_paths

# Numbers stop here. Counting this many index entries takes about 20 ms.
CAP = 100_000
WINDOWS = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}
# How many of the newest attempts are looked at for blocks.
NEWEST_ATTEMPTS = 10_000


def read_all() -> Iterator[Metric]:
    """Yield all metrics of the database."""
    yield from email()
    yield from mail_server()
    yield recent_emails()
    yield sweeps()
    yield from bulk_actions()
    yield from audit_log()
    yield from blocked_sign_ins()


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """Return a gauge named teamadmin_`name`."""
    return GaugeMetricFamily(f"teamadmin_{name}", text, value=value)


def count(rows: QuerySet) -> int:
    """Count the rows, at most CAP."""
    return rows.order_by().values("pk")[:CAP].count()


def seconds_since(moment: datetime | None) -> float:
    """Return the age in seconds, 0 for None."""
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


def email() -> Iterator[Metric]:
    """Yield the unfinished emails by state, and the age of the oldest one that is due."""
    family = GaugeMetricFamily("teamadmin_emails", "Emails that aren't finished, by state.", labels=["state"])
    # Held rows have no index, so they are counted only while the outbox is held.
    is_held = Heartbeat.objects.filter(name=HELD).exists()
    for state in (State.QUEUED, State.SENDING, State.HELD):
        is_read = state != State.HELD or is_held
        family.add_metric([state], count(OutgoingEmail.objects.filter(state=state)) if is_read else 0)
    yield family
    waited = health()["oldest_due_seconds"] or 0.0
    yield gauge("email_oldest_due_seconds", "How long the oldest due email has waited. 0 if none is due.", waited)


def mail_server() -> Iterator[Metric]:
    """Yield for how long the mail server has taken no email from us, and when it last refused."""
    outage = last_outage()
    seconds = seconds_since(outage.since if outage else None)
    yield gauge("mail_server_outage_seconds", "How long the mail server has taken no email from us, or 0.", seconds)
    refused = outage.at.timestamp() if outage and outage.at else 0
    yield gauge("mail_server_last_refusal_timestamp_seconds", "When it last refused us, or 0.", refused)


def first_id(age: timedelta) -> UUID:
    """Return the lowest id of a row that was created within `age`. Ids start with the time in ms (RFC 9562, 5.7)."""
    return UUID(int=int((timezone.now() - age).timestamp() * 1000) << 80)


def recent_emails() -> Metric:
    """Return the emails that were queued in the last hour and day, by kind and state."""
    family = GaugeMetricFamily(
        "teamadmin_recent_emails",
        "Emails queued in the last hour (1h) and day (1d), by state.",
        labels=["kind", "state", "window"],
    )
    kinds, hour = set(renderer_paths()), first_id(WINDOWS["1h"])
    rows = OutgoingEmail.objects.filter(pk__gte=first_id(WINDOWS["1d"])).order_by("-pk")
    counts: Counter[tuple[str, str, str]] = Counter()
    for pk, kind, state in rows.values_list("pk", "kind", "state")[:CAP]:
        kind = kind if kind in kinds else "other"
        counts[kind, state, "1d"] += 1
        counts[kind, state, "1h"] += pk >= hour
    for labels, number in counts.items():
        family.add_metric(labels, number)
    return family


def sweeps() -> Metric:
    """Return when the outbox was last swept. The workers' metrics have the other sweeps."""
    family = GaugeMetricFamily("teamadmin_last_sweep_timestamp_seconds", "When a sweep last ran.", labels=["sweep"])
    for at in Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True):
        family.add_metric(["outbox"], at.timestamp())
    return family


def bulk_actions() -> Iterator[Metric]:
    """Yield the unfinished bulk actions, and how long ago a worker last took the one that waits longest."""
    waiting = BulkAction.objects.filter(state__in=UNFINISHED)
    yield gauge("bulk_actions", "Bulk actions that aren't finished.", count(waiting))
    touched = waiting.order_by("touched_at").values_list("touched_at", flat=True).first()
    yield gauge("bulk_action_idle_seconds", "Since when no worker has continued the oldest.", seconds_since(touched))


def audit_log() -> Iterator[Metric]:
    """Yield the unsealed entries of the audit log, and the streams that fail."""
    unsealed = Entry.objects.filter(sequence=None).order_by()
    times = list(unsealed.values_list("at", flat=True)[:CAP])
    yield gauge("audit_unsealed_entries", "Entries of the audit log that aren't sealed yet.", len(times))
    oldest = seconds_since(min(times, default=None))
    yield gauge("audit_oldest_unsealed_seconds", "Age of the oldest of them. 0 if there is none.", oldest)
    failing = AuditStream.objects.filter(is_active=True, failing_since__isnull=False)
    yield gauge("audit_streams_failing", "Audit streams whose receiver doesn't accept entries.", count(failing))


def blocked_sign_ins() -> Iterator[Metric]:
    """Yield the open sessions, and the accounts, browsers and addresses that are blocked for failed attempts."""
    now = timezone.now()
    yield gauge("sessions", "Sessions that haven't expired.", count(Session.objects.filter(expire_date__gt=now)))
    newest = AttemptCount.objects.order_by("-updated_at").values_list("blocked_until", flat=True)[:NEWEST_ATTEMPTS]
    blocked = sum(until is not None and until > now for until in newest)
    yield gauge("blocked_sign_ins", "Accounts, browsers and addresses that are blocked now.", blocked)
