"""Access keys and clients for tests of the API."""

import json
import secrets
from typing import Any

from django.test import Client

from base.hashing import hash_token
from organizations.models import AccessKey, AccessKeySecret, Membership, Organization
from organizations.scopes import SCOPES


def add_key(owner: Membership | Organization, *scopes: str, **fields: Any) -> tuple[AccessKey, str]:
    """Create a key of a member or an organization, by default with all scopes. Return it with its secret."""
    member = owner if isinstance(owner, Membership) else None
    organization = member.organization if member else owner
    fields = {"name": "Nightly report", "created_by": "Olga Ivanova", **fields}
    key = AccessKey.objects.create(
        organization=organization, membership=member, scopes=list(scopes or SCOPES), **fields
    )
    text = ("tap_" if member else "tao_") + secrets.token_urlsafe(32)
    AccessKeySecret.objects.create(key=key, prefix=text[:12], digest=hash_token(text))
    return key, text


class ApiClient:
    """Sends requests with one access key. A body that is not bytes is sent as JSON."""

    def __init__(self, owner: Membership | Organization, *scopes: str) -> None:
        self.key, self.secret = add_key(owner, *scopes)
        self.client = Client()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the response. `headers` are named like If_Match."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json", **names}
        kind = sent.pop("Content-Type")
        return self.client.generic(method, f"/api/v1/{path}", content, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)


def ids(*items: Any) -> list[str]:
    """Return the ids of these rows, as the API takes them."""
    return [str(item.pk) for item in items]
