"""Empty the database after each test that commits (transactional_db, live_server), fast.

Django truncates every table, which takes PostgreSQL half a second, and sends post_migrate, which takes as long. Most
tests leave a few rows, which are deleted in a tenth of that. What migrate creates is kept or restored.
"""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

from audit.apps import install_triggers
from organizations.apps import install_count_triggers, sync_built_in_roles

KEPT = {ContentType._meta.db_table, Permission._meta.db_table}
# Of the largest table, in bytes. Deleted rows still take space: tests that count read pages would see it.
MAX_SIZE = 160 * 1024


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    flush = TransactionTestCase._fixture_teardown

    def delete_or_flush(self: TransactionTestCase) -> None:
        if not delete_rows():
            flush(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_or_flush)
        yield


def delete_rows() -> bool:
    """Delete all rows. Return False if only Django's flush can: large tables, SQLite, or not a superuser."""
    if connection.vendor != "postgresql":
        return False
    tables = sorted({*connection.introspection.django_table_names(only_existing=True, include_views=False)} - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(pg_relation_size(oid)) <= %s AND current_setting('is_superuser') = 'on' FROM pg_class"
            " WHERE relname = ANY(%s) AND relkind = 'r'",
            [MAX_SIZE, tables],
        )
        if not cursor.fetchone()[0]:
            return False
        names = [connection.ops.quote_name(table) for table in tables]
        cursor.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")  # waits for requests that still run
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, in any order
        cursor.execute(";".join(f"DELETE FROM {name}" for name in names))
    for restore in (install_triggers, install_count_triggers, sync_built_in_roles):
        restore("default")
    return True
