"""Let tests empty the database, and change the audit log as someone with access to the database could."""

from collections.abc import Iterator

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from audit.models import Entry
from audit.triggers import lifted, lifting_sql


@pytest.fixture(scope="session", autouse=True)
def _flush_with_audit_log() -> Iterator[None]:
    """Let the flush after a test with transactions delete audit entries. It installs the triggers again (SQLite)."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_entries_too(self, sql_list):
        return flush(self, [*lifting_sql(self.connection), *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_entries_too)
        yield


def forget_entries() -> None:
    """Delete all entries, so that a test sees only what follows."""
    with lifted():
        Entry.objects.all().delete()
