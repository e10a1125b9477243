"""A request for an action on one member, and the responses that all actions share."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from base.policies import Decision, require
from base.responses import htmx_redirect
from console.member import policies
from console.users.counts import count_tabs
from console.users.details import load_details
from console.users.filters import UsersContext
from console.users.params import UserListParams
from console.users.rendering import RowRenderer
from console.users.views import tabs
from organizations.models import Membership
from organizations.queries import member_in
from organizations.requests import MemberRequest

URL_NAMES = {
    "edit": "user_profile",
    "undo": "user_undo",
    "resend": "user_invitation",
    "copy_link": "user_invitation_link",
    "correct_address": "user_invitation_address",
    "reset_two_factor": "user_two_factor_reset",
    "log_out": "user_sessions",
    "deactivate": "user_deactivation",
    "undo_deactivation": "user_deactivation_undo",
    "reactivate": "user_reactivation",
    "delete": "user_deletion",
}


@dataclass(frozen=True)
class MemberAction:
    """A request about one member of the organization."""

    request: MemberRequest
    member: Membership

    @classmethod
    def from_request(cls, request: MemberRequest, member_id: UUID) -> "MemberAction":
        """Raises Http404 where the organization has no such member."""
        member = member_in(request.organization, member_id)
        if member is None:
            raise Http404
        member.organization = request.organization
        return cls(request, member)

    @cached_property
    def params(self) -> UserListParams:
        """The list that the action was opened from and returns to."""
        organization_id = self.request.organization.pk
        return UserListParams.from_url(self.request.GET.get("view", ""), organization_id=organization_id)

    @property
    def list_url(self) -> str:
        return self.params.url(self.request.organization.slug)

    @property
    def is_post(self) -> bool:
        return self.request.method == "POST"

    @property
    def is_self(self) -> bool:
        return self.member.pk == self.request.membership.pk

    def url(self, key: str, **fields: Any) -> str:
        """Return the URL of an action on the member that returns to the same list."""
        fields = {"view": self.params.view, **fields}
        query = urlencode({name: value for name, value in fields.items() if value})
        url = reverse(URL_NAMES[key], args=[self.request.organization.slug, self.member.pk])
        return f"{url}?{query}" if query else url

    def decide(self, key: str) -> Decision:
        return policies.ACTIONS[key](self.request.membership, self.member, self.params.tab)

    def require(self, key: str) -> None:
        """Raises Refused, with the reason that the menu shows."""
        require(self.decide(key))

    def run(self, service: Callable[..., Membership]) -> Membership:
        """Call the service and return the changed member. Raises Http404 where the member no longer exists."""
        try:
            return service(actor=self.request.membership, member=self.member)
        except Membership.DoesNotExist:
            raise Http404 from None

    def is_stale(self) -> bool:
        """Whether the member's status changed after the confirmation was shown: what it says is no longer true."""
        return self.is_post and self.request.POST.get("seen", self.member.status) != self.member.status

    def confirm(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """Render a confirmation; `template` extends ui/dialog.html."""
        context = {"member": self.member, "cancel_url": self.list_url, "is_self": self.is_self, **context}
        return render(self.request, template, context, status=status)

    def conflict(self) -> HttpResponse:
        """Respond 409: the member's status has changed. The row in the list is updated."""
        updates = self._list_updates(self.member) if self.request.htmx else {}
        context = {"tone": "warning", "icon_name": "warning", "updates": updates}
        return self.confirm("console/member/conflict.html", context, status=409)

    def success(self, member: Membership | None) -> HttpResponse:
        """Return to the list. For htmx, update the row and the counts and show the messages.

        Where `member` was deleted, or may no longer match the list's filters, the list is reloaded.
        """
        if not self.request.htmx:
            return redirect(self.list_url)
        response = render(self.request, "console/member/_action_done.html", self._list_updates(member))
        if member is None or self.params.is_filtered:
            response["HX-Trigger"] = "users-changed"
        return response

    def redirect_to_list(self) -> HttpResponse:
        """Load the list as a full page: people who end their own sessions sign in there."""
        return htmx_redirect(self.request, self.list_url)

    def _list_updates(self, member: Membership | None) -> dict[str, Any]:
        organization, now = self.request.organization, timezone.now()
        users = UsersContext.load(organization, self.request.membership)
        params = replace(self.params, opens_view=bool(users.default_view))
        context = tabs(organization, params, count_tabs(organization, params.tab, now))
        if member:
            load_details(organization, [member], users.roles)
            rows = RowRenderer(viewer=self.request.membership, params=self.params, now=now)
            context["row_html"] = rows.render_one(member)
        return context
