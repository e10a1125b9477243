"""How an organization gives roles to its members."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scheme(models.TextChoices):
    """One ranked role for each member (R-1), or one or more task roles (R-2)."""

    RANKED = "ranked", _("Ranked roles")
    TASK = "task", _("Task roles")
