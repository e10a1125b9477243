"""The security rules that apply to a user, in sentences: each organization's, and what follows for the account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.validators import platform_min_length
from organizations.models import Membership, Organization
from organizations.policies import is_in_force, strictest_rules, two_factor_applies

# Ranges that are named.
MAX_RANGES = 3
HOURS_PER_DAY, MINUTES_PER_HOUR = 24, 60


@dataclass(frozen=True)
class Rules:
    """Sentences about one organization, or the account as a whole."""

    title: str
    sentences: list[str]


def rules_that_apply(members: Sequence[Membership], now: datetime) -> list[Rules]:
    """Return the rules of each organization of the user, then of the account. No query."""
    each = [Rules(member.organization.name, _organization_rules(member, now)) for member in members]
    return [*each, Rules(_("Your account"), _account_rules(members))]


def _organization_rules(member: Membership, now: datetime) -> list[str]:
    organization = member.organization
    sentences = [
        _two_factor(member, now),
        _password_length(organization.password_min_length),
        _password_history(organization.password_history),
        _idle(organization.idle_minutes),
        _sign_in_again(organization.sign_in_again_hours),
        _sessions(organization.max_sessions),
        _lockout(organization.lockout_attempts),
        _networks(organization.allowed_ip_ranges),
    ]
    return [sentence for sentence in sentences if sentence] or [_("No additional rules.")]


def _two_factor(member: Membership, now: datetime) -> str:
    if not two_factor_applies(member):
        return ""
    start = member.organization.two_factor_required_from
    if is_in_force(member.organization, now) or start is None:
        return _("2FA required.")
    return _("2FA required from %(date)s.") % {"date": date_format(timezone.localtime(start), "F j, Y")}


def _password_length(length: int) -> str:
    return _("Passwords of at least %(count)s characters.") % {"count": length} if length else ""


def _password_history(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "Your last password can’t be used again.", "Your last %(count)s passwords can’t be used again.", count
    )
    return text % {"count": count}


def _idle(minutes: int) -> str:
    return _("Signed out after %(time)s of inactivity.") % {"time": _minutes(minutes)} if minutes else ""


def _minutes(minutes: int) -> str:
    if minutes % MINUTES_PER_HOUR == 0:
        return _hours(minutes // MINUTES_PER_HOUR)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def _hours(hours: int) -> str:
    if hours % HOURS_PER_DAY == 0:
        days = hours // HOURS_PER_DAY
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def _sign_in_again(hours: int) -> str:
    return _("Sign in again after %(time)s.") % {"time": _hours(hours)} if hours else ""


def _sessions(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "One session at a time: a new one ends the old one.",
        "Up to %(count)s sessions at a time: a new one ends the oldest.",
        count,
    )
    return text % {"count": count}


def _lockout(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "Sign-in is blocked for a while after a wrong password.",
        "Sign-in is blocked for a while after %(count)s wrong passwords.",
        count,
    )
    return text % {"count": count}


def _networks(ranges: Sequence[str]) -> str:
    if not ranges:
        return ""
    named, rest = ", ".join(ranges[:MAX_RANGES]), len(ranges) - MAX_RANGES
    if rest > 0:
        text = ngettext(
            "Opens only from %(named)s and %(count)s other network.",
            "Opens only from %(named)s and %(count)s other networks.",
            rest,
        )
        return text % {"named": named, "count": rest}
    return _("Opens only from %(named)s.") % {"named": named}


def _account_rules(members: Sequence[Membership]) -> list[str]:
    """Return what applies everywhere, because an account has one password: the strictest rule, and whose it is."""
    organizations, rules = [member.organization for member in members], strictest_rules(members)
    default, longest = platform_min_length(rules), rules.password_min_length
    text = _password_length(max(default, longest))
    if longest > default:
        text = _with_source(text, (each for each in organizations if each.password_min_length == longest))
    history, attempts = rules.password_history, rules.lockout_attempts
    sentences = [
        text,
        _with_source(_password_history(history), (each for each in organizations if each.password_history == history)),
        _with_source(_lockout(attempts), (each for each in organizations if each.lockout_attempts == attempts)),
        _("You have one password, so the strictest rule applies everywhere.") if len(organizations) > 1 else "",
    ]
    return [sentence for sentence in sentences if sentence]


def _with_source(sentence: str, organizations: Iterable[Organization]) -> str:
    """Return "Passwords of at least 16 characters (Globex)."."""
    names = [each.name for each in organizations]
    if not sentence:
        return ""
    source = names[0] if len(names) == 1 else _("%(name)s and others") % {"name": names[0]}
    return _("%(rule)s (%(source)s).") % {"rule": sentence.removesuffix("."), "source": source}
