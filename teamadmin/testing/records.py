"""Datasets, sources, destinations and pipelines for tests."""

from typing import Any

from organizations.models import Membership, Organization
from workspace.models import Dataset, Destination, Pipeline, Record, Source


def add_record(model: type[Record], organization: Organization, name: str, **fields: Any) -> Any:
    """Create a dataset, source or destination, without an entry in the audit log."""
    if issubclass(model, (Source, Destination)):
        fields.setdefault("kind", "postgresql")
    record = model(organization=organization, name=name, **fields)
    record.save()
    return record


def add_pipeline(organization: Organization, name: str, **fields: Any) -> Pipeline:
    """Create a pipeline, with its own source and destination unless they are given."""
    source = fields.pop("source", None) or add_record(Source, organization, f"Source of {name}")
    destination = fields.pop("destination", None) or add_record(Destination, organization, f"Destination of {name}")
    return add_record(Pipeline, organization, name, source=source, destination=destination, **fields)


def add_records(owner: Membership) -> dict[str, str]:
    """Add one of each, and return their ids as URLs name them. The source and the destination are in use by nothing."""
    organization = owner.organization
    records = {
        "dataset_id": add_record(Dataset, organization, "Orders", owner=owner),
        "source_id": add_record(Source, organization, "Shop database", owner=owner),
        "destination_id": add_record(Destination, organization, "Warehouse", owner=owner),
        "pipeline_id": add_pipeline(organization, "Orders to warehouse", owner=owner),
    }
    return {name: str(record.pk) for name, record in records.items()}
