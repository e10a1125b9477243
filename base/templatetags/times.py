"""Times for people: how long ago, with the full time for who wants it."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


def ago(value: datetime, now: datetime) -> str:
    """Now, 12m, 3h, the day of the week within six days, else "Dec 16", with the year where it is another."""
    minutes = int((now - value).total_seconds() // 60)
    local, today = timezone.localtime(value), timezone.localtime(now)
    if minutes < 1:
        return _("Now")
    if minutes < 60:
        return _("%(count)dm") % {"count": minutes}
    if minutes < 24 * 60:
        return _("%(count)dh") % {"count": minutes // 60}
    if (today.date() - local.date()).days < 7:
        return date_format(local, "D")
    return date_format(local, "M j" if local.year == today.year else "M j, Y")


@register.simple_tag
def time_ago(value: datetime) -> SafeString:
    """A <time> that says how long ago, its title the full time with its zone."""
    local = timezone.localtime(value)
    title = date_format(local, "M j, Y, H:i") + f" {local.tzname()}"
    iso = value.isoformat(timespec="minutes")
    return format_html('<time datetime="{}" title="{}">{}</time>', iso, title, ago(value, timezone.now()))
