"""Health check of a web container: web_health.py URL PID-FILE. Exits with 0 if the URL responds, else with 1.

Docker starts a process again that ended, but does nothing about one that hangs. (A container that restarts others
needs Docker's socket, which is as good as root on the host.) So after FAILURES checks in a row this ends the process:
with SIGABRT, whose handler logs what each thread was doing (PYTHONFAULTHANDLER), then with SIGKILL.
A process that hasn't responded yet is left alone: it may still be starting.
"""

import os
import signal
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path

FAILURES = 4
# Both in seconds.
TIMEOUT = 5
DUMP_TIME = 3


def main(url: str, pid_file: Path) -> int:
    """Check the URL. Count failures in a file next to the process number, from the first response on."""
    counter = pid_file.with_suffix(".failures")
    if responds(url):
        write(counter, 0)
        return 0
    if counter.exists():
        failures = read(counter) + 1
        write(counter, failures)
        if failures >= FAILURES:
            counter.unlink()
            end(int(pid_file.read_text()))
    return 1


def read(counter: Path) -> int:
    """Return the number in the file. One that couldn't be written, because the disk was full, counts as all but one."""
    text = counter.read_text()
    return int(text) if text.isdigit() else FAILURES - 1


def write(counter: Path, number: int) -> None:
    """Write the number to the file, if there is room."""
    try:
        counter.write_text(str(number))
    except OSError as error:
        sys.stdout.write(f"can't write {counter}: {error}\n")


def responds(url: str) -> bool:
    """Return whether the URL returns 200 in time. Proxies from the environment aren't used."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=TIMEOUT) as response:
            return response.status == 200
    except (OSError, HTTPException):
        return False


def end(pid: int) -> None:
    """End the process. One that is stopped or hangs in the kernel handles no SIGABRT."""
    for number in (signal.SIGABRT, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        time.sleep(DUMP_TIME)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
