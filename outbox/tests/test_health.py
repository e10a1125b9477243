"""Health checks of worker and beat: one line and an exit status, from a file that the process writes."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings

from outbox import health
from outbox import worker as worker_module
from outbox.worker import MAX_ILLNESS, MAX_SILENCE, Sweeper
from teamadmin.celery import app


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(health.tempfile, "tempdir", str(tmp_path))
    return tmp_path


def check(name: str, folder) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-m", "outbox.health", name],
        env={"TMPDIR": str(folder)},
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    return result.returncode, result.stdout.strip()


def test_command_says_what_is_wrong_in_one_line(folder):
    assert check("worker", folder)[0] == 1
    health.write("worker")
    assert check("worker", folder) == (0, "worker: ok")
    health.write("worker", "all processes of its pool have died")
    assert check("worker", folder) == (1, "worker: all processes of its pool have died")
    assert check("other", folder)[0] == 2


def test_process_that_no_longer_writes_is_unhealthy(folder):
    """One that hangs, is stopped or was killed."""
    health.write("beat")
    past = time.time() - health.MAX_AGE - 1
    os.utime(health.path_of("beat"), (past, past))
    assert check("beat", folder) == (1, "beat: it hasn't responded for 61 seconds")


def test_command_imports_neither_django_nor_celery():
    """It runs every 30 seconds in each container."""
    script = "import sys, outbox.health; print({'django', 'celery', 'teamadmin'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=django_settings.BASE_DIR, capture_output=True, text=True
    )
    assert result.stdout.strip() == "set()", result.stderr


@pytest.fixture
def processes():
    """Two processes of a pool. close() ends one."""
    pipes = [os.pipe(), os.pipe()]

    def end(number: int) -> None:
        os.close(pipes[number][1])
        pipes[number] = (pipes[number][0], -1)

    yield SimpleNamespace(list=[SimpleNamespace(sentinel=reader, pid=0) for reader, _ in pipes], end=end)
    for pair in pipes:
        for handle in pair:
            if handle >= 0:
                os.close(handle)


@pytest.fixture
def sweeper(processes):
    """The sweeper of a worker with these processes."""
    pool = SimpleNamespace(_pool=SimpleNamespace(_pool=processes.list))
    return Sweeper(SimpleNamespace(app=app, pool=pool))


def test_worker_is_unhealthy_only_if_its_whole_pool_died(sweeper, processes):
    assert sweeper.state() == health.OK
    processes.end(0)
    assert sweeper.state() == health.OK
    processes.end(1)
    assert sweeper.state() == "all processes of its pool have died"


def test_worker_whose_event_loop_hangs_is_unhealthy_unless_it_waits_for_the_broker(sweeper):
    sweeper.looped_at -= MAX_SILENCE + 1
    assert sweeper.state() == "its event loop hasn't run for 121 seconds"
    sweeper.broker_is_away = True
    assert sweeper.state() == health.OK


def test_worker_that_does_not_recover_ends_itself(sweeper, monkeypatch):
    reasons = []
    monkeypatch.setattr(worker_module.deadline, "kill", lambda pids, reason: reasons.append(reason))
    sweeper.report("it hangs")
    sweeper.well_at -= MAX_ILLNESS
    sweeper.report(health.OK)
    assert reasons == []
    sweeper.well_at -= MAX_ILLNESS
    sweeper.report("it hangs")
    assert reasons == ["it hangs"]
