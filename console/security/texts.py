"""Texts of the security score's checks."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base.counting import Count
from base.sentences import join_names
from console.security.checks import MOST_ADMINS, Figures, Points

# What each check is about, its icon, and how it earns points: the table below "How the score works".
ABOUT = {
    "two_factor": (gettext_lazy("Two-factor authentication"), "shield", gettext_lazy("Share of members with 2FA")),
    "sessions": (gettext_lazy("Session limits"), "clock", gettext_lazy("Half for an idle timeout, half for a maximum")),
    "networks": (gettext_lazy("IP ranges"), "globe", gettext_lazy("All if ranges are set")),
    "invitations": (gettext_lazy("Invitations"), "mail", gettext_lazy("Share that is valid for over 7 more days")),
    "inactive": (gettext_lazy("Inactive members"), "user", gettext_lazy("Share of members seen in the last 90 days")),
    "admins": (gettext_lazy("Number of Admins"), "users", gettext_lazy("All for two to five Admins")),
    "domains": (
        gettext_lazy("Email domains"),
        "mail",
        gettext_lazy("All if a domain is verified, or allowed ones are set"),
    ),
}


def rating(points: Points) -> str:
    """Return the score in words."""
    percent = points.earned * 100 // points.possible
    if not points.missing:
        return _("Everything is done")
    if percent >= 80:
        return _("Strong")
    return _("Good, with gaps") if percent >= 50 else _("Needs attention")


def fixes(number: int, points: int) -> str:
    """Return what is to gain: "5 fixes are worth 35 more points."."""
    if not number:
        return _("All checks earn their points.")
    text = ngettext("%(count)s fix is worth", "%(count)s fixes are worth", number) % {"count": number}
    return text + " " + ngettext("%(count)s more point.", "%(count)s more points.", points) % {"count": points}


def title(key: str, figures: Figures, points: Points) -> str:
    """Return what a check found."""
    return {
        "two_factor": _two_factor_title,
        "sessions": _sessions_title,
        "networks": lambda figures: _("IP ranges are set") if figures.ip_ranges else _("No IP ranges"),
        "invitations": _invitations_title,
        "inactive": _inactive_title,
        "admins": _admins_title,
        "domains": _domains_title,
    }[key](figures)


def _two_factor_title(figures: Figures) -> str:
    count = figures.without_two_factor
    if not count:
        return _("Every member has 2FA")
    return ngettext("%(count)s member without 2FA", "%(count)s members without 2FA", count) % {"count": f"{count:,}"}


def _sessions_title(figures: Figures) -> str:
    if figures.idle_minutes and figures.max_sessions:
        return _("Sessions are limited")
    if figures.idle_minutes:
        return _("No maximum number of sessions")
    return _("Sessions have no idle timeout") if figures.max_sessions else _("Sessions have no limit")


def _invitations_title(figures: Figures) -> str:
    expired, soon = figures.expired, figures.expiring
    if not figures.due:
        return _("No invitation is about to expire")
    first = ngettext("%(count)s invitation expired", "%(count)s invitations expired", expired.value)
    if not soon:
        return first % {"count": expired}
    if not expired:
        text = ngettext("%(count)s invitation expires this week", "%(count)s invitations expire this week", soon.value)
        return text % {"count": soon}
    second = ngettext("%(count)s expires this week", "%(count)s expire this week", soon.value)
    return f"{first % {'count': expired}}, {second % {'count': soon}}"


def _inactive_title(figures: Figures) -> str:
    count = figures.inactive
    if not count:
        return _("No inactive members")
    text = ngettext("%(count)s member inactive for 90 days", "%(count)s members inactive for 90 days", count.value)
    return text % {"count": count}


def _admins_title(figures: Figures) -> str:
    return ngettext("%(count)s Admin", "%(count)s Admins", figures.admins.value) % {"count": figures.admins}


def _domains_title(figures: Figures) -> str:
    if count := len(figures.verified_domains):
        return ngettext("%(count)s verified domain", "%(count)s verified domains", count) % {"count": count}
    return _("Allowed email domains are set") if figures.domains else _("No verified domain")


def detail(key: str, figures: Figures) -> str:
    """Return what the finding means, shown if there is no list behind it."""
    return {
        "two_factor": _("A stolen password is not enough to sign in as them"),
        "sessions": _sessions_detail(figures),
        "networks": (
            _("Members can open this organization only from these ranges")
            if figures.ip_ranges
            else _("Members can sign in from any network")
        ),
        "invitations": _("All are valid for more than 7 days"),
        "inactive": _("Everyone was active in the last 90 days"),
        "admins": _("Two to five is best") if figures.admins.value <= MOST_ADMINS else _("Two to five is safer"),
        "domains": join_names(figures.verified_domains or figures.domains, limit=3)
        or _("Needed for single sign-on and for joining without an invitation"),
    }[key]


def _sessions_detail(figures: Figures) -> str:
    if figures.idle_minutes and figures.max_sessions:
        return _("They end when inactive, and there is a maximum for each member")
    if figures.idle_minutes:
        return _("A member can be signed in on any number of devices")
    return _("Anyone who forgets to sign out stays signed in")


def view_label(key: str, figures: Figures) -> str:
    """Return the label of the link to the list behind a check."""
    if key == "invitations":
        text = ngettext("View %(count)s invitation", "View %(count)s invitations", figures.due.value)
        return text % {"count": figures.due}
    if key == "admins":
        text = ngettext("View %(count)s Admin", "View %(count)s Admins", figures.admins.value)
        return text % {"count": figures.admins}
    count = figures.inactive
    if key == "two_factor":
        count = Count(figures.without_two_factor, figures.without_two_factor)
    return ngettext("View %(count)s member", "View %(count)s members", count.value) % {"count": count}


FIXES = {
    "two_factor": gettext_lazy("Remind members"),
    "sessions": gettext_lazy("Limit sessions"),
    "networks": gettext_lazy("Add IP ranges"),
    "invitations": gettext_lazy("Resend invites"),
    "inactive": gettext_lazy("Review members"),
    "admins": gettext_lazy("Change Admins"),
    "domains": gettext_lazy("Verify a domain"),
}
