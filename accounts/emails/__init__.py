"""Emails about a person's own account."""

from accounts.emails.email_change import render_email_confirmation
from accounts.emails.notices import describe_event, facts_of, render_security_notice
from accounts.emails.passwords import format_duration, password_reset_url, render_password_reset
from accounts.emails.two_factor import render_two_factor_reset

__all__ = [
    "describe_event",
    "facts_of",
    "format_duration",
    "password_reset_url",
    "render_email_confirmation",
    "render_password_reset",
    "render_security_notice",
    "render_two_factor_reset",
]
