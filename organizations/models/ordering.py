"""Work on many members that is done bit by bit."""

from django.db import models

from organizations.models.organization import Organization, Role


class Reordering(models.Model):
    """Holders of a role whose place in lists (Membership.role_order) is to be worked out anew: those after `after`, by
    id. Deleted when all are done."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    after = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.role} > {self.after}"
