"""Reading metrics from large tables: every statement uses an index, and the newest rows are counted up to a limit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from teamadmin.metrics import readings
from teamadmin.testing.parallel import on_postgresql

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not on_postgresql(), reason="SQLite plans differently"),
]
ROWS = 20_000
# Finished work of long ago: ids start with the time.
OLD_ROWS = """
insert into outbox_outgoingemail (id, kind, subject_id, key, message_id, state, attempts, created_at, next_attempt_at,
    sent_at, last_error, provider_message_id)
select lpad(to_hex(n), 32, '0')::uuid, 'x', gen_random_uuid(), n::text, n::text, 'sent', 1, now(), now(), now(), '', ''
from generate_series(1, {rows}) n;
insert into audit_entry (id, at, actor_label, action, target_label, data, request_id, sequence, hash)
select gen_random_uuid(), now(), '', 'x', '', '{{}}', '', n, '' from generate_series(1, {rows}) n;
insert into accounts_session (session_key, session_data, expire_date, user_agent, organization_ids,
    ended_organization_ids)
select n::text, '', now() - interval '1 day', '', '[]', '[]' from generate_series(1, {rows}) n;
insert into accounts_attemptcount (key, failures, updated_at)
select n::text, 1, now() from generate_series(1, {rows}) n;
analyze outbox_outgoingemail, audit_entry, accounts_session, accounts_attemptcount;
"""
TABLES = ("outbox_outgoingemail", "audit_entry", "accounts_session", "accounts_attemptcount", "console_bulkaction")


def test_statements_use_indexes():
    with connection.cursor() as cursor:
        cursor.execute(OLD_ROWS.format(rows=ROWS))
    with CaptureQueriesContext(connection) as queries:
        metrics = {family.name: family for family in readings.read_all()}
    assert metrics["teamadmin_sessions"].samples[0].value == 0
    plans = {query["sql"]: explain(query["sql"]) for query in queries.captured_queries}
    assert len(plans) >= 9
    large = [table for table in TABLES if table != "console_bulkaction"]
    assert [plan for plan in plans.values() if any(f"Seq Scan on {table}" in plan for table in large)] == []


def explain(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("explain " + statement)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_counts_stop(monkeypatch):
    monkeypatch.setattr(readings, "CAP", 100)
    recent = OLD_ROWS.replace("lpad(to_hex(n), 32, '0')::uuid", "gen_random_uuid()")
    recent = recent.replace("interval '1 day'", "interval '-1 day'")
    with connection.cursor() as cursor:
        cursor.execute(recent.format(rows=1000))
    metrics = {family.name: family for family in readings.read_all()}
    assert metrics["teamadmin_sessions"].samples[0].value == 100
    emails = metrics["teamadmin_recent_emails"].samples
    assert sum(sample.value for sample in emails if sample.labels["window"] == "1d") == 100
