"""Clients of the SCIM endpoint."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from provisioning.models import ScimConnection
from provisioning.services.scim_tokens import connect, create_token

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class ScimClient:
    """Sends requests with a token. Returns Django's responses, with the parsed body in `.data`."""

    token: str
    connection: ScimConnection
    client: Client = field(default_factory=Client)

    def send(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): headers[name] for name in headers
        }
        response = self.client.generic(
            method, f"/scim/v2{path}", content, content_type="application/scim+json", headers=headers
        )
        response.data = json.loads(response.content) if response.content else None
        return response

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("PUT", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.send("DELETE", path, **options)

    def patch(self, path: str, *operations: dict, **options: Any) -> Any:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **options)

    def create_user(self, user_name: str = "ada@acme.example", **attributes: Any) -> dict:
        """Create a user and return the answer's body."""
        response = self.post("/Users", user(user_name, **attributes))
        assert response.status_code == 201, response.data
        return response.data

    def create_group(self, name: str, *member_ids: str, **attributes: Any) -> dict:
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in member_ids]}
        response = self.post("/Groups", body | attributes)
        assert response.status_code == 201, response.data
        return response.data


def user(user_name: str = "ada@acme.example", **attributes: Any) -> dict:
    """Return a user as Okta sends it. The name is made from the user name unless given."""
    first = user_name.partition("@")[0].capitalize()
    body = {
        "schemas": [USER],
        "userName": user_name,
        "name": {"givenName": first, "familyName": "Lovelace"},
        "active": True,
    }
    if "@" in user_name:
        body["emails"] = [{"primary": True, "value": user_name, "type": "work"}]
    return body | attributes


def make_client(organization, provider: str = "okta") -> ScimClient:
    connection = connect(actor=None, organization=organization, provider=provider)
    _token, text = create_token(actor=None, connection=connection, name="Test")
    return ScimClient(text, connection)


@pytest.fixture
def scim(cast) -> ScimClient:
    """A client with a token of Acme."""
    return make_client(cast.acme)


@pytest.fixture
def globex_scim(cast) -> ScimClient:
    """A client with a token of Globex."""
    return make_client(cast.globex)
