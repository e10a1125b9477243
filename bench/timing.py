#!/usr/bin/env python3
"""Measure whether response times reveal if an email address or an invitation is known (S-1, CVE-2024-39329).

.venv/bin/python bench/timing.py [rounds, default 200] [part of a name, such as reset]

Prints the medians for known and unknown ones, and their ratio, which should be within 10 % of 1. Rounds alternate, with
the product's password hasher. Starts its own PostgreSQL unless DATABASE_URL is set. There, it creates a test database.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TOLERANCE = 0.10
numbers = count()


def elapsed_ms(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def post(path: str, data: dict, *, cookies: dict | None = None) -> None:
    """Post a form from a new browser and address."""
    from django.test import Client

    number = next(numbers)
    client = Client(REMOTE_ADDR=f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    for name, value in (cookies or {}).items():
        client.cookies[name] = value
    client.post(path, data)


def pairs() -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """Return what to compare: a request about something known, and the same about something unknown."""
    from django.conf import settings
    from django.test import Client

    from provisioning.tests.answers import enable_sso
    from teamadmin.testing.cast import create_cast

    cast = create_cast()
    cast.acme.lockout_attempts = 3
    cast.acme.save()
    invitation = cast.invite()[0]
    cookie = {settings.BROWSER_COOKIE_NAME: "x" * 43}

    def sign_in(email: str, password: str, **options: Any) -> Callable[[], None]:
        return lambda: post("/accounts/login/", {"login": email, "password": password}, **options)

    def reset(email: str) -> Callable[[], None]:
        return lambda: post("/accounts/password/reset/", {"email": email})

    def link(key: str) -> Callable[[], None]:
        return lambda: Client().get(f"/invitations/{key}.1.{'A' * 43}/")

    def discover(email: str) -> Callable[[], None]:
        return lambda: post("/sso/", {"address": email})

    enable_sso(cast.acme, "acme.example")
    nobody = "olgo@acme.example"
    return {
        "sign-in": (sign_in("olga@acme.example", "wrong-wrong"), sign_in(nobody, "wrong-wrong")),
        "sign-in, é": (sign_in("olga@acme.example", "wröng-wrông"), sign_in(nobody, "wröng-wrông")),
        "sign-in, cookie": (
            sign_in("olga@acme.example", "wrong-wrong", cookies=cookie),
            sign_in(nobody, "wrong-wrong", cookies=cookie),
        ),
        "reset": (reset("olga@acme.example"), reset(nobody)),
        "reset, invited": (reset("nadia@acme.example"), reset("nadja@acme.example")),
        "single sign-on": (discover("olga@acme.example"), discover(nobody)),
        "invitation": (link(invitation.pk.hex), link(cast.olga.pk.hex)),
    }


def measure(rounds: int, part: str) -> bool:
    """Print the medians and ratios. Return whether all are within the tolerance."""
    from accounts.models import AttemptCount

    passed = True
    print(f"{'':16}{'known':>10}{'unknown':>10}{'ratio':>8}   medians of {rounds}, in ms")
    for name, (known, unknown) in pairs().items():
        if part not in name:
            continue
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds + 5):
            order = ((0, known), (1, unknown)) if number % 2 else ((1, unknown), (0, known))
            for index, action in order:
                AttemptCount.objects.all().delete()  # otherwise attempts would be refused, without the work
                spent = elapsed_ms(action)
                if number >= 5:  # the first ones warm up
                    times[index].append(spent)
        first, second = map(statistics.median, times)
        ratio = first / second
        passed &= abs(ratio - 1) <= TOLERANCE
        print(f"{name:16}{first:10.1f}{second:10.1f}{ratio:8.3f}")
    return passed


def main(rounds: int, part: str) -> int:
    import django
    from django.db import connection
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        return 0 if measure(rounds, part) else 1
    finally:
        connection.creation.destroy_test_db(os.environ["DATABASE_URL"], verbosity=0)


if __name__ == "__main__":
    from teamadmin.testing import services

    os.environ |= {"DJANGO_SETTINGS_MODULE": "teamadmin.settings", "TEAMADMIN_DEMO": "1", "LOG_LEVEL": "CRITICAL"}
    with services.from_environment_or_private() as urls:
        os.environ |= urls
        arguments = [*sys.argv[1:], "200", ""] if len(sys.argv) == 1 else [*sys.argv[1:], ""]
        sys.exit(main(int(arguments[0]), arguments[1]))
