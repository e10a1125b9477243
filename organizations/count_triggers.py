"""The triggers that maintain MemberCount.

Every write to the members' table, by a service, in bulk, by cascade or by hand, updates the counts in the same
transaction. A rollback undoes both.

On PostgreSQL, a statement inserts one row per organization that it changed. An INSERT without a unique key waits for no
other transaction, so concurrent accepts don't wait for each other, and it can't be part of a deadlock. One statement in
16 then merges the organization's rows into one. FOR UPDATE SKIP LOCKED skips rows that another transaction is merging,
and readers see the rows either before or after. SQLite has one writer, and one row per organization.
"""

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

MEMBERS, COUNTS = "organizations_membership", "organizations_membercount"
# The columns of MemberCount, and the members that each counts. {row} is "NEW." or "OLD." on SQLite.
STATUSES = {status: f"{{row}}status = '{status}'" for status in ("active", "deactivated", "invited")}
COUNTED = {**STATUSES, "two_factor": "{row}status = 'active' AND {row}two_factor"}
MERGE_ONE_IN = 16


def recount(counted: dict[str, str] = COUNTED) -> str:
    """Return the SQL that counts all members."""
    sums = ", ".join(f"sum(CASE WHEN {test.format(row='')} THEN 1 ELSE 0 END)" for test in counted.values())
    return f"""
    DELETE FROM {COUNTS};
    INSERT INTO {COUNTS} (organization_id, {", ".join(counted)})
    SELECT organization_id, {sums} FROM {MEMBERS} GROUP BY organization_id;
"""  # noqa: S608


RECOUNT = recount()


def _insert_changes(rows: str, counted: dict[str, str]) -> str:
    """Return the SQL that inserts the changes in `rows`, and sets `owners` to the organizations that changed."""
    columns, sums = ", ".join(counted), ", ".join(f"sum({name})" for name in counted)
    changed = " OR ".join(f"sum({name}) <> 0" for name in counted)
    return f"""WITH added AS (
            INSERT INTO {COUNTS} (organization_id, {columns}) SELECT organization_id, {sums} FROM ({rows}) AS changed
            GROUP BY organization_id HAVING {changed} RETURNING organization_id
        ) SELECT array_agg(organization_id) INTO owners FROM added;"""  # noqa: S608


def _rows(table: str, sign: str, counted: dict[str, str]) -> str:
    counts = ", ".join(f"{sign}({test.format(row='')})::int AS {name}" for name, test in counted.items())
    return f"SELECT organization_id, {counts} FROM {table}"  # noqa: S608


def _functions(counted: dict[str, str]) -> str:
    """Return the SQL that creates PostgreSQL's trigger functions, also over earlier versions of them."""
    added, removed = _rows("new_rows", "", counted), _rows("old_rows", "-", counted)
    columns, sums = ", ".join(counted), ", ".join(f"sum({name})" for name in counted)
    return f"""
CREATE OR REPLACE FUNCTION count_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owners uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        {_insert_changes(added, counted)}
    ELSIF TG_OP = 'DELETE' THEN
        {_insert_changes(removed, counted)}
    ELSE
        {_insert_changes(f"{added} UNION ALL {removed}", counted)}
    END IF;
    -- In a stricter isolation level, SKIP LOCKED would fail on rows that another transaction merged. The counts are
    -- correct without merging.
    IF owners IS NOT NULL AND random() * {MERGE_ONE_IN} < 1
       AND current_setting('transaction_isolation') = 'read committed' THEN
        WITH removed AS (
            DELETE FROM {COUNTS} WHERE id IN (
                SELECT id FROM {COUNTS} WHERE organization_id = ANY(owners) FOR UPDATE SKIP LOCKED
            ) RETURNING organization_id, {columns}
        )
        INSERT INTO {COUNTS} (organization_id, {columns})
        SELECT organization_id, {sums} FROM removed GROUP BY organization_id;
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


def _count_row(row: str, sign: str, counted: dict[str, str]) -> str:
    """Return the SQLite statements that add one member (sign "+") or remove one (sign "-")."""
    changes = ", ".join(f"{name} = {name} {sign} ({test.format(row=f'{row}.')})" for name, test in counted.items())
    zeros = ", ".join("0" for _name in counted)
    return f"""INSERT INTO {COUNTS} (organization_id, {", ".join(counted)}) SELECT {row}.organization_id, {zeros}
            WHERE NOT EXISTS (SELECT 1 FROM {COUNTS} WHERE organization_id = {row}.organization_id);
        UPDATE {COUNTS} SET {changes} WHERE organization_id = {row}.organization_id;"""  # noqa: S608


def _sqlite(counted: dict[str, str]) -> str:
    added, removed = _count_row("NEW", "+", counted), _count_row("OLD", "-", counted)
    columns = ["status", "organization_id", *(["two_factor"] if "two_factor" in counted else [])]
    changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)
    return f"""
CREATE TRIGGER member_count_insert AFTER INSERT ON {MEMBERS} BEGIN {added} END;
CREATE TRIGGER member_count_delete AFTER DELETE ON {MEMBERS} BEGIN {removed} END;
CREATE TRIGGER member_count_update AFTER UPDATE OF {", ".join(columns)} ON {MEMBERS}
    WHEN {changed} BEGIN {removed} {added} END;
CREATE TRIGGER member_count_forget AFTER DELETE ON organizations_organization
    BEGIN DELETE FROM {COUNTS} WHERE organization_id = OLD.id; END;
"""  # noqa: S608


def _is_installed(connection: BaseDatabaseWrapper) -> bool:
    table, column, expected = (
        ("pg_trigger", "tgname", 5) if connection.vendor == "postgresql" else ("sqlite_master", "name", 4)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} LIKE %s", ["member_count_%"])  # noqa: S608
        return cursor.fetchone()[0] == expected


def install(using: str = "default", counted: dict[str, str] = COUNTED) -> None:
    """Create the triggers and count all members, unless the triggers exist.

    Runs after every migrate, because SQLite alters a table by recreating it, which drops its triggers. A migration
    gives the columns that exist at its time in `counted`.
    """
    connection = connections[using]
    if _is_installed(connection):
        return
    uninstall(using)
    if connection.vendor == "sqlite":
        _install_on_sqlite(connection, counted)
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {MEMBERS} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_functions(counted) + POSTGRESQL)
        cursor.execute(recount(counted))


def _install_on_sqlite(connection: BaseDatabaseWrapper, counted: dict[str, str]) -> None:
    # Not executescript(), because it commits. "END;" occurs only at the end of each trigger.
    statements = [f"{part} END" for part in _sqlite(counted).split("END;")[:-1]] + recount(counted).split(";")[:-1]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def uninstall(using: str = "default") -> None:
    """Drop the triggers, for reversing the migration."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "DROP FUNCTION IF EXISTS count_members() CASCADE;DROP FUNCTION IF EXISTS forget_member_counts() CASCADE"
            )
            return
        for name in ("insert", "delete", "update", "forget"):
            cursor.execute(f"DROP TRIGGER IF EXISTS member_count_{name}")
