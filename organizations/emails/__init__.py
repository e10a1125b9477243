"""Emails about memberships. Each function is named in settings.OUTBOX_KINDS."""

from organizations.emails.brands import render_brand_test
from organizations.emails.break_glass import render_break_glass_used
from organizations.emails.two_factor import render_two_factor_reminder, render_two_factor_reset

__all__ = ["render_brand_test", "render_break_glass_used", "render_two_factor_reminder", "render_two_factor_reset"]
