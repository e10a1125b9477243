"""The demo's datasets, sources, destinations and pipelines, as tables."""

from datetime import timedelta
from typing import Any

from django.utils.crypto import get_random_string

from teamadmin.demo.builder import Builder
from workspace.models import Dataset, Destination, Pipeline, Record, Source
from workspace.services import (
    ConnectionValues,
    PipelineValues,
    RecordValues,
    archive_record,
    create_record,
)

# name | description | project | owner (before the @) | state | days since the last change
DATASETS = {
    "acme": """
Customers | Names and addresses of customers | Customer portal | kenji.watanabe | active | 1
Orders | One row per order line | Data warehouse | kenji.watanabe | active | 8
Scanner events | Goods in and out, by warehouse | Warehouse rollout | amara.okafor | active | 10
Ticket history | Closed tickets since 2023 | Support desk | priya.raghunathan | active | 16
Sales forecast | Monthly, by region | Forecasting | mei-ling.chen | draft | 19
Old price list | Replaced by Orders | Billing engine | max | archived | 59
""",
    "globex": """
Clicks | Page views and clicks, by session | Clickstream | hugo.bergstrom | active | 2
Machine readings | Temperature and load, every minute | Machine telemetry | arjun.mehta | active | 5
Invoices | Issued since 2020 | Revenue reports | maren.holm | active | 12
""",
}
# name | kind | address | user name | project | owner | state | days. Each gets a random password.
SOURCES = {
    "acme": """
Shop database | postgresql | shop.acme.example/orders | reader | Data warehouse | kenji.watanabe | active | 57
Help desk | http | https://help.acme.example/api | reports | Support desk | priya.raghunathan | active | 20
Warehouse scanners | kafka | scanners.acme.example:9093 | | Warehouse rollout | amara.okafor | active | 18
Partner sheet | sheet | https://sheets.acme.example/partners | | Partner program | max | draft | 16
Billing database | mysql | billing.acme.example/ledger | reader | Billing engine | olga | active | 90
""",
    "globex": """
Web events | kafka | events.globex.example:9093 | collector | Clickstream | hugo.bergstrom | active | 3
Machines | http | https://machines.globex.example/v2 | telemetry | Machine telemetry | arjun.mehta | active | 6
""",
}
DESTINATIONS = {
    "acme": """
Data warehouse | postgresql | warehouse.acme.example/main | loader | Data warehouse | kenji.watanabe | active | 57
Event store | s3 | s3://acme-events | loader | Warehouse rollout | amara.okafor | active | 18
Archive bucket | s3 | s3://acme-archive | archiver | | olga | active | 16
""",
    "globex": """
Sales lake | s3 | s3://globex-sales | loader | Sales lake | hugo.bergstrom | active | 9
""",
}
# name | source | destination | project | owner | state | days
PIPELINES = {
    "acme": """
Orders to warehouse | Shop database | Data warehouse | Data warehouse | kenji.watanabe | active | 1
Support tickets | Help desk | Data warehouse | Support desk | priya.raghunathan | active | 8
Scanner events | Warehouse scanners | Event store | Warehouse rollout | amara.okafor | paused | 10
Partner export | Partner sheet | Archive bucket | Partner program | max | draft | 16
""",
    "globex": """
Clicks to lake | Web events | Sales lake | Clickstream | hugo.bergstrom | active | 2
""",
}  # fmt: skip


def _lines(tables: dict[str, str], slug: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in tables.get(slug, "").strip().splitlines()]


def add(builder: Builder) -> None:
    """Add an organization's records."""
    slug = builder.company.slug
    for name, description, project, owner, state, days in _lines(DATASETS, slug):
        values = RecordValues(name=name, description=description, **_common(builder, project, owner, state))
        _create(builder, Dataset, values, state, int(days))
    joined: dict[type[Record], dict[str, Any]] = {Source: {}, Destination: {}}
    for model, tables in ((Source, SOURCES), (Destination, DESTINATIONS)):
        for name, kind, address, username, project, owner, state, days in _lines(tables, slug):
            values = ConnectionValues(
                name=name, kind=kind, address=address, username=username, secret=get_random_string(24),
                **_common(builder, project, owner, state),
            )  # fmt: skip
            joined[model][name] = _create(builder, model, values, state, int(days))
    for name, source, destination, project, owner, state, days in _lines(PIPELINES, slug):
        parts = {"source": joined[Source][source], "destination": joined[Destination][destination]}
        values = PipelineValues(name=name, **parts, **_common(builder, project, owner, state))
        _create(builder, Pipeline, values, state, int(days))


def _common(builder: Builder, project: str, owner: str, state: str) -> dict[str, Any]:
    return {
        "project": builder.projects.get(project),
        "owner": builder.members[f"{owner}@{builder.company.slug}.example"],
        "state": "active" if state == "archived" else state,
    }


def _create(builder: Builder, model: type[Record], values: RecordValues, state: str, days: int) -> Record:
    actor = builder.founder
    record = create_record(actor=actor, organization=builder.organization, model=model, values=values)
    if state == "archived":
        archive_record(actor=actor, record=record)
    changed_at = builder.now - timedelta(days=days, hours=3)
    fields: dict[str, Any] = {"changed_at": changed_at, "created_at": changed_at - timedelta(days=30)}
    if issubclass(model, (Source, Destination)):
        fields |= {"secret_changed_at": changed_at, "secret_changed_by": str(values.owner)}
    model._default_manager.filter(pk=record.pk).update(**fields)
    return record
