"""bin/run: one command starts everything, and stopping it stops everything."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from teamadmin.testing.processes import Demo, free_port, responds, wait_until
from teamadmin.testing.raw_http import connect, read_all, status

RUN = settings.BASE_DIR / "bin" / "run"
pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A data folder that a first start has filled."""
    folder = tmp_path_factory.mktemp("run")
    demo = Demo(folder)
    demo.wait_ready(60)
    demo.stop()
    return folder


@pytest.fixture
def demo(data):
    demo = Demo(data)
    yield demo
    demo.stop()


def group_of(pid: int) -> list[str]:
    """Return the `ps` lines of every process in the process group."""
    output = subprocess.run(["ps", "-eo", "pgid=,pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in output.splitlines() if line.split()[0] == str(pid)]


def queueing_seconds(pid: int) -> float:
    """Return how long the main thread of a process in the group has waited for a processor, at most.

    0.0 where the system doesn't count it.
    """
    schedstats = [Path(f"/proc/{line.split()[1]}/schedstat") for line in group_of(pid)]
    return max((int(path.read_text().split()[1]) / 1e9 for path in schedstats if path.exists()), default=0.0)


def run_and_wait(**env: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(RUN)], env={**os.environ, **env}, capture_output=True, text=True)


def test_second_start_is_ready_within_five_seconds(data):
    """The best of three counts, without waiting for a processor, because other tests may keep the machine busy."""
    took = []
    while len(took) < 3 and min(took, default=99) >= 5:
        demo = Demo(data)
        took.append(demo.wait_ready() - queueing_seconds(demo.process.pid))
        demo.stop()
    assert min(took) < 5


def test_prints_the_url_and_sign_ins_once_ready(demo):
    demo.wait_for(lambda: "Press Ctrl-C to stop everything." in demo.output, 60)
    wait_until(lambda: responds(f"{demo.url}/health/ready"), 10)
    for word in (demo.url, "/dev/mail/", "correct-horse-battery", "olga@acme.example", "tess@globex.example"):
        assert word in demo.output
    assert '"level": "ERROR"' not in demo.output and "Traceback" not in demo.output


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stops_completely_within_ten_seconds(demo, how):
    demo.wait_ready()
    began = time.monotonic()
    if how == signal.SIGINT:
        os.killpg(demo.process.pid, how)  # Ctrl-C in a terminal signals every process
    else:
        demo.process.send_signal(how)
    demo.process.wait(10)
    assert time.monotonic() - began < 10
    assert group_of(demo.process.pid) == []
    assert "Traceback" not in demo.output


def test_answers_the_requests_it_has_when_stopped(demo):
    demo.wait_ready()
    clients = [connect(demo.port) for _ in range(8)]
    for client in clients:
        client.sendall(b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    demo.process.send_signal(signal.SIGTERM)
    assert [status(read_all(client)) for client in clients] == [200] * 8
    demo.process.wait(10)
    for client in clients:
        client.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after", [0.3, 0.9, 1.5])
def test_can_be_stopped_while_starting(data, how, after):
    demo = Demo(data)
    time.sleep(after)
    os.killpg(demo.process.pid, how)
    demo.process.wait(10)
    assert group_of(demo.process.pid) == []


def test_data_is_kept(demo, page):
    """A second start creates no second demo, and sign-in works."""
    demo.wait_ready()
    sign_in(page, demo.url)
    assert "correct-horse-battery" in demo.output
    assert "Created Acme" not in demo.output


def sign_in(page, url: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.get_by_label(re.compile("e-?mail", re.I)).fill("olga@acme.example")
    page.get_by_label("Password", exact=True).fill("correct-horse-battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def test_devmail_is_available(demo):
    demo.wait_ready()
    assert responds(f"{demo.url}/dev/mail/")
    assert responds(f"{demo.url}/health/live")


def test_only_this_user_can_read_the_database(data):
    assert (data / "teamadmin.sqlite3").stat().st_mode & 0o077 == 0


def test_port_in_use_is_a_clear_error(demo):
    demo.wait_ready()
    result = run_and_wait(PORT=str(demo.port))
    assert result.returncode == 1
    assert f"can't use port {demo.port}" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_invalid_port_is_a_clear_error(port):
    result = run_and_wait(PORT=port)
    assert result.returncode == 1 and "PORT must be a number" in result.stderr


def test_old_python_is_a_clear_error():
    """bootstrap.py with a faked version and no other Python on the PATH."""
    code = "import sys; sys.version_info = (3, 9, 2); import bootstrap; bootstrap.require_python()"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=RUN.parent, env={"PATH": "/nowhere"}, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert "Python 3.11 or newer is required" in result.stderr and "is 3.9" in result.stderr


def test_base_url_is_printed(data):
    demo = Demo(data, port=free_port(), BASE_URL="http://people.acme.example:8000")
    try:
        demo.wait_ready()
        demo.wait_for(lambda: "running at http://people.acme.example:8000" in demo.output, 5)
    finally:
        demo.stop()
