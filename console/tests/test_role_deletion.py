"""Deleting custom roles (R-3)."""

import pytest

from console.tests.role_requests import HTMX, client_of, page, url
from invitations.services import save_draft
from organizations.models import Role
from organizations.permissions import Permission as P
from teamadmin.testing.cast import add_member, add_role, add_user, role_named


@pytest.mark.spec("R-3")
def test_deleting_an_unused_role(cast, desk):
    html = page(cast.client("olga"), url("role_deletion", desk))
    assert "No members or groups use this role" in html and "Replacement role" not in html
    assert cast.client("olga").post(url("role_deletion", desk)).status_code == 302
    assert not Role.objects.filter(pk=desk.pk).exists()


@pytest.mark.spec("R-3", "R-6")
def test_deleting_a_role_in_use_requires_a_replacement(cast, keeper):
    role = add_role(cast.acme, "Spare", P.PEOPLE_VIEW)
    vic = add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), role)
    client = client_of(cast, keeper)
    html = page(client, url("role_deletion", role))
    assert "1 member has it" in html
    assert f'value="{role_named("admin").pk}" disabled' in html and f'value="{role_named("builder").pk}">' in html
    response = client.post(url("role_deletion", role), **HTMX)
    assert response.status_code == 422 and "Choose a replacement role." in response.content.decode()
    refused = client.post(url("role_deletion", role), {"replacement": role_named("admin").pk}, **HTMX)
    assert refused.status_code == 403 and Role.objects.filter(pk=role.pk).exists()
    done = client.post(url("role_deletion", role), {"replacement": role_named("builder").pk}, **HTMX)
    assert done["HX-Redirect"] == url("roles")
    assert vic.role_links.get().role == role_named("builder")
    assert "was deleted and replaced by Builder." in page(client, url("roles"))


@pytest.mark.spec("R-3")
def test_a_draft_counts_as_use(cast, desk):
    draft = cast.draft(cast.max)
    save_draft(actor=cast.max, batch=draft, version=draft.version, role_ids=[str(desk.pk)])
    client = cast.client("olga")
    assert "1 draft invitation uses it" in page(client, url("role_deletion", desk))
    assert client.post(url("role_deletion", desk)).status_code == 422
    assert client.post(url("role_deletion", desk), {"replacement": role_named("builder").pk}).status_code == 302
