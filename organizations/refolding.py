"""Computing again how members and named objects are searched and sorted (base.refolding)."""

from typing import Any

from base.refolding import refold
from organizations.models.members import search_columns
from organizations.models.named import sort_columns


def refold_members(model: Any) -> int:
    """Refold the members. `model` is Membership, or that of a migration. Return how many have changed."""
    sources = ("first_name", "last_name", "email", "email_key")
    return refold(model.objects.all(), sources, ("sort_name", "search_text"), search_columns)


def refold_named(model: Any) -> int:
    """Refold the rows of a NamedModel, or that of a migration. Return how many have changed."""
    return refold(model.objects.all(), ("name",), ("sort_name",), sort_columns)
