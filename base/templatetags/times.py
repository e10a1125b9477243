"""Template tags for times (base.times)."""

from datetime import datetime

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from base.times import RelativeTime, days_text

register = template.Library()


@register.simple_tag
def invitation_days() -> int:
    """Return for how many days the link of an invitation is valid."""
    return settings.INVITATION_DAYS


@register.simple_tag
def invitation_period() -> str:
    """Return for how long the link of an invitation is valid: "30 days"."""
    return days_text(settings.INVITATION_DAYS)


@register.simple_tag
def time_ago(value: datetime, *, in_sentence: bool = False) -> SafeString:
    """Return a <time> that says how long ago `value` is. Its tooltip has the exact time with its time zone."""
    moment = RelativeTime(timezone.now()).ago(value, in_sentence=in_sentence)
    return moment.html if moment else SafeString("")


@register.simple_tag
def time_date(value: datetime) -> SafeString:
    """Return a <time> with the day of `value`. Its tooltip has the exact time with its time zone."""
    moment = RelativeTime(timezone.now()).date(value)
    return moment.html if moment else SafeString("")
