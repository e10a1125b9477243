"""Real processes for tests: a web server, a Celery worker, and the demo started by bin/run."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

# Variables that a child process must not inherit from the tests.
TEST_VARIABLES = ("DJANGO_SETTINGS_MODULE", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "TEAMADMIN_DEMO", "BASE_URL")


def free_port() -> int:
    """Return a TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(done: Callable[[], bool], timeout: float, why: Callable[[], str] = str) -> None:
    """Return once done() is true. Raise AssertionError with why() after `timeout` seconds."""
    end = time.monotonic() + timeout
    while not done():
        assert time.monotonic() < end, f"not within {timeout} s: {why()}"
        time.sleep(0.02)


def responds(url: str) -> bool:
    """Return True if the URL returns 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def test_database_url() -> str:
    """Return DATABASE_URL with the name of the running test's database."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"]).geturl()


class Child:
    """A process in its own process group, with its output in a file. Stopping it stops all its children."""

    def __init__(self, command: list[str], log: Path, **env: str) -> None:
        self.log = log
        clean = {name: value for name, value in os.environ.items() if name not in TEST_VARIABLES}
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**clean, "PYTHONUNBUFFERED": "1", **env},
                cwd=settings.BASE_DIR,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, done: Callable[[], bool], timeout: float) -> None:
        """Wait until done(). Raise AssertionError with the output if the process exits or time runs out."""

        def done_or_exited() -> bool:
            return self.process.poll() is not None or done()

        wait_until(done_or_exited, timeout, lambda: self.output)
        assert self.process.poll() is None, f"exited with {self.process.returncode}: {self.output}"

    def stop(self, timeout: float = 30) -> float:
        """Send SIGTERM, then SIGKILL to what is left of the group. Return how long SIGTERM took, in seconds."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        took = time.monotonic() - began
        self.kill()
        return took

    def kill(self) -> None:
        """Send SIGKILL to the whole group, like a crash."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def start_worker(log: Path, *options: str, ready: float = 90, **env: str) -> Child:
    """Start `celery -A teamadmin worker -B` on the test's database and Redis, and return it once it is ready."""
    command = [sys.executable, "-m", "celery", "-A", "teamadmin", "worker", "-B", "-c", "2", *options]
    test_env = {"DATABASE_URL": test_database_url(), "BASE_URL": settings.BASE_URL, "TMPDIR": str(log.parent)}
    child = Child(command, log, **{**test_env, **env})
    try:
        child.wait_for(lambda: " ready." in child.output, ready)
    except AssertionError:
        child.kill()
        raise
    return child


class Web(Child):
    """The production web server on a free port, on the test's database and Redis."""

    def __init__(self, log: Path, *, host: str = "127.0.0.1", port: int = 0, threads: int = 8, **env: str) -> None:
        self.host, self.port = host, port or free_port()
        self.url = f"http://{self.host}:{self.port}"
        command = [sys.executable, "-m", "teamadmin.server", "--host", host, "--port", str(self.port)]
        command += ["--threads", str(threads)]
        test_env = {"DATABASE_URL": test_database_url(), "BASE_URL": settings.BASE_URL}
        # The settings of the tests need no collectstatic.
        super().__init__(command, log, **{**test_env, "DJANGO_SETTINGS_MODULE": "teamadmin.testing.settings", **env})

    def wait_ready(self, timeout: float = 60) -> None:
        """Wait until the process responds."""
        self.wait_for(lambda: responds(f"{self.url}/health/live"), timeout)


class Demo(Child):
    """bin/run with its own data folder, on a free port."""

    def __init__(self, data: Path, *, port: int = 0, **env: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data, self.mail = data, data / "mail"
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        command = [sys.executable, str(settings.BASE_DIR / "bin" / "run")]
        super().__init__(command, data / f"run-{self.port}.log", PORT=str(self.port), TEAMADMIN_DATA=str(data), **env)

    def wait_ready(self, timeout: float = 60) -> float:
        """Wait until the health check says ready. Return how long it took, in seconds."""
        began = time.monotonic()
        try:
            self.wait_for(lambda: responds(f"{self.url}/health/ready"), timeout)
        except AssertionError:
            self.stop()
            raise
        return time.monotonic() - began
