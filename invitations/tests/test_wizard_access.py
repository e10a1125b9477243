"""Who may come into the Add User flow, and whose draft it is."""

import pytest
from django.urls import reverse

from invitations.models import Batch, Invitation
from invitations.tests.wizardry import begin, page, personal_form, setup_post, url, words
from organizations.models import Membership

BOTH = ["user_add_autosave", "user_add_groups", "user_add_projects", "user_add_people", "user_add_discard"]
ONE = ["user_add_draft", "user_add_personalize", "user_add_back", "user_add_preview", "user_add_mail"]


def addresses(batch: Batch | None = None, slug: str = "acme") -> list[str]:
    """Every address of the flow: of the empty form, and of a draft."""
    found = [
        url("user_add", slug=slug),
        *(url(name, slug=slug) for name in BOTH),
        url("user_add_removal", slug=slug, n=0),
    ]
    if batch:
        found += [url(name, batch, slug=slug) for name in (*ONE, *BOTH)] + [
            url("user_add_removal", batch, slug=slug, n=0)
        ]
    return found


def answers(client, address: str) -> set[int]:
    """What GET and POST answer there; 405 where it takes only the other."""
    return {client.get(address).status_code, client.post(address, setup_post()).status_code} - {405}


@pytest.mark.spec("W-1", "R-4")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_builders_and_operators_are_refused_everywhere(cast, name):
    draft = cast.draft()
    for address in addresses(draft):
        assert answers(cast.client(name), address) == {403}, address
    assert Batch.objects.count() == 1 and not Invitation.objects.exists()
    response = cast.client(name).get(url("user_add"))
    assert "Your role doesn’t include “Invite people”." in words(response)


@pytest.mark.spec("W-1", "A-5")
@pytest.mark.parametrize("name", ["stranger", "tess"])
def test_strangers_find_nothing(cast, name):
    draft = cast.draft()
    for address in addresses(draft):
        assert answers(cast.client(name), address) == {404}, address
    assert Batch.objects.count() == 1


@pytest.mark.spec("W-1", "R-4")
@pytest.mark.parametrize("name", ["olga", "max"])
def test_admins_and_managers_may_add_people(cast, name):
    assert cast.client(name).get(url("user_add")).status_code == 200
    assert begin(cast.client(name)).created_by == getattr(cast, name)


@pytest.mark.spec("W-1")
def test_where_sso_is_enforced_nobody_may_and_is_told_why(cast):
    draft = cast.draft()
    cast.acme.sso_enforced = True
    cast.acme.save()
    for address in addresses(draft):
        assert answers(cast.client("olga"), address) == {403}, address
    assert "requires single sign-on" in words(cast.client("olga").get(url("user_add")))
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-12")
def test_a_draft_is_its_authors_alone(cast):
    draft = cast.draft(cast.olga)
    for name in (*ONE, *BOTH):
        assert answers(cast.client("max"), url(name, draft)) == {404}, name
    assert page(cast.client("max").get(url("user_add"))).count(str(draft.pk)) == 0
    # The key in a form is no way around the address.
    form = setup_post(draft=str(draft.pk), version=str(draft.version))
    assert cast.client("max").post(url("user_add"), form).status_code == 404
    draft.refresh_from_db()
    assert draft.created_by == cast.olga and draft.version == 1


@pytest.mark.spec("A-5")
def test_a_draft_of_another_organization_is_not_found_here(cast):
    draft = cast.draft(cast.tess, role="admin")
    Membership.objects.create(organization=cast.globex, user=cast.olga.user, email="olga@acme.example", status="active")
    for name in (*ONE, *BOTH):
        assert answers(cast.client("olga"), url(name, draft)) == {404}, name


@pytest.mark.spec("W-1")
def test_the_signed_out_go_to_sign_in(cast):
    draft = cast.draft()
    for address in addresses(draft):
        for response in (cast.client().get(address), cast.client().post(address, setup_post())):
            assert response.status_code == 405 or response["Location"].startswith(reverse("account_login")), address
    assert Batch.objects.count() == 1


@pytest.mark.spec("W-11")
def test_reading_changes_nothing(cast):
    client, draft = cast.client("olga"), cast.draft()
    before = Batch.objects.values().get()
    for address in addresses(draft):
        for method in (client.get, client.head, client.options):
            method(address)
    client.post(url("user_add_personalize", draft), personal_form(draft, version=99))
    assert Batch.objects.values().get() == before
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-12")
def test_nothing_of_it_is_kept_by_the_browser(cast):
    draft = cast.draft()
    for name in ("user_add_draft", "user_add_personalize", "user_add_mail"):
        assert "no-store" in cast.client("olga").get(url(name, draft))["Cache-Control"]
