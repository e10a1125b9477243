"""TeamAdmin for bin/run: web server, queue, worker and beat, with SQLite and files.

Everything runs in one process, because the memory:// broker works only within a process.
"""

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
# Seconds. With the requests that are running, everything ends within ten seconds of SIGTERM.
WORKER_STOP_TIMEOUT, REQUEST_STOP_TIMEOUT = 3, 5
THREADS = 4
WELCOME = """
TeamAdmin is running at {url}
  Acme:    olga@acme.example (Admin), max@acme.example (Manager),
           bo@acme.example (Builder), opal@acme.example (Operator)
  Globex:  tess@globex.example (Admin)
  Initech: ruben@initech.example (Admin; two-factor authentication is required)
  Password for all: correct-horse-battery
  Authenticator key of ines.carvalho@acme.example (Admin of Acme): TEAMADMINDEMOSECRETTEAMADMINDEMO
  Emails:  {url}/dev/mail/ (files in {emails})
Press Ctrl-C to stop everything.
"""


def main() -> None:
    """Migrate, create the demo organizations if there are none, and serve until told to stop."""
    os.umask(0o077)  # only this user may read the emails and the database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
    for number in (signal.SIGINT, signal.SIGTERM):
        # Until the server sets its own handlers. Not sys.exit(): the interrupted code could swallow the exception.
        signal.signal(number, lambda *_: os._exit(0))
    prepare()
    serve()


def prepare() -> None:
    """Migrate the database, and create the demo organizations if there are none."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from teamadmin import startup

    startup.prepare()
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("demo", if_empty=True, verbosity=0)
    connections.close_all()


def serve() -> None:
    """Run the web server, the worker and beat until told to stop."""
    from django.conf import settings

    from teamadmin import server, tracing
    from teamadmin.wsgi import application

    server.STOP_TIMEOUT = REQUEST_STOP_TIMEOUT
    web = server.create(application, host=ADDRESS, port=settings.PORT, threads=THREADS)
    stop_worker = start_worker()
    threading.Thread(target=announce, daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, web.stop)
    web.run()
    stop_worker()
    tracing.stop()
    sys.stdout.flush()
    os._exit(0)  # don't wait for threads that still run


def start_worker() -> Callable[[], None]:
    """Run a Celery worker in threads, which starts beat. Return a function that stops them gracefully."""
    from celery import signals
    from celery.worker import WorkController

    from teamadmin.celery import app

    quiet: dict[str, Any] = {"without_heartbeat": True, "without_mingle": True, "without_gossip": True}
    worker = WorkController(app=app, pool_cls="threads", concurrency=2, loglevel="ERROR", **quiet)
    threading.Thread(target=worker.start, name="celery-worker", daemon=True).start()

    def stop() -> None:
        signals.worker_shutting_down.send(sender="embedded", sig="SIGTERM", how="Warm", exitcode=0)
        stopper = threading.Thread(target=worker.stop, daemon=True)
        stopper.start()
        stopper.join(WORKER_STOP_TIMEOUT)

    return stop


def announce() -> None:
    """Print the URL and the sign-ins once the health check says ready."""
    from django.conf import settings

    url, end = f"http://{ADDRESS}:{settings.PORT}", time.monotonic() + 60
    while time.monotonic() < end:
        checks = readiness(url)
        if checks.get("status") == "ok":
            print_line(WELCOME.format(url=settings.BASE_URL, emails=settings.MAIL_DIR))
            return
        time.sleep(0.1)
    print_line(f"TeamAdmin at {url} is not ready after a minute: {checks or 'no response'}")


def readiness(url: str) -> dict:
    """Return the response of /health/ready, or {} if there is none."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/health/ready", timeout=3) as response:
            return json.load(response)
    except (OSError, ValueError):
        return {}


def print_line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
