"""Encrypting every secret in the database again with the first key (manage.py rotate_keys)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast

from base.encryption import DecryptionFailed, EncryptedField, decrypt, uses_first_key

# Tries for a row that the site keeps changing.
TRIES = 5


@dataclass
class Result:
    """What became of the secrets of one field: numbers of rows, and the primary keys of those that failed.

    No key decrypts the rows in `undecryptable`. Those in `busy` changed at each try: run the rotation again.
    """

    label: str
    rotated: int = 0
    current: int = 0
    undecryptable: list[Any] = field(default_factory=list)
    busy: list[Any] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return not self.undecryptable and not self.busy


def encrypted_fields() -> Iterator[tuple[type[Model], str]]:
    """Yield each model with an encrypted field, and the field's name."""
    for model in apps.get_models(include_auto_created=True):
        for each in model._meta.local_fields:
            if isinstance(each, EncryptedField):
                yield model, each.name


def rotate_field(model: type[Model], name: str, *, batch_size: int = 500) -> Result:
    """Encrypt the field of all rows with the first key.

    Safe while the site runs: a row is only written if its secret is still the one that was read. Rows that use the
    first key already are skipped, so it can be stopped and started again.
    """
    result, last = Result(f"{model._meta.label}.{name}"), None
    while rows := _batch(model, name, last, batch_size):
        for pk, stored in rows:
            _rotate_row(model, name, pk, stored, result)
        last = rows[-1][0]
    return result


def _batch(model: type[Model], name: str, after: Any, size: int) -> list[tuple[Any, str]]:
    rows = _stored(model, name).exclude(**{name: None}).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.values_list("pk", "stored")[:size])


def _stored(model: type[Model], name: str) -> QuerySet:
    """Return all rows, with `stored`: the field as it is in the database, encrypted."""
    return model._base_manager.annotate(stored=Cast(name, TextField()))


def _rotate_row(model: type[Model], name: str, pk: Any, stored: str | None, result: Result) -> None:
    for _try in range(TRIES):
        if stored is None:  # deleted in the meantime
            return
        if uses_first_key(stored):
            result.current += 1
            return
        try:
            secret = decrypt(stored)
        except DecryptionFailed:
            result.undecryptable.append(pk)
            return
        if _stored(model, name).filter(pk=pk, stored=stored).update(**{name: secret}):
            result.rotated += 1
            return
        stored = _stored(model, name).filter(pk=pk).values_list("stored", flat=True).first()
    result.busy.append(pk)
