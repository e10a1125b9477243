"""bin/django-next reports in one line, and never fails CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = settings.BASE_DIR / "bin" / "django-next"


def report(folder: Path, **env: str) -> str:
    """Run the script with only `folder` on the PATH, and return its output."""
    result = subprocess.run(
        [sys.executable, str(SCRIPT)], env={"PATH": str(folder), **env}, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def add_python(folder: Path, script: str) -> None:
    path = folder / "python3.13"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_newer_python_is_skipped(tmp_path):
    assert report(tmp_path) == "Django 6.1: skipped, because there is no Python 3.12 or newer on the PATH.\n"


def test_placeholder_on_the_path_is_skipped(tmp_path):
    """Version managers put placeholders on the PATH that fail."""
    add_python(tmp_path, "exit 127")
    assert "skipped" in report(tmp_path)


def test_failed_installation_is_reported_in_one_line(tmp_path):
    add_python(tmp_path, '[ "$1" = -c ] && exit 0; echo first; echo no space left; exit 1')
    output = report(tmp_path)
    assert output == "Django 6 on python3.13: failed, which does not fail this run. venv: no space left\n"


@pytest.mark.skipif(not os.access(SCRIPT, os.X_OK), reason="needs a checkout with file modes")
def test_ci_runs_it_without_its_exit_code():
    assert "python3 bin/django-next || true" in (settings.BASE_DIR / ".ci" / "run").read_text()
