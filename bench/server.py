#!/usr/bin/env python3
"""Measure requests per second of the web server: the sign-in page, a trivial page, and a floor.

.venv/bin/python bench/server.py [--seconds 3] [--processes 1,2] [--clients 8]

The floor is the same server with a WSGI application that does nothing. All runs alternate, so compare ratios. CPU time
is that of the server processes, and says more on a busy machine than requests per second. The clients share the machine
with the servers, so two processes on two cores get too little. Starts its own PostgreSQL and Redis unless DATABASE_URL
and REDIS_URL are set. The database needs no tables.
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
PAGES = {"floor": "/", "trivial page": "/health/live", "sign-in page": "/accounts/login/"}


def start(port: int, *, floor: bool = False) -> subprocess.Popen:
    """Start a server process."""
    program = ["-c", FLOOR] if floor else ["-m", "teamadmin.server"]
    command = [sys.executable, *program, "--port", str(port), "--threads", "8"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    wait_until(lambda: responds(f"http://127.0.0.1:{port}/health/live"), 60)
    wait_until(lambda: responds(f"http://127.0.0.1:{port}/accounts/login/"), 60)  # the first page loads all modules
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


def cpu_seconds(processes: list[subprocess.Popen]) -> float:
    """Return the CPU time that the processes have used."""
    fields = [Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split() for process in processes]
    return sum(int(values[11]) + int(values[12]) for values in fields) / os.sysconf("SC_CLK_TCK")


def rate(servers: dict[int, subprocess.Popen], path: str, seconds: float, clients: int) -> tuple[float, float]:
    """Return requests per second with that many clients, spread over the ports, and CPU milliseconds per request."""
    counts: multiprocessing.Queue = multiprocessing.Queue()
    ports, used, end = list(servers), cpu_seconds(list(servers.values())), time.time() + seconds
    processes = [
        multiprocessing.Process(target=request_until, args=(end, ports[number % len(ports)], path, counts))
        for number in range(clients)
    ]
    for process in processes:
        process.start()
    total = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    return total / seconds, (cpu_seconds(list(servers.values())) - used) * 1000 / total


def measure(processes: list[int], seconds: float, clients: int) -> None:
    """Print the table: medians of three alternating rounds."""
    apps = {port: start(port) for port in (free_port() for _ in range(max(processes)))}
    floors = {port: start(port, floor=True) for port in (free_port() for _ in range(max(processes)))}
    results: dict[tuple[str, int], list[tuple[float, float]]] = {}
    try:
        for _round in range(3):
            for number in processes:
                for name, path in PAGES.items():
                    servers = dict(list((floors if name == "floor" else apps).items())[:number])
                    results.setdefault((name, number), []).append(rate(servers, path, seconds, clients))
    finally:
        for process in [*apps.values(), *floors.values()]:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    medians = {
        case: [statistics.median(column) for column in zip(*rows, strict=True)] for case, rows in results.items()
    }
    print(f"{'':26}{'processes':>10}{'requests/s':>12}{'of floor':>10}{'CPU ms each':>13}{'of floor':>10}")
    for (name, number), (per_second, cpu) in medians.items():
        floor = medians["floor", number]
        print(f"{name:26}{number:10}{per_second:12.0f}{per_second / floor[0]:10.2f}{cpu:13.1f}{cpu / floor[1]:10.1f}")


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
