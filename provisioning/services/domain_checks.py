"""Checking the TXT records of domains: by a button, and in the background (O-5).

DNS is asked outside of any transaction. What it answered is saved under the lock of the domain's row.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import RateLimited
from organizations.queries import admins_of
from outbox.services import NewEmail, queue_emails
from provisioning.models import Domain, SetupIntent
from provisioning.services.managers import Manager, lock_manager
from provisioning.txt_records import DnsFailure, find_values, txt_record

# An unverified domain is checked this often, for so long after it was added; a verified one daily.
PENDING_EVERY, PENDING_FOR = timedelta(minutes=10), timedelta(days=7)
VERIFIED_EVERY, MISSING_EVERY = timedelta(days=1), timedelta(hours=1)
# If DNS doesn't answer for so long, the record of a verified domain counts as gone.
SILENCE = timedelta(days=2)
# "Check now" works once per domain in this time, and for so many domains of an organization in a minute.
CHECK_AGAIN, CHECKS_PER_MINUTE = timedelta(seconds=10), 10
# Domains of one background run, and lookups at once. While DNS is down, a run takes 40 / 8 * 5 seconds.
BATCH, LOOKUPS = 40, 8


class Problem:
    """What a check found instead of the record: stored in Domain.problem."""

    NONE = "none"
    DIFFERENT = "different"
    FAILED = "failed"
    TAKEN = "taken"


@dataclass(frozen=True)
class Answer:
    """What DNS says about a domain: `problem` is "" if the record is there, `found` is what is there instead."""

    problem: str = ""
    found: str = ""


def check_domain(*, actor: Manager, domain: Domain) -> Domain:
    """Ask DNS for the domain's record now, and return the domain as it is then.

    Raises Refused, RateLimited and Domain.DoesNotExist.
    """
    _start_check(actor, domain)
    answer = _ask(domain.name, domain.token)
    with transaction.atomic():
        actor = lock_manager(actor, domain.organization, SetupIntent.DOMAIN)
        return _save(domain, answer, actor)


def check_due_domains() -> int:
    """Check the domains whose time has come, at most BATCH, and return how many. Several runs at once share them."""
    domains = _claim_due(timezone.now())
    if not domains:
        return 0
    with ThreadPoolExecutor(LOOKUPS) as pool:
        answers = list(pool.map(_ask, [each.name for each in domains], [each.token for each in domains]))
    for domain, answer in zip(domains, answers, strict=True):
        with transaction.atomic():
            try:
                _save(domain, answer, None)
            except Domain.DoesNotExist:
                continue
    return len(domains)


@transaction.atomic
def _start_check(actor: Manager, domain: Domain) -> None:
    """Mark the domain as checked now. Raises Refused, and RateLimited if it was a moment ago."""
    lock_manager(actor, domain.organization, SetupIntent.DOMAIN)
    now = timezone.now()
    recent = Domain.objects.filter(organization=domain.organization, checked_at__gt=now - timedelta(minutes=1))
    if recent.count() >= CHECKS_PER_MINUTE:
        raise RateLimited(_("You checked many domains. Try again in a minute."), now + timedelta(minutes=1))
    can_start = Q(checked_at=None) | Q(checked_at__lte=now - CHECK_AGAIN)
    if not Domain.objects.filter(can_start, pk=domain.pk).update(checked_at=now):
        Domain.objects.only("pk").get(pk=domain.pk)
        raise RateLimited(_("We checked a moment ago. Try again in a few seconds."), now + CHECK_AGAIN)


def _claim_due(now: datetime) -> list[Domain]:
    """Return domains to check. Each is put off first, by one conditional UPDATE: two runs don't check it twice."""
    due = Domain.objects.filter(next_check_at__lte=now).order_by("next_check_at")[:BATCH]
    return [
        domain
        for domain in due
        if Domain.objects.filter(pk=domain.pk, next_check_at=domain.next_check_at).update(
            next_check_at=now + PENDING_EVERY
        )
    ]


def _ask(name: str, token: str) -> Answer:
    """Ask DNS. Uses no database, so it can run in a thread."""
    wanted = txt_record(name, token)
    try:
        values = find_values(wanted.name)
    except DnsFailure:
        return Answer(Problem.FAILED)
    if wanted.value in values:
        return Answer()
    start = wanted.value.partition("=")[0]
    found = next((value for value in values if value.lower().startswith(start)), values[0] if values else "")
    return Answer(Problem.DIFFERENT if values else Problem.NONE, found)


def _save(domain: Domain, answer: Answer, actor: Any) -> Domain:
    """Save what DNS answered, with its consequences. Raises Domain.DoesNotExist if it was removed in the meantime."""
    current = Domain.objects.select_for_update(of=("self",)).select_related("organization").get(pk=domain.pk)
    now = timezone.now()
    current.checked_at, current.problem, current.found = now, answer.problem, answer.found
    if not answer.problem:
        _found(current, actor, now)
    elif current.verified_at:
        _missing(current, now)
    current.next_check_at = _next_check(current, now)
    current.save()
    return current


def _found(domain: Domain, actor: Any, now: datetime) -> None:
    domain.seen_at = now
    was_missing, domain.missing_since = domain.missing_since, None
    if domain.verified_at:
        if was_missing:
            _record(domain, "domain.found", actor)
        return
    try:
        with transaction.atomic():
            Domain.objects.filter(pk=domain.pk).update(verified_at=now)
    except IntegrityError:  # another organization has verified it
        domain.problem = Problem.TAKEN
        return
    domain.verified_at = now
    _record(domain, "domain.verified", actor)


def _missing(domain: Domain, now: datetime) -> None:
    """Start the days of grace, or end them. While DNS is silent, that says nothing about the record for SILENCE."""
    if domain.missing_since is None:
        if domain.problem == Problem.FAILED and domain.seen_at and domain.seen_at > now - SILENCE:
            return
        domain.missing_since = now
        _tell_admins(domain, "domain.missing")
    elif domain.missing_since <= now - timedelta(days=settings.DOMAIN_GRACE_DAYS):
        domain.verified_at = None
        _tell_admins(domain, "domain.lapsed")


def _next_check(domain: Domain, now: datetime) -> datetime | None:
    if domain.verified_at:
        return now + (MISSING_EVERY if domain.problem else VERIFIED_EVERY)
    return now + PENDING_EVERY if now - domain.created_at < PENDING_FOR else None


def _record(domain: Domain, action: str, actor: Any) -> Any:
    return record(organization_id=domain.organization_id, actor=actor, action=action, target=domain)


def _tell_admins(domain: Domain, action: str) -> None:
    """Record it, and queue an email to each Admin. The email is about the entry: it says what was true then."""
    entry, kind = _record(domain, action, None), action.replace("domain.", "domain_")
    queue_emails(
        NewEmail(
            kind=f"provisioning.{kind}",
            subject_id=admin.pk,
            key=f"{kind}:{entry.pk}:{admin.pk}",
            organization_id=domain.organization_id,
        )
        for admin in admins_of(domain.organization)
    )
