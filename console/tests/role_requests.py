"""Requests to the role screens, in tests."""

from django.urls import reverse

from organizations.models import Membership, Role

HTMX = {"headers": {"HX-Request": "true"}}
FORM = {"name": "Front", "description": "", "permissions": ["people.view"]}


def url(name: str, role: Role | None = None, slug: str = "acme") -> str:
    return reverse(name, args=[slug, role.pk] if role else [slug])


def page(client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def client_of(cast, member: Membership):
    client = cast.client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
