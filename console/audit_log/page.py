"""Data for the audit log's templates, in a fixed number of queries."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.lists.columns import Heading, headings
from base.lists.controls import ActiveFilter, Chips, FilterControl, active_filters, chips, chips_of_several, control
from base.lists.empty import EmptyState
from base.lists.filters import Names
from base.policies import Decision
from console.audit_log.export import FORMATS
from console.audit_log.filters import ANY_TIME, FILTERS, PERIODS, AuditContext
from console.audit_log.params import AuditLogParams, AuditTable
from console.audit_log.queries import AuditPage, find_page, members_by_id
from console.audit_log.rendering import AuditRowRenderer
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can


class AuditLogPage:
    """The page of one view for one viewer."""

    def __init__(self, context: AuditContext, viewer: Membership, params: AuditLogParams) -> None:
        self.context, self.viewer, self.slug = context, viewer, context.organization.slug
        self.params = params

    @cached_property
    def page(self) -> AuditPage:
        return find_page(self.context, self.params)

    @cached_property
    def rows_html(self) -> SafeString | str:
        entries = self.page.entries
        if not entries:
            return ""
        ids = {pk for entry in entries for pk in (entry.actor_id, entry.target_id) if pk}
        members = members_by_id(self.context.organization, ids)
        renderer = AuditRowRenderer(viewer=self.viewer, params=self.params, members=members, now=self.context.now)
        return renderer.render(entries)

    @property
    def headings(self) -> list[Heading]:
        return headings(AuditTable, self.params, ())

    @property
    def found(self) -> str:
        """Text with the number of entries on the page. The total isn't counted."""
        count = len(self.page.entries)
        if self.page.previous or self.page.next:
            return _("Showing %(count)s entries, newest first") % {"count": count}
        return ngettext("%(count)s entry", "%(count)s entries, newest first", count) % {"count": count}

    @property
    def previous(self) -> str:
        return self.page.previous.url(self.slug) if self.page.previous else ""

    @property
    def next(self) -> str:
        return self.page.next.url(self.slug) if self.page.next else ""

    @property
    def url(self) -> str:
        return self.params.url(self.slug)

    @property
    def base(self) -> str:
        return AuditLogParams().url(self.slug)

    @property
    def choices_url(self) -> str:
        return f"{self.base}choices/"

    @property
    def view(self) -> str:
        """The URL query of this view, on its first page and without an open entry."""
        return self.params.closed().query()

    # --- filters -----------------------------------------------------------------------------------

    @property
    def menus(self) -> list[FilterControl]:
        params, names = self.params, self.page.names
        menus = [control(item, params.values(item.name), names, self.context) for item in FILTERS[:3]]
        times = params.values("when") or params.values("from") or params.values("to")
        return [*menus, FilterControl("when", _("When"), times, chosen=time_label(params, names))]

    @cached_property
    def _active(self) -> list[ActiveFilter]:
        return active_filters(FILTERS, self.params.filters, self.page.names, self.context)

    @property
    def chips(self) -> Chips:
        return chips_of_several(self._active, self.params, lambda params: params.url(self.slug))

    @property
    def empty(self) -> EmptyState:
        """The empty state of the list."""
        params = self.params
        if not params.is_filtered:
            if params.cursor:
                return EmptyState(_("No entries on this page"), url=self.base, action=_("Newest entries"))
            return EmptyState(_("No entries yet"), _("Activity in this organization appears here."))
        choices = chips(self._active, params, lambda view: view.url(self.slug))
        if params.q:
            choices.insert(
                0, (_("Search: %(search)s") % {"search": params.q}, params.remove_filter("q").url(self.slug))
            )
        return EmptyState(
            _("No entries match"),
            self._why_empty(),
            self.base,
            _("Clear search and filters"),
            choices if len(choices) > 1 else [],
        )

    def _why_empty(self) -> str:
        if self.params.value("from") > (self.params.value("to") or "9"):
            return _("The start date is after the end date. Choose other dates.")
        if self.params.q:
            return _("Search covers the latest 20,000 entries. Filter by person, event or target to find older ones.")
        return _("Remove a filter to see more.")

    # --- export ------------------------------------------------------------------------------------

    @cached_property
    def can_export(self) -> Decision:
        return can(self.viewer, Permission.AUDIT_EXPORT)

    @property
    def exports(self) -> list[dict[str, Any]]:
        """The files that the view can be exported as."""
        query = "?" + urlencode({"view": self.view}) if self.view else ""
        return [
            {
                "label": each.label,
                "hint": each.hint,
                "url": reverse(f"audit_log_export_{key}", args=[self.slug]) + query,
            }
            for key, each in FORMATS.items()
        ]


def time_label(params: AuditLogParams, names: Names) -> str:
    """Return the label of the time filter."""
    start, end = (names.get(name, {}).get(params.value(name)) for name in ("from", "to"))
    if start and end:
        return start if start == end else f"{start} – {end}"
    if start or end:
        return _("From %(day)s") % {"day": start} if start else _("Until %(day)s") % {"day": end}
    return str(dict(PERIODS).get(params.value("when"), ANY_TIME))
