"""The data of the Provisioning page, computed for its templates in a fixed number of queries (C-6)."""

from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from base.counting import Count, capped_count
from base.policies import Decision
from console.provisioning.forms import ConnectionForm
from console.provisioning.group_roles import GroupsSection
from console.provisioning.log import LogPage, LogParams
from console.provisioning.values import SetupValues, setup_values
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from provisioning.models import AdoptionRequest, ScimConnection, ScimToken
from provisioning.queries.scim import (
    SHOWN_REQUESTS,
    ManagedCounts,
    RecentRequests,
    count_managed,
    open_requests,
    recent_requests,
    tokens_of,
)
from provisioning.services.scim_tokens import MAX_LIVE_TOKENS


class ProvisioningPage:
    """The page of `connection`, which is None if there is none yet. `query` has the views of the log and the groups."""

    def __init__(self, actor: Membership, connection: ScimConnection | None, query: QueryDict) -> None:
        self.actor, self.organization, self.connection, self.query = actor, actor.organization, connection, query

    @cached_property
    def can_manage(self) -> Decision:
        return can(self.actor, Permission.SECURITY_MANAGE)

    @property
    def form(self) -> ConnectionForm:
        provider = self.connection.provider if self.connection else ScimConnection.Provider.OKTA
        return ConnectionForm(initial={"provider": provider})

    # --- status ------------------------------------------------------------------------------------

    @cached_property
    def managed(self) -> ManagedCounts:
        return count_managed(self.organization)

    @cached_property
    def recent(self) -> RecentRequests:
        return recent_requests(self.organization)

    @property
    def members_url(self) -> str:
        return reverse("users", args=[self.organization.slug]) + "?status=everyone&managed_by=scim"

    @property
    def groups_url(self) -> str:
        return reverse("groups", args=[self.organization.slug]) + "?managed=scim"

    @cached_property
    def values(self) -> SetupValues:
        assert self.connection is not None
        return setup_values(self.connection.provider)

    # --- tokens ------------------------------------------------------------------------------------

    @cached_property
    def tokens(self) -> list[dict[str, Any]]:
        """The tokens, oldest first, and whether each has expired."""
        assert self.connection is not None
        now = timezone.now()
        return [{"token": token, "is_expired": self._is_expired(token, now)} for token in tokens_of(self.connection)]

    @staticmethod
    def _is_expired(token: ScimToken, now: Any) -> bool:
        return token.expires_at is not None and token.expires_at <= now

    @property
    def can_create_token(self) -> bool:
        return sum(not row["is_expired"] for row in self.tokens) < MAX_LIVE_TOKENS

    # --- groups, adoption, log ---------------------------------------------------------------------

    @cached_property
    def groups(self) -> GroupsSection:
        return GroupsSection(self.actor, self.query)

    @cached_property
    def requests(self) -> list[AdoptionRequest]:
        """The first open requests."""
        return list(open_requests(self.organization)[:SHOWN_REQUESTS])

    @cached_property
    def request_count(self) -> Count:
        if len(self.requests) < SHOWN_REQUESTS:
            return Count(len(self.requests))
        return capped_count(open_requests(self.organization))

    @property
    def has_more_requests(self) -> bool:
        return self.request_count.value > len(self.requests)

    @cached_property
    def log(self) -> LogPage:
        return LogPage(self.organization, LogParams.from_querydict(self.query, self.organization))
