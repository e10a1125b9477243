"""The triggers that keep MemberCount: whoever writes members, by a service, in bulk, by cascade or by hand, writes the
counts in the same transaction, and a rollback takes both back.

On PostgreSQL a statement adds one row for each organization that it changed: an INSERT without a unique key waits for
nobody, so neither do accepts of one organization for each other, nor can it be part of a deadlock. One in sixteen then
folds the organization's rows into one; FOR UPDATE SKIP LOCKED leaves alone what somebody else is folding, and readers
see the rows before or after. SQLite has one writer and one row for each organization.
"""

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

MEMBERS, COUNTS = "organizations_membership", "organizations_membercount"
STATUSES = ("active", "deactivated", "invited")
COLUMNS = ", ".join(STATUSES)
FOLD_ONE_IN = 16

_EACH = ", ".join(f"(status = '{status}')::int AS {status}" for status in STATUSES)
_GONE_EACH = ", ".join(f"-(status = '{status}')::int AS {status}" for status in STATUSES)
_SUMS = ", ".join(f"sum({status})" for status in STATUSES)
RECOUNT = f"""
    DELETE FROM {COUNTS};
    INSERT INTO {COUNTS} (organization_id, {COLUMNS})
    SELECT organization_id, {", ".join(f"sum(CASE WHEN status = '{status}' THEN 1 ELSE 0 END)" for status in STATUSES)}
    FROM {MEMBERS} GROUP BY organization_id;
"""  # noqa: S608


def _added(rows: str) -> str:
    return f"""WITH added AS (
            INSERT INTO {COUNTS} (organization_id, {COLUMNS}) SELECT organization_id, {_SUMS} FROM ({rows}) AS changed
            GROUP BY organization_id HAVING sum(active) <> 0 OR sum(deactivated) <> 0 OR sum(invited) <> 0
            RETURNING organization_id
        ) SELECT array_agg(organization_id) INTO owners FROM added;"""  # noqa: S608


_NEW = f"SELECT organization_id, {_EACH} FROM new_rows"  # noqa: S608
_OLD = f"SELECT organization_id, {_GONE_EACH} FROM old_rows"  # noqa: S608
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION count_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owners uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        {_added(_NEW)}
    ELSIF TG_OP = 'DELETE' THEN
        {_added(_OLD)}
    ELSE
        {_added(f"{_NEW} UNION ALL {_OLD}")}
    END IF;
    -- Under a stricter isolation SKIP LOCKED would fail on what another transaction folded; rows alone are right too.
    IF owners IS NOT NULL AND random() * {FOLD_ONE_IN} < 1
       AND current_setting('transaction_isolation') = 'read committed' THEN
        WITH gone AS (
            DELETE FROM {COUNTS} WHERE id IN (
                SELECT id FROM {COUNTS} WHERE organization_id = ANY(owners) FOR UPDATE SKIP LOCKED
            ) RETURNING organization_id, {COLUMNS}
        )
        INSERT INTO {COUNTS} (organization_id, {COLUMNS})
        SELECT organization_id, {_SUMS} FROM gone GROUP BY organization_id;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION forget_member_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM {COUNTS};
    ELSE
        DELETE FROM {COUNTS} WHERE organization_id = OLD.id;
    END IF;
    RETURN NULL;
END $$;
"""  # noqa: S608
POSTGRESQL = f"""
{FUNCTIONS}
CREATE TRIGGER member_count_insert AFTER INSERT ON {MEMBERS} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_members();
CREATE TRIGGER member_count_delete AFTER DELETE ON {MEMBERS} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_members();
CREATE TRIGGER member_count_update AFTER UPDATE ON {MEMBERS} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_members();
CREATE TRIGGER member_count_truncate AFTER TRUNCATE ON {MEMBERS}
    FOR EACH STATEMENT EXECUTE FUNCTION forget_member_counts();
CREATE TRIGGER member_count_forget AFTER DELETE ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION forget_member_counts();
"""


def _moved(row: str, sign: str) -> str:
    """SQLite: counts one member in or out."""
    changes = ", ".join(f"{status} = {status} {sign} ({row}.status = '{status}')" for status in STATUSES)
    return f"""INSERT INTO {COUNTS} (organization_id, {COLUMNS}) SELECT {row}.organization_id, 0, 0, 0
            WHERE NOT EXISTS (SELECT 1 FROM {COUNTS} WHERE organization_id = {row}.organization_id);
        UPDATE {COUNTS} SET {changes} WHERE organization_id = {row}.organization_id;"""  # noqa: S608


SQLITE = f"""
CREATE TRIGGER member_count_insert AFTER INSERT ON {MEMBERS} BEGIN {_moved("NEW", "+")} END;
CREATE TRIGGER member_count_delete AFTER DELETE ON {MEMBERS} BEGIN {_moved("OLD", "-")} END;
CREATE TRIGGER member_count_update AFTER UPDATE OF status, organization_id ON {MEMBERS}
    WHEN NEW.status <> OLD.status OR NEW.organization_id <> OLD.organization_id
    BEGIN {_moved("OLD", "-")} {_moved("NEW", "+")} END;
CREATE TRIGGER member_count_forget AFTER DELETE ON organizations_organization
    BEGIN DELETE FROM {COUNTS} WHERE organization_id = OLD.id; END;
"""  # noqa: S608


def _installed(connection: BaseDatabaseWrapper) -> bool:
    table, column, wanted = (
        ("pg_trigger", "tgname", 5) if connection.vendor == "postgresql" else ("sqlite_master", "name", 4)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} LIKE %s", ["member_count_%"])  # noqa: S608
        return cursor.fetchone()[0] == wanted


def install(using: str = "default") -> None:
    """Makes the triggers and counts everybody, unless they are there.

    After every migrate: SQLite alters a table by making it anew, and the triggers of the old one go with it.
    """
    connection = connections[using]
    if _installed(connection):
        return
    uninstall(using)
    if connection.vendor == "sqlite":
        _on_sqlite(connection)
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {MEMBERS} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(POSTGRESQL)
        cursor.execute(RECOUNT)


def _on_sqlite(connection: BaseDatabaseWrapper) -> None:
    # executescript() would commit; a trigger's end is the one blank line after "END;".
    statements = [f"{part} END" for part in SQLITE.split("END;")[:-1]] + RECOUNT.split(";")[:-1]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def uninstall(using: str = "default") -> None:
    """Takes the triggers away, for a migration backwards."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "DROP FUNCTION IF EXISTS count_members() CASCADE;DROP FUNCTION IF EXISTS forget_member_counts() CASCADE"
            )
            return
        for name in ("insert", "delete", "update", "forget"):
            cursor.execute(f"DROP TRIGGER IF EXISTS member_count_{name}")
