"""The toolbar's filters (U-6): what each offers, what is chosen, and how a choice is named."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from console.users.params import FILTERS, Tab, UserListParams
from organizations.models import ManagedBy, Role

Option = tuple[str, str, bool]


@dataclass(frozen=True)
class Select:
    """A filter with few choices: its parameter, label, and options as value, label and whether it is chosen."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Chooser:
    """A filter with perhaps very many choices, which has a page of its own: what is chosen, by id and name."""

    name: str
    label: str
    value: str
    chosen: str


def filter_labels() -> dict[str, str]:
    """What each filter is called."""
    return {
        "status": _("Status"),
        "role": _("Role"),
        "group": _("Group"),
        "project": _("Project"),
        "managed_by": _("Managed by"),
        "two_factor": _("2FA"),
    }


def _options(chosen: str, choices: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    found = [("", _("Any")), *choices]
    if chosen and chosen not in (value for value, _label in found):
        found.append((chosen, _("Unknown")))  # so that what the address asks for stays asked for
    return tuple((value, label, value == chosen) for value, label in found)


def selects(listing: UserListParams, roles: Iterable[Role]) -> list[Select]:
    """The filters that are selects, in the toolbar's order."""
    title, picks = filter_labels(), listing.picks
    status = tuple((choice.key, str(choice.label), choice == listing.filter) for choice in FILTERS[listing.tab])
    found = [
        Select("status", title["status"], status),
        Select("role", title["role"], _options(picks.role, ((str(role.pk), str(role.label)) for role in roles))),
        Select("managed_by", title["managed_by"], _options(picks.managed_by, _managers())),
    ]
    if listing.tab == Tab.ALL:
        found.append(Select("two_factor", title["two_factor"], _options(picks.two_factor, _switch())))
    return found


def _managers() -> list[tuple[str, str]]:
    return [(choice.value, str(choice.label)) for choice in ManagedBy]


def _switch() -> list[tuple[str, str]]:
    return [("on", _("On")), ("off", _("Off"))]


def choosers(listing: UserListParams, chosen: dict[str, str]) -> list[Chooser]:
    """The filters by group and project; `chosen` has their names."""
    title = filter_labels()
    return [
        Chooser(name, title[name], value, (chosen.get(name) or _("Unknown")) if value else _("Any"))
        for name, value in (("group", listing.picks.group), ("project", listing.picks.project))
    ]


def active_filters(listing: UserListParams, chosen: dict[str, str]) -> list[tuple[str, str, str]]:
    """The filters that leave somebody out: parameter, title and the choice's name."""
    title, fields = filter_labels(), listing.picks.fields()
    found = [("status", title["status"], str(listing.filter.label))] if listing.filter.key else []
    for name, value in fields.items():
        found.append((name, title[name], _label(name, value, chosen)))
    return found


def _label(name: str, value: str, chosen: dict[str, str]) -> str:
    if name in ("managed_by", "two_factor"):
        return dict([*_managers(), *_switch()])[value]
    if name == "role" and chosen.get(name):
        return str(Role(id=UUID(value), name=chosen[name]).label)
    return chosen.get(name) or _("Unknown")
