"""Prometheus's promtool, for tests of alarms: one on the PATH, or Debian's package, unpacked but not installed."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest


@cache
def find() -> str | None:
    """Return the path of promtool, or None. The package is downloaded once per machine."""
    if path := shutil.which("promtool"):
        return path
    folder = Path(tempfile.gettempdir()) / f"teamadmin-promtool-{os.getuid()}"
    path = folder / "usr" / "bin" / "promtool"
    if not path.exists() and shutil.which("apt-get") and shutil.which("dpkg-deb"):
        _unpack(folder)
    return str(path) if path.exists() else None


def _unpack(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as building:
        quiet = {"cwd": building, "capture_output": True, "timeout": 120}
        if subprocess.run(["apt-get", "download", "prometheus"], **quiet).returncode:
            subprocess.run(["apt-get", "update"], **quiet)
            subprocess.run(["apt-get", "download", "prometheus"], **quiet)
        for package in Path(building).glob("prometheus_*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package.name, "unpacked"], **quiet)
            try:
                (Path(building) / "unpacked").rename(folder)
            except OSError:  # another test process was faster
                return


def run(*arguments: str, cwd: Path) -> str:
    """Return what promtool prints. Raise AssertionError if it fails. Skip the test if there is no promtool."""
    path = find()
    if not path:
        pytest.skip("promtool is neither on the PATH nor can Debian's package prometheus be downloaded.")
    done = subprocess.run([path, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
