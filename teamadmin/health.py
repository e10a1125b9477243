"""GET /health/live: the process responds. GET /health/ready: the process can do its work.

A middleware responds before all others, so that a probe needs no allowed Host, no session and no HTTPS. Responses
contain no version and no host name. docs/operating.md explains each check.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Session
from base.threads import ContextPool
from outbox import queries as outbox

logger = logging.getLogger(__name__)
# All in seconds. Even if a server hangs, a probe gets its response within two seconds.
DEADLINE = 1.5
MAX_EMAIL_DELAY = 5 * 60
MAX_SWEEP_AGE = 2 * 60
OK, DOWN, DEGRADED, UNKNOWN = "ok", "down", "degraded", "unknown"
# One thread each: a server that never responds blocks this thread, not one more per probe.
_database = ContextPool(1, "health-database")
_broker = ContextPool(1, "health-broker")
# Once all migrations are applied, this is not checked again: a running process does not lose them.
_migrated = False


class HealthMiddleware:
    """Respond to /health/live and /health/ready."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = {"/health/live": live, "/health/ready": ready}.get(request.path_info)
        if view is None:
            return self.get_response(request)
        response = view() if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])
        response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
        return response


def live() -> HttpResponse:
    """Return 200."""
    return JsonResponse({"status": OK})


def ready() -> HttpResponse:
    """Return 503 if a check is down, else 200. A missing broker only degrades: the sweep sends emails without it."""
    checks = {"database": DOWN, "migrations": UNKNOWN, "mail": UNKNOWN, "sweep": UNKNOWN, "broker": DEGRADED}
    checks["mail_server"] = UNKNOWN
    futures = [_database.submit(database_checks), _broker.submit(broker_check)]
    done, late = wait(futures, timeout=DEADLINE)
    for future in late:
        future.cancel()
    for future in done:
        checks.update(_result(future))
    status = DOWN if DOWN in checks.values() else DEGRADED if DEGRADED in checks.values() else OK
    if status == DOWN:
        logger.info("Not ready: %s", checks)
    response = JsonResponse({"status": status, "checks": checks}, status=503 if status == DOWN else 200)
    response._has_been_logged = True  # don't log an error: a starting process is not ready yet
    return response


def _result(future: Future) -> dict[str, str]:
    try:
        return future.result()
    except DatabaseError:
        logger.warning("The database doesn't respond", exc_info=True)
    except Exception:  # the probe must get its response; the log gets the reason
        logger.exception("A health check failed")
    return {}


def database_checks() -> dict[str, str]:
    """Check the database, migrations, email and sweep. Runs in a thread with its own connection."""
    try:
        if not _all_migrated():
            return {"database": OK, "migrations": DOWN}
        _write_and_read()
        seconds = outbox.health()
        return {
            "database": OK,
            "migrations": OK,
            "mail": OK if (seconds["oldest_due_seconds"] or 0) < MAX_EMAIL_DELAY else DOWN,
            "sweep": OK if _recent(seconds["last_sweep_seconds"]) else DOWN,
            "mail_server": DEGRADED if outbox.current_outage() else OK,
        }
    finally:
        connection.close()


def _recent(seconds: float | None) -> bool:
    return seconds is not None and seconds < MAX_SWEEP_AGE


def _write_and_read() -> None:
    """Write a row, read it, and roll back. Any table would do; this one has no foreign keys."""
    key = f"health-{get_random_string(24)}"
    with transaction.atomic():
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now())
        if not Session.objects.filter(session_key=key).exists():
            raise RuntimeError("The database lost a row that was just written.")
        transaction.set_rollback(True)


def _all_migrated() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def broker_check() -> dict[str, str]:
    """Check the queue's Redis. The demo's queue is in its own process."""
    if not settings.REDIS_URL:
        return {"broker": OK}
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=None) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            logger.warning("The broker is down: %s", error)
            return {"broker": DEGRADED}
    return {"broker": OK}
