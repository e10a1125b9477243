"""The disk of the demo is full: SQLite can't write. Nothing is half saved, pages say so, and it recovers."""

import errno
import itertools
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.http_client import Browser
from teamadmin.testing.processes import Demo, responds

GROUPS = "/o/acme/groups/"
SIZE = "64m"
pytestmark = pytest.mark.xdist_group("demo")


class Disk:
    """A small disk where this process may mount one. Elsewhere, a limit on the size of the demo's files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "teamadmin-tests", str(folder)]
        self.is_mounted = subprocess.run(command, capture_output=True).returncode == 0

    def fill(self, demo: Demo) -> None:
        if not self.is_mounted:
            largest = max(path.stat().st_size for path in self.folder.glob("*.sqlite3*"))
            resource.prlimit(demo.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            return
        for size in (2**20, 4096):
            with (self.folder / f"filler-{size}").open("wb", buffering=0) as filler:
                try:
                    while True:
                        filler.write(b"x" * size)
                except OSError as error:
                    assert error.errno == errno.ENOSPC

    def free(self, demo: Demo) -> None:
        for filler in self.folder.glob("filler-*"):
            filler.unlink()
        resource.prlimit(demo.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def remove(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk")
    yield disk
    disk.remove()


def test_disk_full_and_free_again(disk):
    demo = Demo(disk.folder)
    try:
        demo.wait_ready()
        browser = Browser(demo.url)
        assert browser.sign_in("olga@acme.example", PASSWORD).status == 302
        statuses: dict[str, int] = {}

        def add_group() -> int:
            name = f"Crew {len(statuses)}"
            response = browser.post(f"{GROUPS}new/", {"name": name})
            statuses[name] = response.status
            if response.status == 503:
                assert "No changes were made" in response.text and "Traceback" not in response.text
            return response.status

        assert add_group() == 302
        disk.fill(demo)
        # Until then, SQLite uses the space that its write-ahead log already has.
        assert next(status for status in (add_group() for _ in range(500)) if status != 302) == 503
        assert browser.get("/health/live").status == 200
        disk.free(demo)
        assert next(number for number in itertools.count() if add_group() == 302) < 5
        assert responds(f"{demo.url}/health/ready")
    finally:
        demo.stop()
    assert set(statuses.values()) == {302, 503}
    assert_nothing_is_half_saved(disk.folder, {name for name, status in statuses.items() if status == 302})


def assert_nothing_is_half_saved(folder: Path, acknowledged: set[str]) -> None:
    """Exactly the acknowledged groups are stored, each with its entry in the audit log."""
    database = sqlite3.connect(folder / "teamadmin.sqlite3")
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        groups = database.execute("SELECT name FROM organizations_group WHERE name LIKE 'Crew %'").fetchall()
        entries = database.execute(
            "SELECT target_label FROM audit_entry WHERE action = 'group.created' AND target_label LIKE 'Crew %'"
        ).fetchall()
    finally:
        database.close()
    assert sorted(groups) == sorted(entries) == sorted((name,) for name in acknowledged)
