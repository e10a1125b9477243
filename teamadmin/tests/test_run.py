"""bin/run, really: one command starts all of it, and ends all of it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from teamadmin.testing.processes import Demo, answers, free_port, wait_until

RUN = settings.BASE_DIR / "bin" / "run"
pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Filled by a first start, for the starts after it."""
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
    """Every process of that process group, as `ps` names it."""
    said = subprocess.run(["ps", "-eo", "pgid=,pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if line.split()[0] == str(pid)]


def run_to_its_end(**env: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, str(RUN)], env={**os.environ, **env}, capture_output=True, text=True)


def test_a_later_start_is_ready_in_seconds(data):
    """The best of three: the machine that runs the tests is busy with other tests."""
    took = []
    while len(took) < 3 and min(took, default=99) >= 5:
        demo = Demo(data)
        took.append(demo.wait_ready())
        demo.stop()
    assert min(took) < 5


def test_says_where_once_it_is_ready(demo):
    demo.wait_for(lambda: "Ctrl-C ends it." in demo.output, 60)
    wait_until(lambda: answers(f"{demo.url}/health/ready"), 10)
    for word in (demo.url, "/dev/mail/", "correct-horse-battery", "olga@acme.example", "tess@globex.example"):
        assert word in demo.output
    assert '"level": "ERROR"' not in demo.output and "Traceback" not in demo.output


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_ends_whole_within_ten_seconds(demo, how):
    demo.wait_ready()
    assert len(group_of(demo.process.pid)) == 2
    began = time.monotonic()
    if how == signal.SIGINT:
        os.killpg(demo.process.pid, how)  # a terminal's Ctrl-C reaches every process
    else:
        demo.process.send_signal(how)
    demo.process.wait(10)
    assert time.monotonic() - began < 10
    assert group_of(demo.process.pid) == []
    assert "Traceback" not in demo.output


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after", [0.3, 0.9, 1.5])
def test_ends_while_it_starts(data, how, after):
    demo = Demo(data)
    time.sleep(after)
    os.killpg(demo.process.pid, how)
    demo.process.wait(10)
    assert group_of(demo.process.pid) == []


def test_a_killed_supervisor_leaves_no_orphan(demo):
    demo.wait_ready()
    os.kill(demo.process.pid, signal.SIGKILL)
    demo.process.wait()
    end = time.monotonic() + 5
    while left := group_of(demo.process.pid):
        assert time.monotonic() < end, left
        time.sleep(0.1)


def test_data_stays(demo, page):
    """A second start makes no second demo, and the sign-in works."""
    demo.wait_ready()
    sign_in(page, demo.url)
    assert "correct-horse-battery" in demo.output
    assert "Created Acme" not in demo.output


def sign_in(page, url: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.get_by_label(re.compile("e-?mail", re.I)).fill("olga@acme.example")
    page.get_by_label("Password", exact=True).fill("correct-horse-battery")
    page.get_by_role("button", name=re.compile("sign in", re.I)).click()
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def test_dev_mail_is_there(demo):
    demo.wait_ready()
    assert answers(f"{demo.url}/dev/mail/")
    assert answers(f"{demo.url}/health/live")


def test_files_are_for_this_user_only(data):
    assert (data / "teamadmin.sqlite3").stat().st_mode & 0o077 == 0


def test_a_taken_port_is_said_plainly(demo):
    demo.wait_ready()
    result = run_to_its_end(PORT=str(demo.port))
    assert result.returncode == 1
    assert f"port {demo.port} cannot be used" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_wrong_port_is_said_plainly(port):
    result = run_to_its_end(PORT=port)
    assert result.returncode == 1 and "PORT must be a number" in result.stderr


def test_an_old_python_is_said_plainly():
    """bootstrap.py with a version pretended: the PATH offers no other Python."""
    code = "import sys; sys.version_info = (3, 9, 2); import bootstrap; bootstrap.require_python()"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=RUN.parent, env={"PATH": "/nowhere"}, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed" in result.stderr and "is 3.9" in result.stderr


def test_another_base_url_is_in_what_it_prints(data):
    demo = Demo(data, port=free_port(), BASE_URL="http://people.acme.example:8000")
    try:
        demo.wait_ready()
        demo.wait_for(lambda: "runs at http://people.acme.example:8000" in demo.output, 5)
    finally:
        demo.stop()
