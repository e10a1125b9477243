"""Step 1: people, role, rows, errors at their fields, and keeping the input."""

import pytest

from invitations.models import Batch
from invitations.tests.wizard_helpers import (
    draft_form,
    hidden_value,
    page_html,
    people_in,
    setup_form,
    start_draft,
    url,
)
from organizations.models import Membership, Status
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.html import text_of


@pytest.mark.spec("W-2")
def test_empty_form_has_one_row_and_all_labels(cast):
    response = cast.client("olga").get(url("user_add"))
    assert response.status_code == 200
    text = text_of(response)
    for label in ("Users", "Add users", "First name", "Last name", "Email address", "Role", "+ Add another"):
        assert label in text
    for label in ("Add to groups", "Give project access", "Summary", "Cancel", "Continue"):
        assert label in text
    assert page_html(response).split("<template>")[0].count('name="email"') == 1
    assert not Batch.objects.exists()


@pytest.mark.spec("W-2", "W-3")
def test_continue_saves_and_opens_step_two(cast):
    people = [("Nadia", "Petrov", "nadia@acme.example"), ("Samuel", "Osei", "samuel@acme.example")]
    draft = start_draft(cast.client("olga"), *people, groups=[str(cast.groups["research"].pk)])
    assert people_in(draft) == people
    assert draft.role_ids == [str(role_named("builder").pk)]
    assert draft.group_ids == [str(cast.groups["research"].pk)]
    assert draft.created_by == cast.olga
    assert cast.client("olga").get(url("user_add_personalize", draft)).status_code == 200


@pytest.mark.spec("W-2")
def test_one_name_is_enough(cast):
    client = cast.client("olga")
    response = client.post(url("user_add"), setup_form(("", "\u200b", "none@acme.example")), follow=True)
    assert 'id="first_name-0-error"' in page_html(response)
    assert "Enter a first or last name." in text_of(response)
    draft = start_draft(client, ("", "Petrov", "first@acme.example"), ("Nadia", "", "last@acme.example"))
    page = text_of(client.get(url("user_add_personalize", draft)))
    assert "Petrov" in page and "Nadia" in page


@pytest.mark.spec("W-4")
def test_errors_are_shown_at_their_fields_and_input_is_kept(cast):
    add_member(cast.acme, add_user("gone@acme.example", "Gil", "Gone"), "builder", status=Status.DEACTIVATED)
    cast.invite(people=[("Pia", "Pending", "pia@acme.example")])
    cast.acme.allowed_email_domains = ["acme.example"]
    cast.acme.save()
    rows = [
        ("Good", "One", "good@acme.example"),
        ("Bad", "Two", "bad@acme"),
        ("Good", "Three", "GOOD@Acme.example"),
        ("Bo", "Four", "bo@acme.example"),
        ("Pia", "Five", "pia@acme.example"),
        ("Gil", "Six", "gone@acme.example"),
        ("Away", "Seven", "a@elsewhere.example"),
        ("", "Eight", ""),
        ("Long", "Nine", "a" * 65 + "@acme.example"),
    ]
    response = cast.client("olga").post(url("user_add"), setup_form(*rows), follow=True)
    assert response.status_code == 200
    html, text = page_html(response), text_of(response)
    expected = {
        "email-1": "Add the part after the last dot",
        "email-2": "This address is already listed above.",
        "email-3": "Bo Lindqvist is already a member.",
        "email-4": "Pia Pending already has an invitation. Resend it instead.",
        "email-5": "Gil Gone is deactivated. Reactivate them instead.",
        "email-6": "Use an email address at acme.example.",
        "email-7": "Enter an email address.",
        "email-8": "Use at most 64 characters before the @.",
    }
    for target, message in expected.items():
        assert f'<a href="#{target}">' in html, target
        assert f'aria-invalid="true" aria-describedby="{target}-error"' in html
        assert message in text
    assert 'id="email-0-error"' not in html
    assert "Fix 8 problems to continue" in text
    for row in rows:
        for value in row:
            assert f'value="{value}"' in html
    assert not Membership.objects.filter(email_key="good@acme.example").exists()


@pytest.mark.spec("W-3", "W-13")
def test_rows_are_added_and_removed_without_javascript(cast):
    client = cast.client("olga")
    response = client.post(url("user_add_people"), setup_form(("Nadia", "", "")))
    draft = Batch.objects.get()
    assert response["Location"] == f"{url('user_add_draft', draft)}#first_name-1"
    assert [person["first_name"] for person in draft.people] == ["Nadia", ""]
    form = draft_form(draft, first_name=["Nadia", "Samuel"])
    response = client.post(url("user_add_removal", draft, row=0), form)
    assert response["Location"] == f"{url('user_add_draft', draft)}#people"
    draft.refresh_from_db()
    assert [person["first_name"] for person in draft.people] == ["Samuel"]
    client.post(url("user_add_removal", draft, row=0), draft_form(draft))
    draft.refresh_from_db()
    assert draft.people == [{"first_name": "", "last_name": "", "email": ""}]


@pytest.mark.spec("W-3")
def test_at_most_100_people(cast):
    client = cast.client("olga")
    many = [(f"P{n}", "Person", f"p{n}@acme.example") for n in range(101)]
    assert start_draft(client, *many[:100]).people[99]["first_name"] == "P99"
    response = client.post(url("user_add") + "?new=1", setup_form(*many), follow=True)
    assert response.status_code == 200
    assert "Add at most 100 people at once." in text_of(response)
    assert 'value="p100@acme.example"' in page_html(response)


@pytest.mark.spec("W-3")
def test_blank_rows_are_ignored(cast):
    draft = start_draft(cast.client("olga"), ("Nadia", "Petrov", "nadia@acme.example"), ("", " ", ""))
    assert len(draft.people) == 1


@pytest.mark.spec("W-2", "R-1")
def test_role_is_required(cast):
    response = cast.client("olga").post(url("user_add"), setup_form(role=""), follow=True)
    assert response.status_code == 200
    assert "Choose a role." in text_of(response)
    assert 'aria-describedby="role-hint role-error" aria-invalid="true"' in page_html(response)


@pytest.mark.spec("W-2", "R-2")
def test_task_scheme_accepts_several_roles(cast):
    client = cast.client("tess")
    response = client.get(url("user_add", slug="globex"))
    assert page_html(response).count('type="checkbox" name="role"') == 6
    keys = [str(role_named(key, cast.globex.scheme).pk) for key in ("data_admin", "billing")]
    response = client.post(url("user_add", slug="globex"), setup_form(role="") | {"role": keys})
    assert response.status_code == 302
    assert Batch.objects.get().role_ids == keys


@pytest.mark.spec("W-2", "R-1")
def test_ranked_scheme_accepts_one_role(cast):
    roles = [str(role_named(key).pk) for key in ("builder", "operator")]
    response = cast.client("olga").post(url("user_add"), setup_form() | {"role": roles})
    assert response.status_code == 422
    assert "Choose one role." in text_of(response)


@pytest.mark.spec("R-6", "W-2")
def test_manager_cannot_choose_admin(cast):
    client = cast.client("max")
    html = page_html(client.get(url("user_add")))
    assert f'<option value="{role_named("admin").pk}" disabled>' in html
    assert f'<option value="{role_named("manager").pk}">' in html
    assert "You can’t give the role Admin because it allows more than yours." in html
    response = client.post(url("user_add"), setup_form(role="admin"))
    assert response.status_code == 422
    assert "You can’t give the role Admin" in text_of(response)
    assert not Batch.objects.exists()


@pytest.mark.spec("R-5", "W-2")
def test_summary_shows_capabilities_of_role(cast):
    draft = start_draft(cast.client("olga"))
    text = text_of(cast.client("olga").get(url("user_add_draft", draft)))
    assert "With the Builder role, they can Build and edit in the projects you can access" in text
    assert "Builds and edits in the projects they can access. Can’t invite people or change security." in text
    draft.role_ids = [str(role_named("admin").pk)]
    draft.save()
    assert "With the Admin role, they can" in text_of(cast.client("olga").get(url("user_add_draft", draft)))


@pytest.mark.spec("W-4")
def test_pasted_list_fills_rows_without_javascript(cast):
    pasted = 'Ana Soto <ana@acme.example>, "Petrov, Nadia" <nadia@acme.example>; lee@acme.example'
    client = cast.client("olga")
    response = client.post(url("user_add"), setup_form(("", "", pasted)), follow=True)
    assert "Read 3 people" in text_of(response)
    assert people_in(Batch.objects.get()) == [
        ("Ana", "Soto", "ana@acme.example"),
        ("Nadia", "Petrov", "nadia@acme.example"),
        ("", "", "lee@acme.example"),
    ]
    response = client.post(url("user_add_draft", Batch.objects.get()), draft_form(Batch.objects.get()), follow=True)
    assert '<a href="#first_name-2">' in page_html(response)
    assert '<a href="#email-2">' not in page_html(response)


@pytest.mark.spec("W-4")
@pytest.mark.parametrize(
    "typed", ["a@x.test\r\nBcc: e@e.test", "a@x.test,b@x.test", "a@x.test b@x.test", '"a b"@x.test', "a@x.test\u2028"]
)
def test_multiple_addresses_do_not_add_hidden_recipients(cast, typed):
    response = cast.client("olga").post(url("user_add"), setup_form(("Nadia", "Petrov", typed)))
    if response["Location"].endswith("/personalize/"):
        assert [person["email"].strip() for person in Batch.objects.get().people] == ["a@x.test"]
    else:  # all of them are shown before anything is sent
        assert "read=1" in response["Location"] or "check=1" in response["Location"]


@pytest.mark.spec("W-3")
def test_first_form_submitted_twice_creates_one_draft(cast):
    client = cast.client("olga")
    form = setup_form(draft=hidden_value(client.get(url("user_add")), "draft"), version="0")
    first, second = client.post(url("user_add"), form), client.post(url("user_add"), form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Batch.objects.count() == 1
