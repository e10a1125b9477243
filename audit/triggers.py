"""The triggers that make the audit log append-only, on PostgreSQL and SQLite.

They refuse to change an entry, except that an unsealed one is sealed, and to delete one, except what retention has
released (AuditChain.kept_from). They stop the product's own mistakes and injected SQL. The owner of the database can
drop them: `manage.py audit verify` finds what was changed afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ENTRIES, CHAINS = "audit_entry", "audit_auditchain"
NAMES = ("audit_entry_update", "audit_entry_delete", "audit_entry_truncate")
# Columns that never change. Sealing writes the others once.
FIXED = (
    "id", "organization_id", "at", "actor_id", "actor_label", "via", "action", "target_id", "target_label", "data",
    "ip", "request_id",
)  # fmt: skip
CHANGED, DELETED = "Entries of the audit log can't be changed.", "Entries of the audit log can't be deleted."
# A setting of a transaction in which the triggers let everything pass. Only lifted() and the tests' flush use it.
LIFTED = "teamadmin.audit_lifted"


def _released(old: str, same: str) -> str:
    """Return the SQL condition that retention has released the entry `old`."""
    return f"""EXISTS (SELECT 1 FROM {CHAINS} AS chain WHERE chain.organization_id {same} {old}.organization_id
        AND {old}.sequence < chain.kept_from)"""  # noqa: S608


def _is_change(different: str) -> str:
    """Return the SQL condition that an update does more than seal an unsealed entry."""
    changed = " OR ".join(f"NEW.{column} {different} OLD.{column}" for column in FIXED)
    return f"OLD.sequence IS NOT NULL OR NEW.sequence IS NULL OR NEW.hash IS NULL OR {changed}"


POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('{LIFTED}', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION '{CHANGED.replace("'", "''")}' USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'DELETE' THEN
        IF {_released("OLD", "IS NOT DISTINCT FROM")} THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '{DELETED.replace("'", "''")}' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_entry_update BEFORE UPDATE ON {ENTRIES} FOR EACH ROW
    WHEN ({_is_change("IS DISTINCT FROM")}) EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_delete BEFORE DELETE ON {ENTRIES} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON {ENTRIES} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""  # noqa: S608

SQLITE = (
    f"""CREATE TRIGGER audit_entry_update BEFORE UPDATE ON {ENTRIES} WHEN {_is_change("IS NOT")}
    BEGIN SELECT RAISE(ABORT, '{CHANGED.replace("'", "''")}'); END""",
    f"""CREATE TRIGGER audit_entry_delete BEFORE DELETE ON {ENTRIES} WHEN NOT {_released("OLD", "IS")}
    BEGIN SELECT RAISE(ABORT, '{DELETED.replace("'", "''")}'); END""",
)


def _is_installed(connection: BaseDatabaseWrapper) -> bool:
    postgresql = connection.vendor == "postgresql"
    table, column = ("pg_trigger", "tgname") if postgresql else ("sqlite_master", "name")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} LIKE 'audit_entry_%%te'", [])  # noqa: S608
        return cursor.fetchone()[0] == (3 if postgresql else 2)


def install(using: str = "default") -> None:
    """Create the triggers, unless they exist.

    Runs after every migrate, because SQLite alters a table by recreating it, which drops its triggers.
    """
    connection = connections[using]
    if _is_installed(connection):
        return
    uninstall(using)
    statements = (POSTGRESQL,) if connection.vendor == "postgresql" else SQLITE
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def lifting_sql(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the statements after which the transaction may change entries. On SQLite, install() ends that."""
    if connection.vendor == "postgresql":
        return [f"SELECT set_config('{LIFTED}', 'on', true)"]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES]


def uninstall(using: str = "default") -> None:
    """Drop the triggers, for reversing the migration."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS audit_refuse() CASCADE")
            return
        for statement in lifting_sql(connection):
            cursor.execute(statement)


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Let one transaction change entries, for the demo's history and for tests."""
    connection = connections[using]
    with transaction.atomic(using=using):
        with connection.cursor() as cursor:
            for statement in lifting_sql(connection):
                cursor.execute(statement)
        yield
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT set_config('{LIFTED}', '', true)")
        else:
            install(using)
