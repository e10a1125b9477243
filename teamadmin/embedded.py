"""All of TeamAdmin in one process, for bin/run: web, queue, worker and beat, with SQLite and files.

A supervising process migrates; its one child serves the pages and runs the worker, since the memory:// broker
reaches no further than a process. The supervisor starts no threads: it may fork.
"""

import atexit
import json
import os
import signal
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

ADDRESS = "127.0.0.1"
# Seconds: all has ended ten seconds after SIGTERM.
WORKER_STOP, CHILD_STOP = 3, 5
WELCOME = """
TeamAdmin runs at {url}
  Acme:    olga@acme.example (Admin), max@acme.example (Manager),
           bo@acme.example (Builder), opal@acme.example (Operator)
  Globex:  tess@globex.example (Admin)
  Password of each: correct-horse-battery
  Mails:   {url}/dev/mail/ (files in {mails})
Ctrl-C ends it.
"""


def main() -> None:
    """Migrates, makes the demo organizations where there are none, serves until told to end."""
    os.umask(0o077)  # mails and the database are for this user only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
    for number in (signal.SIGINT, signal.SIGTERM):
        # Until the server has its own. Not sys.exit(): an exception may be swallowed by what it interrupts.
        signal.signal(number, lambda *_: os._exit(0))
    prepare()
    serve()


def prepare() -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("demo", if_empty=True, verbosity=0)
    connections.close_all()


def serve() -> None:
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "teamadmin.embedded:application",
        address=ADDRESS,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        factory=True,
        blocking_threads=4,
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=CHILD_STOP,
    ).serve()


def application() -> Callable:
    """What the child serves; starts the worker and beat beside it."""
    # A terminal's Ctrl-C reaches both processes; the child waits for its supervisor's word, which ends it once.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # until the server has its own; nothing is under way yet
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    from django.core.wsgi import get_wsgi_application

    wsgi = get_wsgi_application()
    start_worker()
    threading.Thread(target=announce, daemon=True).start()
    return wsgi


def start_worker() -> None:
    """A Celery worker and beat in threads; stopped politely at the end of the process."""
    from celery import signals
    from celery.beat import EmbeddedService, Scheduler
    from celery.worker import WorkController

    from teamadmin.celery import app

    quiet: dict[str, Any] = {"without_heartbeat": True, "without_mingle": True, "without_gossip": True}
    worker = WorkController(app=app, pool_cls="threads", concurrency=2, loglevel="ERROR", **quiet)
    beat = EmbeddedService(app, thread=True, scheduler_cls=Scheduler)  # its own choice writes a file
    threading.Thread(target=worker.start, name="celery-worker", daemon=True).start()
    beat.start()

    def stop() -> None:
        signals.worker_shutting_down.send(sender="embedded", sig="SIGTERM", how="Warm", exitcode=0)
        stopper = threading.Thread(target=worker.stop, daemon=True)
        stopper.start()
        stopper.join(WORKER_STOP)

    atexit.register(stop)


def end_with_parent(parent: int) -> None:
    """A supervisor that was killed could not tell its child to end."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def announce() -> None:
    """Prints where to go once the whole answers ready."""
    from django.conf import settings

    url, end = f"http://{ADDRESS}:{settings.PORT}", time.monotonic() + 60
    while time.monotonic() < end:
        checks = ready(url)
        if checks.get("status") == "ok":
            say(WELCOME.format(url=settings.BASE_URL, mails=settings.MAIL_DIR))
            return
        time.sleep(0.1)
    say(f"TeamAdmin at {url} is not ready after a minute: {checks or 'no answer'}")


def ready(url: str) -> dict:
    """What /health/ready answers, or nothing."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/health/ready", timeout=3) as response:
            return json.load(response)
    except (OSError, ValueError):
        return {}


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
