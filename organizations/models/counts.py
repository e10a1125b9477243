"""How many members of each status an organization has: kept by triggers on the members' table."""

from django.db import models

from organizations.models.organization import Organization


class MemberCount(models.Model):
    """A part of an organization's counts; their sum is the count. Written by organizations.counting's triggers alone.

    Several rows, so that writers never wait for one another: each adds what it changed, and now and then one of them
    folds the rows that nobody else is folding. The rows leave with the organization, by a trigger too.
    """

    organization = models.ForeignKey(Organization, models.DO_NOTHING, related_name="+", db_constraint=False)
    active = models.IntegerField(default=0)
    deactivated = models.IntegerField(default=0)
    invited = models.IntegerField(default=0)
