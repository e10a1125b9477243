"""Users in the backoffice (B-1): staff can read them and lift a lockout. No secret is shown."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.backoffice import StaffAdmin, StaffForm
from accounts.models import User
from accounts.queries import has_two_factor
from accounts.services import unlock_user


class UnlockForm(StaffForm):
    title = _("Unlock")
    explanation = _("Clears failed sign-in attempts. The password and second factors don’t change.")
    button = _("Unlock")
    done = _("Unlocked.")

    def save(self, *, staff: User, found: Any) -> str:
        unlock_user(staff=staff, user=found, reason=self.cleaned_data["reason"])
        return ""


@admin.register(User)
class UserAdmin(StaffAdmin):
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    search_fields = ("email__startswith",)
    search_help_text = _("The beginning of an email address")
    ordering = ("email",)
    fields = readonly_fields = (
        *("email", "first_name", "last_name", "is_active", "is_staff", "has_second_factor", "organizations"),
        *("date_joined", "last_login", "password_changed_at"),
    )
    forms_by_name = {"unlocking": UnlockForm}

    @admin.display(description=_("Second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return has_two_factor(user)

    @admin.display(description=_("Organizations"))
    def organizations(self, user: User) -> str:
        members = user.memberships.select_related("organization").order_by("organization__name")
        return ", ".join(f"{member.organization.name} ({member.get_status_display()})" for member in members) or "–"
