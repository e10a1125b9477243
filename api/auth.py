"""Authentication with access keys, and the scope and permission that an operation requires."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.security.base import AuthBase

from api.problems import REALM, Problem
from base import context
from organizations.models import AccessKey, AccessKeySecret, Membership, Organization
from organizations.permissions import Permission
from organizations.policies import can, ip_allowed, requires_two_factor
from organizations.queries import acting_member, find_access_key
from organizations.scopes import with_reading

SECURITY_SCHEME = "accessKey"


class ApiRequest(HttpRequest):
    """The type of an operation's request, for annotations. Never instantiated."""

    id: str
    auth: Membership
    access_key: AccessKey
    organization: Organization
    payload: Any


def authenticate(request: HttpRequest) -> AccessKeySecret:
    """Set request.access_key, .organization and .auth, the acting member. Return the secret that was used.

    Reads the Authorization header only, never a cookie. Raises Problem.
    """
    header = request.headers.get("Authorization", "")
    scheme, _space, text = header.partition(" ")
    if not header:
        raise Problem(401, "Send an access key: “Authorization: Bearer …”. Sessions and cookies don’t work here.")
    found = find_access_key(text.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        headers = {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
        raise Problem(401, "This access key doesn’t exist, has expired or was revoked.", headers=headers)
    key, secret = found
    _check_second_factor(key)
    api_request = cast(ApiRequest, request)
    api_request.access_key, api_request.organization = key, key.organization
    api_request.auth = acting_member(key)
    return secret


def _check_second_factor(key: AccessKey) -> None:
    """Raise Problem if the organization requires a second factor and the key's owner has none (S-3).

    Where single sign-on is enforced, the identity provider has it.
    """
    member, organization = key.membership, key.organization
    if member is None or member.two_factor or organization.sso_enforced:
        return
    member.organization = organization
    if requires_two_factor(member, timezone.now()):
        raise Problem(403, f"{organization.name} requires two-factor authentication. Set it up first.")


def check_network(organization: Organization) -> None:
    """Raise Problem if the organization doesn't allow the client's address (S-6)."""
    ip = context.current().ip
    if not ip_allowed(organization.allowed_ip_ranges, ip):
        raise Problem(403, f"{organization.name} can’t be opened from your network ({ip or '–'}).")


class NeedsKey(AuthBase):
    """The check of an operation. django-ninja calls it before it reads parameters.

    `scope` None: any key. `permission`: the acting member must have it. `query_names` are the operation's parameters.
    """

    openapi_type = "http"

    def __init__(self, scope: str | None, permission: Permission | None = None) -> None:
        self.scope, self.permission = scope, permission
        self.query_names: frozenset[str] = frozenset()
        super().__init__()

    def __call__(self, request: HttpRequest) -> Membership:
        from_key = cast(ApiRequest, request)
        if self.scope and self.scope not in with_reading(from_key.access_key.scopes):
            headers = {"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{self.scope}"'}
            raise Problem(403, f"This access key doesn’t have the scope {self.scope}.", headers=headers)
        if self.permission and not (decision := can(from_key.auth, self.permission)):
            raise Problem(403, decision.reason)
        return from_key.auth
