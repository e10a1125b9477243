"""SCIM connections and their bearer tokens: at most two live ones, stored hashed and shown once (C-1)."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.hashing import hash_token
from base.policies import Refused
from base.text import clean_line
from organizations.models import Organization
from provisioning.models import ScimConnection, ScimToken, SetupIntent
from provisioning.services.managers import lock_manager

# Every token starts with this, so that scanners for leaked secrets recognize it.
PREFIX = "tas_"
MAX_LIVE_TOKENS = 2
LIVE = Q(expires_at=None) | Q(expires_at__gt=Now())
# "Last used" and "last sync" are written at most this often.
TOUCH_INTERVAL = timedelta(minutes=3)


class TooManyTokens(Refused):
    """The connection has as many live tokens as it may have."""


def _authorize(actor: Any, organization: Organization) -> Any:
    """Return the member or setup link as it is now. Raises Refused if they can't. The operator (None) can."""
    return lock_manager(actor, organization, SetupIntent.SCIM) if actor is not None else None


@transaction.atomic
def connect(*, actor: Any, organization: Organization, provider: str) -> ScimConnection:
    """Return the organization's connection after creating it or changing its provider.

    `actor` is a member, a setup link, or None for the operator. Raises Refused.
    """
    actor = _authorize(actor, organization)
    connection, created = ScimConnection.objects.get_or_create(
        organization=organization, defaults={"provider": provider}
    )
    if created or connection.provider != provider:
        connection.provider = provider
        connection.save(update_fields=["provider"])
        data = {"provider": connection.label}
        record(organization_id=organization.pk, actor=actor, action="scim.connected", target=organization, data=data)
    connection.organization = organization
    return connection


def live_tokens(connection: ScimConnection) -> list[ScimToken]:
    """Return the connection's tokens that have not expired, newest first."""
    return list(ScimToken.objects.filter(LIVE, connection=connection).order_by("-created_at", "-pk"))


@transaction.atomic
def create_token(
    *, actor: Any, connection: ScimConnection, name: str, expires_at: datetime | None = None
) -> tuple[ScimToken, str]:
    """Create a token. Return it with its text, which is not stored.

    Raises TooManyTokens if two live ones exist, Refused, and ValidationError for the name.
    """
    actor = _authorize(actor, connection.organization)
    ScimConnection.objects.select_for_update().get(pk=connection.pk)
    if len(live_tokens(connection)) >= MAX_LIVE_TOKENS:
        raise TooManyTokens(_("There are already two tokens. Revoke one first."))
    text = PREFIX + secrets.token_urlsafe(32)
    token = ScimToken.objects.create(
        connection=connection,
        name=clean_line(name) or _("Token"),
        prefix=text[:12],
        digest=hash_token(text),
        created_by=str(actor)[:300] if actor is not None else "",
        expires_at=expires_at,
    )
    data = {"name": token.name, "token_prefix": token.prefix}
    record(
        organization_id=connection.organization_id,
        actor=actor,
        action="scim.token_created",
        target=connection.organization,
        data=data,
    )
    return token, text


@transaction.atomic
def revoke_token(*, actor: Any, token: ScimToken) -> bool:
    """Delete a token: requests with it get 401 from now on. Return False if it's already gone. Raises Refused."""
    connection = token.connection
    actor = _authorize(actor, connection.organization)
    if not ScimToken.objects.filter(pk=token.pk).delete()[0]:
        return False
    record(
        organization_id=connection.organization_id,
        actor=actor,
        action="scim.token_revoked",
        target=connection.organization,
        data={"name": token.name, "token_prefix": token.prefix},
    )
    return True


def find_connection(token_text: str) -> ScimToken | None:
    """Return the live token with this text, with its connection and organization, or None. One query.

    The lookup is by hash, so its time tells nothing about other tokens. Tokens of suspended organizations don't work.
    """
    if not token_text.startswith(PREFIX) or len(token_text) > 100 or not token_text.isascii():
        return None
    tokens = ScimToken.objects.select_related("connection__organization__join_role")
    return tokens.filter(LIVE, digest=hash_token(token_text), connection__organization__is_active=True).first()


def touch_token(token: ScimToken, *, synced: bool) -> None:
    """Save that the token was used and, with `synced`, that the provider changed something. Every few minutes only."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > TOUCH_INTERVAL:
        ScimToken.objects.filter(pk=token.pk).update(last_used_at=now)
    last_sync = token.connection.last_sync_at
    if synced and (last_sync is None or now - last_sync > TOUCH_INTERVAL):
        ScimConnection.objects.filter(pk=token.connection_id).update(last_sync_at=now)
