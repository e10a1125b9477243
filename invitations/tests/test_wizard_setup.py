"""Step 1: who, which role; rows, errors in place, what is typed stays."""

import pytest

from invitations.models import Batch
from invitations.tests.wizardry import begin, hidden, page, resend_form, rows_of, setup_post, url, words
from organizations.models import Membership, Status
from teamadmin.testing.cast import add_member, add_user, role_named


@pytest.mark.spec("W-2")
def test_the_empty_form_has_one_row_a_role_and_the_labels(cast):
    response = cast.client("olga").get(url("user_add"))
    assert response.status_code == 200
    text = words(response)
    for label in ("Users", "Add users", "First name", "Last name", "Email address", "Role", "+ Add another"):
        assert label in text
    for label in ("Add to groups", "Give project access", "Summary", "Cancel", "Continue"):
        assert label in text
    assert page(response).split("<template>")[0].count('name="email"') == 1
    assert not Batch.objects.exists()


@pytest.mark.spec("W-2", "W-3")
def test_continue_keeps_people_and_role_and_leads_to_step_two(cast):
    people = [("Nadia", "Petrov", "nadia@acme.example"), ("Samuel", "Osei", "samuel@acme.example")]
    draft = begin(cast.client("olga"), *people, groups=[str(cast.groups["research"].pk)])
    assert rows_of(draft) == people
    assert draft.role_ids == [str(role_named("builder").pk)]
    assert draft.group_ids == [str(cast.groups["research"].pk)]
    assert draft.created_by == cast.olga
    assert cast.client("olga").get(url("user_add_personalize", draft)).status_code == 200


@pytest.mark.spec("W-4")
def test_each_wrong_row_says_so_beside_its_field_and_the_others_stay(cast):
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
    response = cast.client("olga").post(url("user_add"), setup_post(*rows))
    assert response.status_code == 422
    html, text = page(response), words(response)
    expected = {
        "email-1": "Add the part after the last dot",
        "email-2": "This address is in the list above already.",
        "email-3": "Bo Lindqvist is a member already.",
        "email-4": "Pia Pending has an invitation already. Resend it instead.",
        "email-5": "Gil Gone is a deactivated member. Reactivate them instead.",
        "email-6": "Use an email address at acme.example.",
        "first_name-7": "Enter a first name.",
        "email-7": "Enter an email address.",
        "email-8": "Use at most 64 characters before the @.",
    }
    for target, message in expected.items():
        assert f'<a href="#{target}">' in html, target
        assert f'aria-invalid="true" aria-describedby="{target}-error"' in html
        assert message in text
    assert 'id="email-0-error"' not in html
    assert "9 things need fixing" in text
    for row in rows:
        for value in row:
            assert f'value="{value}"' in html
    assert not Membership.objects.filter(email_key="good@acme.example").exists()


@pytest.mark.spec("W-3", "W-13")
def test_rows_are_added_and_removed_without_a_script(cast):
    client = cast.client("olga")
    response = client.post(url("user_add_people"), setup_post(("Nadia", "", "")))
    draft = Batch.objects.get()
    assert response["Location"] == f"{url('user_add_draft', draft)}#first_name-1"
    assert [person["first_name"] for person in draft.people] == ["Nadia", ""]
    form = resend_form(draft, first_name=["Nadia", "Samuel"])
    response = client.post(url("user_add_removal", draft, row=0), form)
    assert response["Location"] == f"{url('user_add_draft', draft)}#people"
    draft.refresh_from_db()
    assert [person["first_name"] for person in draft.people] == ["Samuel"]
    client.post(url("user_add_removal", draft, row=0), resend_form(draft))
    draft.refresh_from_db()
    assert draft.people == [{"first_name": "", "last_name": "", "email": ""}]


@pytest.mark.spec("W-3")
def test_a_hundred_people_and_no_more(cast):
    client = cast.client("olga")
    many = [(f"P{n}", "Person", f"p{n}@acme.example") for n in range(101)]
    assert begin(client, *many[:100]).people[99]["first_name"] == "P99"
    response = client.post(url("user_add") + "?new=1", setup_post(*many))
    assert response.status_code == 422
    assert "Add at most 100 people at once." in words(response)
    assert 'value="p100@acme.example"' in page(response)


@pytest.mark.spec("W-3")
def test_rows_left_blank_are_not_people(cast):
    draft = begin(cast.client("olga"), ("Nadia", "Petrov", "nadia@acme.example"), ("", " ", ""))
    assert len(draft.people) == 1


@pytest.mark.spec("W-2", "R-1")
def test_a_role_must_be_chosen(cast):
    response = cast.client("olga").post(url("user_add"), setup_post(role=""))
    assert response.status_code == 422
    assert "Choose a role." in words(response)
    assert 'aria-describedby="role-hint role-error" aria-invalid="true"' in page(response)


@pytest.mark.spec("W-2", "R-2")
def test_the_task_scheme_offers_checkboxes_and_takes_several(cast):
    client = cast.client("tess")
    response = client.get(url("user_add", slug="globex"))
    assert page(response).count('type="checkbox" name="role"') == 6
    keys = [str(role_named(key, cast.globex.scheme).pk) for key in ("data_admin", "billing")]
    response = client.post(url("user_add", slug="globex"), setup_post(role="") | {"role": keys})
    assert response.status_code == 302
    assert Batch.objects.get().role_ids == keys


@pytest.mark.spec("W-2", "R-1")
def test_the_ranked_scheme_takes_one_role(cast):
    roles = [str(role_named(key).pk) for key in ("builder", "operator")]
    response = cast.client("olga").post(url("user_add"), setup_post() | {"role": roles})
    assert response.status_code == 422
    assert "Choose one role." in words(response)


@pytest.mark.spec("R-6", "W-2")
def test_a_manager_is_not_offered_admin_and_cannot_send_it(cast):
    client = cast.client("max")
    html = page(client.get(url("user_add")))
    assert f'<option value="{role_named("admin").pk}" disabled>' in html
    assert f'<option value="{role_named("manager").pk}">' in html
    assert "You can’t give the role Admin because it allows more than yours." in html
    response = client.post(url("user_add"), setup_post(role="admin"))
    assert response.status_code == 422
    assert "You can’t give the role Admin" in words(response)
    assert not Batch.objects.exists()


@pytest.mark.spec("R-5", "W-2")
def test_the_summary_says_what_the_role_can_do(cast):
    draft = begin(cast.client("olga"))
    text = words(cast.client("olga").get(url("user_add_draft", draft)))
    assert "A Builder can Build and edit in the projects you can access" in text
    assert "Builds and edits in the projects they can access. Can’t invite people or change security." in text
    draft.role_ids = [str(role_named("admin").pk)]
    draft.save()
    assert "An Admin can" in words(cast.client("olga").get(url("user_add_draft", draft)))


@pytest.mark.spec("W-4")
def test_a_list_in_one_field_fills_rows_without_a_script(cast):
    pasted = 'Ana Soto <ana@acme.example>, "Petrov, Nadia" <nadia@acme.example>; lee@acme.example'
    response = cast.client("olga").post(url("user_add"), setup_post(("", "", pasted)))
    assert response.status_code == 422
    assert rows_of(Batch.objects.get()) == [
        ("Ana", "Soto", "ana@acme.example"),
        ("Nadia", "Petrov", "nadia@acme.example"),
        ("", "", "lee@acme.example"),
    ]
    assert '<a href="#first_name-2">' in page(response)
    assert '<a href="#email-2">' not in page(response)


@pytest.mark.spec("W-4")
@pytest.mark.parametrize(
    "typed", ["a@x.test\r\nBcc: e@e.test", "a@x.test,b@x.test", "a@x.test b@x.test", '"a b"@x.test', "a@x.test\u2028"]
)
def test_what_is_no_single_address_never_becomes_a_second_recipient_unseen(cast, typed):
    response = cast.client("olga").post(url("user_add"), setup_post(("Nadia", "Petrov", typed)))
    assert response.status_code in (302, 422)
    if response.status_code == 302:
        assert len(Batch.objects.get().people) == 1


@pytest.mark.spec("W-3")
def test_the_first_form_sent_twice_begins_one_draft(cast):
    client = cast.client("olga")
    form = setup_post(draft=hidden(client.get(url("user_add")), "draft"), version="0")
    first, second = client.post(url("user_add"), form), client.post(url("user_add"), form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Batch.objects.count() == 1
