"""The checks of the security score: pure functions from numbers to points (S-6)."""

from collections.abc import Callable
from dataclasses import dataclass

from base.counting import CAP, Count

# The best number of Admins: one could leave, and each one more can be attacked.
FEWEST_ADMINS, MOST_ADMINS = 2, 5


@dataclass(frozen=True)
class Figures:
    """What the score is computed from. `expiring` invitations expire within 7 days, `inactive` members within 90."""

    active: int
    two_factor: int
    admins: Count
    inactive: Count
    pending: int
    expired: Count
    expiring: Count
    idle_minutes: int = 0
    max_sessions: int = 0
    ip_ranges: int = 0
    domains: tuple[str, ...] = ()
    verified_domains: tuple[str, ...] = ()
    sso_enforced: bool = False

    @property
    def without_two_factor(self) -> int:
        return max(self.active - self.two_factor, 0)

    @property
    def due(self) -> Count:
        """Invitations that have expired or are about to."""
        return Count(self.expired.value + self.expiring.value)


@dataclass(frozen=True)
class Points:
    """Points that a check earned, out of the possible ones."""

    earned: int
    possible: int

    @property
    def missing(self) -> int:
        return self.possible - self.earned


def _share(good: int, total: int, possible: int) -> Points:
    """Points in proportion, rounded down: all of them only if all are good."""
    return Points(possible * max(good, 0) // total, possible)


def _without(bad: Count, total: int, possible: int) -> Points:
    """Points in proportion to what isn't bad. None where so many are bad that they aren't counted."""
    return Points(0, possible) if bad.value > CAP else _share(total - bad.value, total, possible)


def _yes_or_no(passed: object, possible: int) -> Points:
    return Points(possible if passed else 0, possible)


def _two_factor(figures: Figures) -> Points | None:
    return _share(figures.two_factor, figures.active, 30) if figures.active else None


def _admins(figures: Figures) -> Points | None:
    """One person alone can't be two Admins."""
    if figures.active < FEWEST_ADMINS:
        return None
    return _yes_or_no(FEWEST_ADMINS <= figures.admins.value <= MOST_ADMINS, 10)


def _inactive(figures: Figures) -> Points | None:
    return _without(figures.inactive, figures.active, 10) if figures.active else None


def _invitations(figures: Figures) -> Points | None:
    return _without(figures.due, figures.pending, 10) if figures.pending else None


def _sessions(figures: Figures) -> Points | None:
    """Half for each of the two limits."""
    return Points(5 * bool(figures.idle_minutes) + 5 * bool(figures.max_sessions), 10)


def _networks(figures: Figures) -> Points | None:
    return _yes_or_no(figures.ip_ranges, 10)


def _domains(figures: Figures) -> Points | None:
    """With enforced single sign-on no one can be invited, and a domain is already verified."""
    return None if figures.sso_enforced else _yes_or_no(figures.verified_domains or figures.domains, 10)


# Each returns None if it doesn't apply: then it isn't part of the sum.
CHECKS: dict[str, Callable[[Figures], Points | None]] = {
    "two_factor": _two_factor,
    "sessions": _sessions,
    "networks": _networks,
    "invitations": _invitations,
    "inactive": _inactive,
    "admins": _admins,
    "domains": _domains,
}


def run_checks(figures: Figures) -> dict[str, Points]:
    """Return the points of each check that applies: most points to gain first, done ones last."""
    points = {key: found for key, check in CHECKS.items() if (found := check(figures)) is not None}
    return dict(sorted(points.items(), key=lambda item: -item[1].missing))
