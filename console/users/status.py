"""What a member's state is called, and its tone (ui/status.html has the same for pages of Django's engine)."""

from django.utils.translation import gettext_lazy as _

STATES = {"active": _("Active"), "pending": _("Pending"), "expired": _("Expired"), "deactivated": _("Deactivated")}
TONES = {"active": "success", "pending": "warning", "expired": "danger", "deactivated": "neutral"}
