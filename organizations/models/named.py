"""Name and description, shared by groups and projects."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from base import text
from base.ids import uuid7


def sort_columns(name: str) -> tuple[str]:
    """Return what NamedModel.sort_name is for this name, as the one column that base.refolding computes."""
    return (text.fold(name)[:500],)


class NamedModel(models.Model):
    """Base class for rows whose name is unique in their organization, regardless of case and Unicode form."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=400)
    # The name as lists sort and search it: text.fold(name). Sorted by code points: migration organizations.0024 (and
    # workspace.0003) set the collation; a migration that changes the type must set it again.
    sort_name = models.CharField(max_length=500, blank=True, default="", db_default="")
    description = models.CharField(_("description"), max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **options) -> None:
        self.prepare()
        super().save(*args, **options)

    def prepare(self):
        """Set the key that makes the name unique, and the form to sort by. Return self, for bulk writes."""
        self.name_key = text.name_key(self.name)[:400]
        (self.sort_name,) = sort_columns(self.name)
        return self
