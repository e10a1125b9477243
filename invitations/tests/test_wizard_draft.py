"""Drafts: autosave, restoring, discarding, conflicts between tabs, and signing out in between."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from invitations.models import Batch
from invitations.tests.wizard_helpers import (
    draft_form,
    hidden_value,
    page_html,
    people_in,
    personalize_form,
    setup_form,
    start_draft,
    url,
)
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.html import text_of

HTMX = {"headers": {"HX-Request": "true"}}


def autosave(client: Client, form: dict, batch: Batch | None = None):
    return client.post(url("user_add_autosave", batch), form, **HTMX)


@pytest.mark.spec("W-12")
def test_invalid_input_is_saved_in_draft(cast):
    client = cast.client("olga")
    response = autosave(client, setup_form(("Nadia", "", "nadia@"), role=""))
    draft = Batch.objects.get()
    assert response.status_code == 200
    assert response["HX-Replace-Url"] == url("user_add_draft", draft)
    assert hidden_value(response, "version") == "1" and hidden_value(response, "draft") == str(draft.pk)
    assert people_in(draft) == [("Nadia", "", "nadia@")]
    html = page_html(client.get(url("user_add_draft", draft)))
    assert 'value="nadia@"' in html and "aria-invalid" not in html


@pytest.mark.spec("W-12")
def test_autosaves_increase_version(cast):
    client = cast.client("olga")
    key = hidden_value(client.get(url("user_add")), "draft")
    first = autosave(client, setup_form(draft=key, version="0"))
    second = autosave(client, setup_form(("Nadia", "P", ""), draft=key, version=hidden_value(first, "version")))
    assert "HX-Replace-Url" not in second
    assert hidden_value(second, "version") == "2"
    assert people_in(Batch.objects.get()) == [("Nadia", "P", "")]


@pytest.mark.spec("W-12")
def test_empty_form_creates_no_draft(cast):
    response = autosave(cast.client("olga"), setup_form(("", " ", ""), role=""))
    assert response.status_code == 204
    assert not Batch.objects.exists()


@pytest.mark.spec("W-5", "W-6")
def test_autosave_returns_counts_and_projects_of_new_groups(cast):
    client, marketing = cast.client("olga"), str(cast.groups["marketing"].pk)
    html = page_html(autosave(client, setup_form(groups=[marketing])))
    assert 'id="project-list"' in html and html.count("Group access") == 2
    assert 'data-tally-plus="2"' in html and 'id="summary"' in html
    draft = Batch.objects.get()
    html = page_html(autosave(client, draft_form(draft, first_name=["Nadine"]), draft))
    assert 'id="project-list"' not in html  # the groups are the same, so the list that may have the focus stays
    assert html.count("hx-swap-oob") >= 5


@pytest.mark.spec("W-12")
def test_draft_is_restored_after_signing_in_again(cast):
    draft = start_draft(cast.client("olga"))
    client = cast.client("olga")
    response = client.get(url("user_add"))
    assert response["Location"] == f"{url('user_add_draft', draft)}?restored=1"
    text = text_of(client.get(response["Location"]))
    assert "Draft restored" in text and "Start over" in text
    assert "Draft restored" not in text_of(client.get(url("user_add_draft", draft)))
    assert client.get(url("user_add"), {"new": "1"}).status_code == 200


@pytest.mark.spec("W-12")
def test_cancel_confirms_then_discards(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    assert "Discard this draft?" in text_of(client.get(url("user_add_discard", draft)))
    fragment = page_html(client.get(url("user_add_discard", draft), **HTMX))
    assert "<dialog" in fragment and "<html" not in fragment
    assert Batch.objects.exists()
    response = client.post(url("user_add_discard", draft))
    assert response["Location"] == reverse("users", args=["acme"])
    assert not Batch.objects.exists()
    assert client.get(url("user_add_draft", draft)).status_code == 404


@pytest.mark.spec("W-12")
def test_start_over_opens_empty_form(cast):
    client = cast.client("olga")
    cast.draft()
    draft = start_draft(client)
    response = client.post(url("user_add_discard", draft) + "?new=1", **HTMX)
    assert response["HX-Redirect"] == url("user_add") + "?new=1"
    assert "Draft restored" not in text_of(client.get(response["HX-Redirect"]))


@pytest.mark.spec("W-12")
def test_cancel_without_draft_needs_no_confirmation(cast):
    client = cast.client("olga")
    assert client.get(url("user_add_discard"))["Location"] == reverse("users", args=["acme"])
    key = hidden_value(client.get(url("user_add")), "draft")
    autosave(client, setup_form(draft=key))
    assert client.get(url("user_add_discard"), {"draft": key}).status_code == 200
    client.post(url("user_add_discard") + f"?draft={key}")
    assert not Batch.objects.exists()


@pytest.mark.spec("W-12", "W-10")
def test_changes_in_another_tab_are_not_overwritten(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    other = draft_form(draft, first_name=["Other"])
    mine = draft_form(draft, first_name=["Mine"])
    client.post(url("user_add_draft", draft), other)
    response = client.post(url("user_add_draft", draft), mine)
    assert response.status_code == 409
    assert "This draft was changed in another tab." in text_of(response)
    assert 'value="Mine"' in page_html(response)
    draft.refresh_from_db()
    assert people_in(draft)[0][0] == "Other"
    # Submitting again from that page saves it: the conflict has been shown.
    again = client.post(url("user_add_draft", draft), mine | {"version": hidden_value(response, "version")})
    assert again.status_code == 302
    draft.refresh_from_db()
    assert people_in(draft)[0][0] == "Mine"


@pytest.mark.spec("W-12")
def test_autosave_in_outdated_tab_shows_conflict(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    client.post(url("user_add_draft", draft), draft_form(draft, first_name=["Other"]))
    response = autosave(client, draft_form(draft, first_name=["Mine"]), draft)
    assert response.status_code == 409
    assert "This draft was changed in another tab." in text_of(response) and 'name="version"' not in page_html(response)
    draft.refresh_from_db()
    assert people_in(draft)[0][0] == "Other"
    response = client.post(url("user_add_preview", draft), personalize_form(draft, "mine", version=1), **HTMX)
    assert response.status_code == 409
    draft.refresh_from_db()
    assert draft.reason == ""


@pytest.mark.spec("W-11", "W-12")
def test_continue_pressed_twice_is_not_a_conflict(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    form = draft_form(draft, first_name=["Nadine"])
    assert client.post(url("user_add_draft", draft), form).status_code == 302
    assert client.post(url("user_add_draft", draft), form).status_code == 302


@pytest.mark.spec("W-12")
@pytest.mark.parametrize("where", ["page", "autosave"])
@pytest.mark.parametrize("ended", [False, True])
def test_input_posted_while_signed_out_is_restored(cast, where, ended):
    client = cast.client("olga")
    draft = start_draft(client)
    form = draft_form(draft, first_name=["Typed later"]) | {
        "owner": hidden_value(client.get(url("user_add_draft", draft)), "owner")
    }
    if ended:  # by an Admin or a security policy
        cast.acme.sessions_ended_at = timezone.now()
        cast.acme.save()
    else:
        client.logout()
    if where == "page":
        login_url = client.post(url("user_add_draft", draft), form)["Location"]
    else:
        login_url = autosave(client, form, draft)["HX-Redirect"]
    assert login_url == f"{reverse('account_login')}?next={url('user_add_draft', draft)}"
    response = client.post(login_url, {"login": "olga@acme.example", "password": PASSWORD})
    assert response["Location"] == url("user_add_draft", draft)
    response = client.get(response["Location"])
    assert 'value="Typed later"' in page_html(response) and "Everything you typed is back" in text_of(response)
    draft.refresh_from_db()
    assert people_in(draft)[0][0] == "Nadia"  # GET saves nothing
    form = draft_form(draft, first_name=["Typed later"], version=hidden_value(response, "version"))
    assert client.post(url("user_add_draft", draft), form).status_code == 302
    assert "Everything you typed" not in text_of(client.get(url("user_add_draft", draft)))


@pytest.mark.spec("W-12", "W-7")
def test_reason_posted_while_signed_out_is_restored(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    owner = hidden_value(client.get(url("user_add_personalize", draft)), "owner")
    client.logout()
    response = client.post(url("user_add_personalize", draft), personalize_form(draft, "We need you", owner=owner))
    assert url("user_add_personalize", draft) in response["Location"]
    client.force_login(cast.olga.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "We need you</textarea>" in page_html(client.get(url("user_add_personalize", draft)))


@pytest.mark.spec("W-12")
def test_new_form_posted_while_signed_out_is_restored(cast):
    client = cast.client("olga")
    fresh = client.get(url("user_add"))
    form = setup_form(draft=hidden_value(fresh, "draft"), owner=hidden_value(fresh, "owner"), version="0")
    client.logout()
    assert client.post(url("user_add_people"), form)["Location"].endswith(url("user_add"))
    client.force_login(cast.olga.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get(url("user_add"))
    assert 'value="nadia@acme.example"' in page_html(response)
    assert hidden_value(response, "draft") == form["draft"]


@pytest.mark.spec("W-12", "A-5")
def test_another_user_does_not_get_restored_input(cast):
    client = cast.client("olga")
    form = setup_form(owner=hidden_value(client.get(url("user_add")), "owner"))
    client.logout()
    client.post(url("user_add"), form)
    client.force_login(cast.max.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "nadia@acme.example" not in page_html(client.get(url("user_add")))
    assert "add_user_typed" not in client.session


@pytest.mark.spec("W-12")
def test_forged_forms_are_not_kept_while_signed_out(cast):
    for owner in ("", str(cast.olga.pk), f"{cast.olga.pk}:forged"):
        client = cast.client()
        client.post(url("user_add"), setup_form(owner=owner))
        assert "add_user_typed" not in client.session
