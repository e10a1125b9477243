"""Updates of many members that run in batches."""

from django.db import models

from organizations.models.organization import Organization, Role


class Reordering(models.Model):
    """A pending update of Membership.role_order for the members of a role.

    `after` is the id of the last member that was updated. The row is deleted when all members are updated.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    after = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.role} > {self.after}"
