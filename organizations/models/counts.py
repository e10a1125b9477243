"""The number of members of each status in an organization, maintained by triggers on the members' table."""

from django.db import models

from organizations.models.organization import Organization


class MemberCount(models.Model):
    """A part of an organization's counts. The sum of its rows is the count.

    Only the triggers of organizations.count_triggers write these rows. There are several per organization so that
    writers never wait for each other: each adds a row with its changes, and some of them merge the rows that no other
    transaction is merging. A trigger also deletes the rows with the organization.
    """

    organization = models.ForeignKey(Organization, models.DO_NOTHING, related_name="+", db_constraint=False)
    active = models.IntegerField(default=0)
    deactivated = models.IntegerField(default=0)
    invited = models.IntegerField(default=0)
