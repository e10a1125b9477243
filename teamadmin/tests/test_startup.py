"""Every process refuses to start with wrong settings: one line that names the variable, no traceback, and status 2."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from teamadmin.tests.test_settings import PRODUCTION

PYTHON = sys.executable
WEB = [PYTHON, "-m", "teamadmin.server", "--port", "1"]
WORKER = [PYTHON, "-m", "celery", "-A", "teamadmin", "worker"]
BEAT = [PYTHON, "-m", "celery", "-A", "teamadmin", "beat"]
MANAGE = [PYTHON, "manage.py", "check"]
DEMO = [PYTHON, "-c", "from teamadmin import embedded; embedded.main()"]


def start(command: list[str], tmp_path, **changes: str) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "TEAMADMIN_DATA": str(tmp_path), **PRODUCTION, **changes}
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("command", [WEB, WORKER, BEAT, MANAGE, DEMO], ids=["web", "worker", "beat", "manage", "demo"])
def test_malformed_value_ends_the_start_with_one_line(command, tmp_path):
    result = start(command, tmp_path, BEHIND_PROXY="ja")
    line = "teamadmin: BEHIND_PROXY must be 1 or 0 (or true, false, yes, no, on, off), not 'ja'.\n"
    assert (result.returncode, result.stderr) == (2, line)


@pytest.mark.parametrize("command", [WEB, WORKER, BEAT], ids=["web", "worker", "beat"])
def test_unsafe_settings_end_the_start_with_one_line_each(command, tmp_path):
    changes = {"EMAIL_URL": "smtp://u:s3cret@mail.acme.com", "ALLOWED_HOSTS": "www.acme.example", "BEHIND_PROXYS": "1"}
    result = start(command, tmp_path, **changes)
    warnings, errors = [], []
    for line in result.stderr.splitlines():
        (errors if line.startswith("teamadmin: ") else warnings).append(line)
    assert result.returncode == 2
    assert [line.rpartition(" ")[2] for line in errors] == ["(teamadmin.E006)", "(teamadmin.E012)"]
    assert any("BEHIND_PROXYS is unknown, so it is ignored. Did you mean BEHIND_PROXY?" in line for line in warnings)
    assert "Traceback" not in result.stderr and "s3cret" not in result.stderr


def test_demo_on_a_public_address_does_not_start(tmp_path):
    result = start(DEMO, tmp_path, TEAMADMIN_DEMO="1", DATABASE_URL="", REDIS_URL="", EMAIL_URL="")
    assert result.returncode == 2
    assert result.stderr.startswith("teamadmin: The demo (bin/run or TEAMADMIN_DEMO=1) has public passwords")
    assert not list(tmp_path.iterdir())


def test_database_that_is_away_ends_a_command_with_one_line(tmp_path):
    result = start([PYTHON, "manage.py", "showmigrations"], tmp_path, BEHIND_PROXY="1")
    assert result.returncode == 2
    text = "teamadmin: The database can't be used: connection failed: connection to server"
    assert result.stderr.startswith(text) and result.stderr.count("\n") == 1
