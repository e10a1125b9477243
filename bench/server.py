#!/usr/bin/env python3
"""Measure requests per second of the web server: the sign-in page, a trivial page, and floors.

.venv/bin/python bench/server.py [--seconds 3] [--processes 1,2] [--clients 8]

The floors are the same server with a WSGI application that does nothing, and Django's sign-in page called in the same
process without a server. All runs alternate, so compare ratios. The clients take CPU time from the servers, which share
the machine with them: figures of two processes on two cores are too low. Starts its own PostgreSQL and Redis unless
DATABASE_URL and REDIS_URL are set; the database needs no tables.
"""

import argparse
import http.client
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from teamadmin.testing.processes import free_port, responds, wait_until  # noqa: E402

FLOOR = """
import sys
from teamadmin import server
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
server.serve(application, host="127.0.0.1", port=int(sys.argv[2]), threads=int(sys.argv[4]))
"""
PAGES = {"sign-in page": "/accounts/login/", "trivial page": "/health/live"}


def start(port: int, *, floor: bool = False) -> subprocess.Popen:
    """Start a server process."""
    program = ["-c", FLOOR] if floor else ["-m", "teamadmin.server"]
    command = [sys.executable, *program, "--port", str(port), "--threads", "8"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    wait_until(lambda: responds(f"http://127.0.0.1:{port}/health/live"), 60)
    return process


def request_until(end: float, port: int, path: str, counts: multiprocessing.Queue) -> None:
    """Send requests on a new connection each, as the proxy does, and put their number on the queue."""
    count = 0
    while time.time() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path, headers={"Host": "localhost", "Connection": "close"})
        assert connection.getresponse().status == 200
        connection.close()
        count += 1
    counts.put(count)


def rate(ports: list[int], path: str, seconds: float, clients: int) -> float:
    """Return requests per second with that many clients, spread over the ports."""
    counts: multiprocessing.Queue = multiprocessing.Queue()
    end = time.time() + seconds
    processes = [
        multiprocessing.Process(target=request_until, args=(end, ports[number % len(ports)], path, counts))
        for number in range(clients)
    ]
    for process in processes:
        process.start()
    total = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    return total / seconds


def rate_without_server(seconds: float) -> float:
    """Return how often per second Django renders the sign-in page in one thread of this process."""
    import django

    django.setup()
    from django.test import Client

    client, count, end = Client(), 0, time.time() + seconds
    while time.time() < end:
        assert client.get("/accounts/login/").status_code == 200
        count += 1
    return count / seconds


def measure(processes: list[int], seconds: float, clients: int) -> None:
    """Print the table: medians of three alternating rounds."""
    apps, floors = [free_port() for _ in range(max(processes))], [free_port() for _ in range(max(processes))]
    running = [start(port) for port in apps] + [start(port, floor=True) for port in floors]
    cases = {
        (name, number): (ports[:number], path)
        for number in processes
        for name, ports, path in [*((name, apps, path) for name, path in PAGES.items()), ("floor", floors, "/")]
    }
    rates: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    bare = []
    try:
        for _round in range(3):
            for case, (ports, path) in cases.items():
                rates[case].append(rate(ports, path, seconds, clients))
            bare.append(rate_without_server(seconds))
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    print(f"{'':36}{'requests/s':>12}{'of floor':>10}")
    for (name, number), values in rates.items():
        ratio = statistics.median(values) / statistics.median(rates["floor", number])
        print(f"{name}, {number} process{'es' * (number > 1):26}{statistics.median(values):12.0f}{ratio:10.2f}")
    print(f"{'sign-in page without a server':36}{statistics.median(bare):12.0f}")


if __name__ == "__main__":
    from teamadmin.testing import services

    parser = argparse.ArgumentParser(description="Measure requests per second.")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--processes", default="1,2")
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "teamadmin.testing.settings", "LOG_LEVEL": "ERROR"}
    with services.from_environment_or_private() as urls:
        os.environ |= urls
        measure([int(number) for number in options.processes.split(",")], options.seconds, options.clients)
