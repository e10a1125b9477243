"""Numbers of members in an organization: now, maintained by triggers on the members' table, and day by day."""

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
    # Active members with a second factor.
    two_factor = models.IntegerField(default=0, db_default=0)


class TwoFactorProgress(models.Model):
    """How many active members an organization had on a day (UTC), and how many of them had a second factor (S-11)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    active = models.IntegerField()
    two_factor = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="two_factor_progress_once")]
        # Old days are deleted.
        indexes = [models.Index(fields=["day"], name="two_factor_progress_by_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.two_factor} of {self.active}"


class SeatUse(models.Model):
    """The seats that an organization used on a day (UTC), and its limit on that day, 0 for none (A-9)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    used = models.IntegerField()
    limit = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="seat_use_once")]
        # Old days are deleted.
        indexes = [models.Index(fields=["day"], name="seat_use_by_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.used} of {self.limit}"
