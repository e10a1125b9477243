"""Datasets, sources, destinations and pipelines (A-3): records of what an organization works with.

Nothing here opens a connection or moves data. Records describe what exists, who owns it and who can edit it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.encryption import EncryptedField
from organizations.models import Membership, Organization, Project
from organizations.models.named import NamedModel
from organizations.permissions import Permission


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")


class ConnectionKind(models.TextChoices):
    POSTGRESQL = "postgresql", "PostgreSQL"
    MYSQL = "mysql", "MySQL"
    S3 = "s3", "Amazon S3"
    KAFKA = "kafka", "Kafka"
    HTTP = "http", "HTTP API"
    SHEET = "sheet", _("Spreadsheet")


class Record(NamedModel):
    """Base of all four types. `changed_at` is the last change made by a person."""

    VIEW: ClassVar[Permission]
    MANAGE: ClassVar[Permission]
    STATES: ClassVar[tuple[State, ...]] = (State.ACTIVE, State.DRAFT)

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="%(class)ss", db_index=False)
    owner = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="owned_%(class)ss", db_index=False
    )
    project = models.ForeignKey(
        Project, models.SET_NULL, null=True, blank=True, related_name="%(class)ss", db_index=False
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    archived_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["organization", "name_key"], name="%(class)s_name")]
        indexes = [
            models.Index(fields=["organization", "sort_name", "id"], name="%(class)s_by_name"),
            models.Index(fields=["organization", "changed_at", "id"], name="%(class)s_changed"),
            models.Index(fields=["owner"], condition=Q(owner__isnull=False), name="%(class)s_owner"),
            models.Index(fields=["project"], condition=Q(project__isnull=False), name="%(class)s_project"),
        ]


class Dataset(Record):
    VIEW, MANAGE = Permission.DATASETS_VIEW, Permission.DATASETS_MANAGE


class Connection(Record):
    """A source or a destination. The secret is write-only: no page, log entry or export contains it."""

    VIEW, MANAGE = Permission.INTEGRATIONS_VIEW, Permission.INTEGRATIONS_MANAGE

    kind = models.CharField(_("kind"), max_length=20, choices=ConnectionKind.choices)
    address = models.CharField(_("address"), max_length=500, blank=True)
    username = models.CharField(_("user name"), max_length=200, blank=True)
    secret = EncryptedField(null=True, blank=True)
    secret_changed_at = models.DateTimeField(null=True, blank=True)
    secret_changed_by = models.CharField(max_length=300, blank=True)

    class Meta(Record.Meta):
        abstract = True

    @property
    def has_secret(self) -> bool:
        return self.secret_changed_at is not None


class Source(Connection):
    pass


class Destination(Connection):
    pass


class Pipeline(Record):
    """Joins a source and a destination."""

    VIEW, MANAGE = Permission.INTEGRATIONS_VIEW, Permission.INTEGRATIONS_MANAGE
    STATES = (State.ACTIVE, State.PAUSED, State.DRAFT)

    source = models.ForeignKey(Source, models.RESTRICT, related_name="pipelines")
    destination = models.ForeignKey(Destination, models.RESTRICT, related_name="pipelines")
