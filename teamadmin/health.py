"""GET /health/live: the process answers. GET /health/ready: it can do its work.

Answered ahead of everything else, so that a probe needs no allowed Host, no session and no https. The answers
name no version and no host. docs/operating.md says what each check means.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.crypto import get_random_string

from outbox import queries as outbox

logger = logging.getLogger(__name__)
# Seconds: a probe is answered within two, whatever hangs.
DEADLINE = 1.5
OLDEST_DUE = 5 * 60
LAST_SWEEP = 2 * 60
OK, DOWN, DEGRADED, SKIPPED = "ok", "down", "degraded", "unknown"
# One thread each, so that a server that never answers holds one of them and not one for each probe.
_database = ThreadPoolExecutor(1, "health-database")
_broker = ThreadPoolExecutor(1, "health-broker")
# Migrations do not go away again under a running process: once all are there, that is not asked again.
_migrated = False


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = {"/health/live": live, "/health/ready": ready}.get(request.path_info)
        if view is None:
            return self.get_response(request)
        response = view() if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])
        response["Cache-Control"] = "no-store"
        return response


def live() -> HttpResponse:
    return JsonResponse({"status": OK})


def ready() -> HttpResponse:
    """503 where a check is down; 200 where all are ok, or only the broker is away: the sweep sends mails without it."""
    checks = {"database": DOWN, "migrations": SKIPPED, "mail": SKIPPED, "sweep": SKIPPED, "broker": DEGRADED}
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
    response._has_been_logged = True  # a process that starts is not ready, which is no error of a request
    return response


def _result(future: Future) -> dict[str, str]:
    try:
        return future.result()
    except Exception:  # whatever is wrong: the probe gets its answer, the log the reason
        logger.exception("A health check failed")
        return {}


def database_checks() -> dict[str, str]:
    """Runs in a thread with a connection of its own, closed afterwards."""
    try:
        if not _all_migrated():
            return {"database": OK, "migrations": DOWN}
        _write_and_read()
        seconds = outbox.health()
        return {
            "database": OK,
            "migrations": OK,
            "mail": OK if (seconds["oldest_due_seconds"] or 0) < OLDEST_DUE else DOWN,
            "sweep": OK if _recent(seconds["last_sweep_seconds"]) else DOWN,
        }
    finally:
        connection.close()


def _recent(seconds: float | None) -> bool:
    return seconds is not None and seconds < LAST_SWEEP


def _write_and_read() -> None:
    """Any table will do; this one has no foreign keys. Taken back at once."""
    key = f"health-{get_random_string(24)}"
    with transaction.atomic():
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now())
        if not Session.objects.filter(session_key=key).exists():
            raise RuntimeError("The database lost what was written.")
        transaction.set_rollback(True)


def _all_migrated() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def broker_check() -> dict[str, str]:
    """The queue's Redis; the demo's queue is in the process itself."""
    if not settings.REDIS_URL:
        return {"broker": OK}
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=None) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            logger.warning("The broker is away: %s", error)
            return {"broker": DEGRADED}
    return {"broker": OK}
