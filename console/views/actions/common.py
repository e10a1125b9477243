"""What the actions share: whom they are about, where they lead back to, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass
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
from console import policies
from console.users.details import load_details
from console.users.filters import UsersContext
from console.users.params import UserListParams
from console.users.queries import count_tabs
from console.users.rendering import RowRenderer
from console.users.views import tabs
from organizations.models import Membership
from organizations.queries import member_in
from organizations.requests import MemberRequest

PAGES = {
    "edit": "user_profile",
    "resend": "user_invitation",
    "reset_two_factor": "user_two_factor_reset",
    "log_out": "user_sessions",
    "deactivate": "user_deactivation",
    "reactivate": "user_reactivation",
    "delete": "user_deletion",
}


@dataclass(frozen=True)
class Acting:
    """One request about one member: 404 where there is no such member here."""

    request: MemberRequest
    member: Membership

    @classmethod
    def on(cls, request: MemberRequest, member_id: UUID) -> "Acting":
        member = member_in(request.organization, member_id)
        if member is None:
            raise Http404
        member.organization = request.organization
        return cls(request, member)

    @cached_property
    def params(self) -> UserListParams:
        """The view that the action was called from, and leads back to."""
        organization_id = self.request.organization.pk
        return UserListParams.from_url(self.request.GET.get("view", ""), organization_id=organization_id)

    @property
    def back(self) -> str:
        return self.params.url(self.request.organization.slug)

    @property
    def posted(self) -> bool:
        return self.request.method == "POST"

    def url(self, key: str, **fields: Any) -> str:
        """The address of an action on the member, which leads back to the same view."""
        fields = {"view": self.params.view, **fields}
        query = urlencode({name: value for name, value in fields.items() if value})
        url = reverse(PAGES[key], args=[self.request.organization.slug, self.member.pk])
        return f"{url}?{query}" if query else url

    def may(self, key: str) -> Decision:
        return policies.ACTIONS[key](self.request.membership, self.member, self.params.tab)

    def require(self, key: str) -> None:
        """Raises Refused with the words that the menu has."""
        require(self.may(key))

    def by(self, service: Callable[..., Membership]) -> Membership:
        """The member as the service leaves them; 404 where they are gone by now."""
        try:
            return service(actor=self.request.membership, member=self.member)
        except Membership.DoesNotExist:
            raise Http404 from None

    def stale(self) -> bool:
        """Whether the form was made when the member had another status: what it said does not hold any more."""
        return self.posted and self.request.POST.get("seen", self.member.status) != self.member.status

    def ask(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """A confirmation: `template` extends ui/dialog.html."""
        context = {"member": self.member, "cancel_url": self.back, "you": self.about_oneself, **context}
        return render(self.request, template, context, status=status)

    @property
    def about_oneself(self) -> bool:
        return self.member.pk == self.request.membership.pk

    def say_changed(self) -> HttpResponse:
        """409: the member is not what the form was made for; the row shows what they are now."""
        context = {"changed": self._changes(self.member) if self.request.htmx else {}}
        return self.ask("console/user_changed.html", {"tone": "warning", "icon_name": "warning", **context}, status=409)

    def done(self, member: Membership | None) -> HttpResponse:
        """Back to the list; for htmx the row, the counts and the message take their places in it.

        Where `member` is gone, or may have left a list that shows only some, the list is asked to load anew.
        """
        if not self.request.htmx:
            return redirect(self.back)
        response = render(self.request, "console/_changed.html", self._changes(member))
        if member is None or self.params.is_filtered:
            response["HX-Trigger"] = "users-changed"
        return response

    def leave(self) -> HttpResponse:
        """Back to the list as a whole page: who has ended their own sessions signs in there."""
        return htmx_redirect(self.request, self.back)

    def _changes(self, member: Membership | None) -> dict[str, Any]:
        organization, now = self.request.organization, timezone.now()
        counts = count_tabs(organization, self.params.tab, now)
        context = tabs(organization, self.params, counts)
        roles = UsersContext.load(organization).roles
        if member:
            load_details(organization, [member], roles)
            rows = RowRenderer(viewer=self.request.membership, params=self.params, now=now)
            context["row_html"] = rows.render_one(member)
        return context
