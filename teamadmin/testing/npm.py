"""Packages of npm that tests run, installed once per machine."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def install_packages(source: Path, name: str) -> Path:
    """Return a folder with the files in `source` and the packages of its lock file. Skip the test if npm can't."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip(f"{name} needs Node.js 20 or newer, with npm.")
    files = sorted(each for each in source.iterdir() if each.is_file())
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"teamadmin-{name}-{os.getuid()}-{digest}"
    if not folder.exists():
        building = Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
        for each in files:
            shutil.copy(each, building)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=building, capture_output=True, text=True, timeout=300)
        if done.returncode:
            pytest.skip(f"npm can't install {name}: {done.stderr[-300:]}")
        try:
            building.rename(folder)
        except OSError:  # another test process was faster
            shutil.rmtree(building)
    return folder
