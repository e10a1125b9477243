"""The health check of web containers, which ends a process that hangs."""

import importlib.util
import signal
import sys

import pytest
from django.conf import settings

from teamadmin.testing.processes import Child, free_port, responds

SERVER = """
import faulthandler, http.server, os, sys
open(sys.argv[2], "w").write(str(os.getpid()))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def health():
    """The script as a module, with short timeouts."""
    spec = importlib.util.spec_from_file_location("web_health", settings.BASE_DIR / "deploy" / "web_health.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.TIMEOUT = module.DUMP_TIME = 0.3
    return module


@pytest.fixture
def web(tmp_path):
    """A process with its number in a file, and its URL."""
    port, pid_file = free_port(), tmp_path / "web.pid"
    child = Child([sys.executable, "-c", SERVER, str(port), str(pid_file)], tmp_path / "log", PYTHONFAULTHANDLER="1")
    child.url, child.pid_file = f"http://127.0.0.1:{port}/", pid_file
    child.wait_for(lambda: responds(child.url), 20)
    yield child
    child.kill()


def test_process_that_hangs_is_ended_after_a_minute(health, web):
    assert health.main(web.url, web.pid_file) == 0
    web.process.send_signal(signal.SIGSTOP)
    for _ in range(health.FAILURES - 1):
        assert health.main(web.url, web.pid_file) == 1
    assert web.process.poll() is None
    assert health.main(web.url, web.pid_file) == 1
    web.process.wait(10)
    assert web.process.returncode == -signal.SIGKILL


def test_failures_are_counted_in_a_row(health, web):
    for _ in range(3):
        assert health.main(web.url, web.pid_file) == 0
        for _ in range(health.FAILURES - 1):
            assert health.main("http://127.0.0.1:9/", web.pid_file) == 1
    assert health.main(web.url, web.pid_file) == 0


def test_log_says_what_the_process_was_doing(health, web):
    health.end(web.process.pid)
    web.process.wait(10)
    assert web.process.returncode == -signal.SIGABRT and "most recent call first" in web.output


def test_starting_process_is_left_alone(health, web):
    for _ in range(health.FAILURES + 2):
        assert health.main("http://127.0.0.1:9/", web.pid_file) == 1
    assert web.process.poll() is None
