"""Access to the Add User flow and its drafts."""

import pytest
from django.urls import reverse

from invitations.models import Batch, Invitation
from invitations.tests.wizard_helpers import page_html, personalize_form, setup_form, start_draft, url
from organizations.models import Membership
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

SETUP_PAGES = ["user_add_autosave", "user_add_groups", "user_add_projects", "user_add_people", "user_add_discard"]
DRAFT_PAGES = ["user_add_draft", "user_add_personalize", "user_add_back", "user_add_preview", "user_add_mail"]


def all_urls(batch: Batch | None = None, slug: str = "acme") -> list[str]:
    """Return every URL of the flow: those of the empty form, and those of a draft."""
    urls = [
        url("user_add", slug=slug),
        *(url(name, slug=slug) for name in SETUP_PAGES),
        url("user_add_removal", slug=slug, n=0),
    ]
    if batch:
        urls += [url(name, batch, slug=slug) for name in (*DRAFT_PAGES, *SETUP_PAGES)] + [
            url("user_add_removal", batch, slug=slug, n=0)
        ]
    return urls


def statuses(client, path: str) -> set[int]:
    """Return the statuses of GET and POST, without 405."""
    return {client.get(path).status_code, client.post(path, setup_form()).status_code} - {405}


@pytest.mark.spec("W-1", "R-4")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_builders_and_operators_are_denied_everywhere(cast, name):
    draft = cast.draft()
    for path in all_urls(draft):
        assert statuses(cast.client(name), path) == {403}, path
    assert Batch.objects.count() == 1 and not Invitation.objects.exists()
    response = cast.client(name).get(url("user_add"))
    assert "Your role doesn’t include “Invite people”." in text_of(response)


@pytest.mark.spec("W-1", "A-5")
@pytest.mark.parametrize("name", ["stranger", "tess"])
def test_strangers_get_404_everywhere(cast, name):
    draft = cast.draft()
    for path in all_urls(draft):
        assert statuses(cast.client(name), path) == {404}, path
    assert Batch.objects.count() == 1


@pytest.mark.spec("W-1", "R-4")
@pytest.mark.parametrize("name", ["olga", "max"])
def test_admins_and_managers_can_add_people(cast, name):
    assert cast.client(name).get(url("user_add")).status_code == 200
    assert start_draft(cast.client(name)).created_by == getattr(cast, name)


@pytest.mark.spec("W-1")
def test_enforced_sso_denies_everyone_with_reason(cast):
    draft = cast.draft()
    cast.acme.sso_enforced = True
    cast.acme.save()
    client = with_sso(cast.client("olga"), cast.acme)
    for path in all_urls(draft):
        assert statuses(client, path) == {403}, path
    assert "requires single sign-on" in text_of(client.get(url("user_add")))
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-12")
def test_draft_is_visible_to_its_author_only(cast):
    draft = cast.draft(cast.olga)
    for name in (*DRAFT_PAGES, *SETUP_PAGES):
        assert statuses(cast.client("max"), url(name, draft)) == {404}, name
    assert page_html(cast.client("max").get(url("user_add"))).count(str(draft.pk)) == 0
    # A draft id in the form gives no access either.
    form = setup_form(draft=str(draft.pk), version=str(draft.version))
    assert cast.client("max").post(url("user_add"), form).status_code == 404
    draft.refresh_from_db()
    assert draft.created_by == cast.olga and draft.version == 1


@pytest.mark.spec("A-5")
def test_draft_of_another_organization_is_not_found(cast):
    draft = cast.draft(cast.tess, role="admin")
    Membership.objects.create(organization=cast.globex, user=cast.olga.user, email="olga@acme.example", status="active")
    for name in (*DRAFT_PAGES, *SETUP_PAGES):
        assert statuses(cast.client("olga"), url(name, draft)) == {404}, name


@pytest.mark.spec("W-1")
def test_signed_out_users_are_redirected_to_sign_in(cast):
    draft = cast.draft()
    for path in all_urls(draft):
        for response in (cast.client().get(path), cast.client().post(path, setup_form())):
            assert response.status_code == 405 or response["Location"].startswith(reverse("account_login")), path
    assert Batch.objects.count() == 1


@pytest.mark.spec("W-11")
def test_get_requests_change_nothing(cast):
    client, draft = cast.client("olga"), cast.draft()
    before = Batch.objects.values().get()
    for path in all_urls(draft):
        for method in (client.get, client.head, client.options):
            method(path)
    client.post(url("user_add_personalize", draft), personalize_form(draft, version=99))
    assert Batch.objects.values().get() == before
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-12")
def test_pages_are_not_cached(cast):
    draft = cast.draft()
    for name in ("user_add_draft", "user_add_personalize", "user_add_mail"):
        assert "no-store" in cast.client("olga").get(url(name, draft))["Cache-Control"]
