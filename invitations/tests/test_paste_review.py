"""Pasted lists in step 1 and their review, without JavaScript (W-4)."""

import re

import pytest

from invitations.models import Batch
from invitations.tests.wizard_helpers import draft_form, page_html, people_in, personalize_form, setup_form, url
from invitations.validation import MAX_PEOPLE
from organizations.models import Membership, Status
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.spec("W-4")
OUTLOOK = "Soto, Ana <ana@acme.example>; Berg, Tom <tom@acme.example>"
ANA, TOM = ("Ana", "Soto", "ana@acme.example"), ("Tom", "Berg", "tom@acme.example")
UNSURE = (
    "1\tSales\tAna\tSoto\ta1@acme.example\n2\tData\tTom\tBerg\tt2@acme.example\n3\tSales\tKim\tLee\tk3@acme.example"
)


def paste(client, text: str, *people, batch: Batch | None = None, **fields):
    """Paste into step 1 as paste.js does, and return the page that follows."""
    form = setup_form(*(people or [("", "", "")])) if batch is None else draft_form(batch)
    return client.post(url("user_add_paste", batch), form | {"pasted": text} | fields, follow=True)


def review(client, **fields):
    """Submit the page with the list, and return the page that follows."""
    batch = Batch.objects.get()
    form = {"version": batch.version, "draft": str(batch.pk), "text": batch.pasted["text"]} | fields
    return client.post(url("user_add_list", batch), form, follow=True)


def rows() -> list[tuple[str, str, str]]:
    return people_in(Batch.objects.get())


def test_a_certain_list_fills_the_rows_at_once(cast):
    response = paste(cast.client("olga"), OUTLOOK)
    assert "Read 2 people" in text_of(response) and "Undo" in text_of(response)
    assert rows() == [ANA, TOM]


def test_nothing_typed_is_lost(cast):
    people = [("Nadia", "Petrov", "nadia@acme.example"), ("Half", "", ""), ("", "", ""), ("", "", "late@acme.example")]
    paste(cast.client("olga"), OUTLOOK, *people, pasted_at="2")
    assert rows() == [people[0], people[1], ANA, TOM, people[3]]


def test_a_typed_name_is_kept_for_a_bare_address(cast):
    paste(cast.client("olga"), "mailto:ana@acme.example, tom@acme.example", ("Ana", "María", ""), pasted_at="0")
    assert rows() == [("Ana", "María", "ana@acme.example"), ("", "", "tom@acme.example")]


def test_undo_takes_the_people_out_and_shows_the_text(cast):
    client = cast.client("olga")
    paste(client, OUTLOOK, ("Nadia", "Petrov", "nadia@acme.example"), pasted_at="1")
    batch = Batch.objects.get()
    form = draft_form(batch) | {"first_name": ["Nadine", "Ana", "Thomas"]}
    response = client.post(url("user_add_undo", batch), form, follow=True)
    assert "Change the text" in text_of(response) and "Soto, Ana <ana@acme.example>" in page_html(response)
    # What was changed since then stays.
    assert rows() == [("Nadine", "Petrov", "nadia@acme.example"), ("Thomas", "Berg", "tom@acme.example")]


def test_undo_brings_back_a_name_that_was_typed(cast):
    client = cast.client("olga")
    paste(client, "ana@acme.example, tom@acme.example", ("Ana", "María", ""), pasted_at="0")
    batch = Batch.objects.get()
    client.post(url("user_add_undo", batch), draft_form(batch))
    assert rows() == [("Ana", "María", "")]


def test_asks_about_columns_that_are_not_certain(cast):
    client = cast.client("olga")
    response = paste(client, UNSURE)
    assert response.redirect_chain[-1][0] == url("user_add_list", Batch.objects.get())
    text = text_of(response)
    assert "We weren’t sure about three columns" in text and "Read 3 people from 3 lines." in text
    assert "Choose what columns 2, 3 and 4 are; the others look right." in text
    assert page_html(response).count('class="ask"') == 3
    assert rows() == [("", "", "")]
    response = review(client, action="add", **{"column-2": "last_name", "column-3": "first_name", "column-4": "email"})
    assert "Read 3 people" in text_of(response)
    assert rows()[0] == ("Soto", "Ana", "a1@acme.example")


def test_people_on_lines_that_are_not_split_are_shown_in_the_columns(cast):
    page = page_html(paste(cast.client("olga"), f"{UNSURE}\nMia Vo <mia@acme.example>"))
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.S) if "mia@acme.example" in row)
    assert re.findall(r">([^<]*\w[^<]*)<", row) == ["4", "Mia", "Vo", "mia@acme.example"]


def test_a_choice_is_kept_and_does_not_refuse_the_form(cast):
    """With JavaScript, a choice is sent at once. The form may be submitted before the response is there."""
    client = cast.client("olga")
    paste(client, UNSURE)
    batch = Batch.objects.get()
    form = {"version": batch.version, "draft": str(batch.pk), "text": batch.pasted["text"]}
    form |= {"column-2": "last_name", "column-3": "first_name", "column-4": "email"}
    choice = client.post(url("user_add_list", batch), form, headers={"HX-Request": "true"})
    assert choice.status_code == 200
    assert 'value="last_name" selected' in client.get(url("user_add_list", batch)).content.decode()
    added = client.post(url("user_add_list", batch), form | {"action": "add"}, follow=True)
    assert added.status_code == 200 and len(rows()) == 3


def test_the_first_line_is_a_heading(cast):
    client = cast.client("olga")
    paste(client, "Who\tWhere\nAna Soto\ta1@acme.example\nTom Berg\tt2@acme.example\nKim\t")
    response = review(client, action="read", has_heading="on", **{"column-0": "name", "column-1": "email"})
    assert "checked" in re.search(r'name="has_heading"[^>]*', page_html(response))[0]
    assert "Who" not in text_of(response).split("Lines left out")[1].split("Change the text")[0]
    response = review(client, action="read", **{"column-0": "name", "column-1": "email"})
    assert "Who Where" in text_of(response).split("Lines left out")[1]


def test_each_line_left_out_has_its_reason_and_what_to_do(cast):
    add_member(cast.acme, add_user("gone@acme.example", "Gil", "Gone"), "builder", status=Status.DEACTIVATED)
    cast.invite(people=[("Pia", "Pending", "pia@acme.example")])
    client = cast.client("olga")
    lines = [
        "Warehouse team (Porto)",
        "Ana Soto <ana@acme.example>",
        "bo@acme.example",
        "pia@acme.example",
        "gone@acme.example",
        "ANA@acme.example",
        "typed@acme.example",
    ]
    response = paste(client, "\n".join(lines), ("Typed", "", "typed@acme.example"))
    text = text_of(response)
    assert "Read 1 person" in text, text
    assert "1 line without an email address: Warehouse team (Porto)." in text
    assert "Left out: 1 duplicate, 1 already in your form, 1 already a member, 1 already invited and 1 deact" in text
    left = text.split("Lines left out")[1]
    for line, reason in [
        ("1 Warehouse team (Porto)", "No email address"),
        ("3 bo@acme.example", "Already a member"),
        ("4 pia@acme.example", "Already invited"),
        ("5 gone@acme.example", "Already a member (deactivated)"),
        ("6 ANA@acme.example", "Same address as line 2"),
        ("7 typed@acme.example", "Already in your form"),
    ]:
        assert re.search(rf"{re.escape(line)}\s*{re.escape(reason)}", left), line
    bo = Membership.objects.get(email="bo@acme.example")
    assert f'href="/o/acme/users/{bo.pk}/"' in page_html(response)
    assert left.count("Nothing to do") == 2 and left.count("Add address") == 1


def test_an_address_can_be_added_to_a_line_without_one(cast):
    client = cast.client("olga")
    paste(client, f"Kim Lee\n{OUTLOOK}")
    response = review(client, action="read", **{"address-1-0": "kim@"})
    assert "Enter an email address like name@company.com." in text_of(response)
    assert 'value="kim@"' in page_html(response)
    response = review(client, action="read", **{"address-1-0": "kim@acme.example"})
    assert "Add 3 people" in text_of(response) and "Add address" not in text_of(response)
    review(client, action="add")
    assert rows() == [("Kim", "Lee", "kim@acme.example"), ANA, TOM]


def test_adding_again_replaces_the_rows(cast):
    client = cast.client("olga")
    paste(client, UNSURE, ("Nadia", "Petrov", "nadia@acme.example"))
    review(client, action="add")
    assert len(rows()) == 4
    review(client, action="add", **{"column-2": "last_name", "column-3": "first_name", "column-4": "email"})
    assert rows()[1] == ("Soto", "Ana", "a1@acme.example") and len(rows()) == 4


def test_another_text_is_read_before_it_is_added(cast):
    client = cast.client("olga")
    paste(client, UNSURE)
    response = review(client, action="add", text=f"{OUTLOOK}\nKim Lee")
    assert "1 line without an email address: Kim Lee." in text_of(response) and rows() == [("", "", "")]
    review(client, action="add", text=OUTLOOK)
    assert rows() == [ANA, TOM]


def test_a_list_that_is_not_added_waits(cast):
    client = cast.client("olga")
    paste(client, UNSURE)
    batch = Batch.objects.get()
    assert "Your pasted list hasn’t been added yet" in text_of(client.get(url("user_add_draft", batch)))
    response = paste(client, "lee@acme.example", batch=batch)
    assert "lee@acme.example" in page_html(response) and "a1@acme.example" in page_html(response)
    review(client, action="discard")
    assert "isn’t added yet" not in text_of(client.get(url("user_add_draft", batch)))


def test_a_second_list_leaves_the_first_one_alone(cast):
    client = cast.client("olga")
    paste(client, OUTLOOK)
    paste(client, "Kim Lee <kim@acme.example>, Lee Kim <lee@acme.example>", batch=Batch.objects.get())
    assert rows() == [ANA, TOM, ("Kim", "Lee", "kim@acme.example"), ("Lee", "Kim", "lee@acme.example")]


def test_paste_a_list_opens_an_empty_page(cast):
    client = cast.client("olga")
    response = client.post(url("user_add_paste"), setup_form(("Nadia", "", "")), follow=True)
    assert "Paste a list" in text_of(response) and '<textarea class="input" id="list-text"' in page_html(response)
    batch = Batch.objects.get()
    client.post(url("user_add_list", batch), {"version": batch.version, "text": OUTLOOK, "action": "read"})
    assert rows() == [("Nadia", "", ""), ANA, TOM]


def test_guessed_names_are_marked_until_they_are_changed(cast):
    client = cast.client("olga")
    response = paste(client, "ana.soto@acme.example\ntom@acme.example")
    html = page_html(response)
    assert html.split("<template>")[0].count("data-guess") == 2
    assert html.count('aria-describedby="guessed"') == 2 and 'id="guessed"' in html
    batch = Batch.objects.get()
    assert "Ana (guessed)" in re.sub(r"\s+", " ", text_of(client.get(url("user_add_list", batch))))
    client.post(url("user_add_draft", batch), draft_form(batch) | {"first_name": ["Anna", ""], "role": [""]})
    html = page_html(client.get(url("user_add_draft", batch)))
    assert "data-guess" not in html.split("<template>")[0]


def test_people_beyond_100_are_in_the_next_draft(cast):
    client = cast.client("olga")
    text = "\n".join(f"Person {chr(65 + n % 26)} <p{n}@acme.example>" for n in range(MAX_PEOPLE + 20))
    response = paste(client, text, ("Nadia", "Petrov", "nadia@acme.example"))
    assert "21 people are over the limit" in text_of(response)
    assert "After you send these, the rest are saved in a new draft: p99@acme.example" in text_of(response)
    response = review(client, action="add")
    assert len(rows()) == MAX_PEOPLE and "21 people are over the limit" in text_of(response)
    draft = Batch.objects.get()
    client.post(url("user_add_draft", draft), draft_form(draft) | {"role": setup_form()["role"]})
    draft.refresh_from_db()
    response = client.post(url("user_add_personalize", draft), personalize_form(draft, "Welcome"), follow=True)
    assert "100 invitations sent" in text_of(response)
    assert "21 more people from your list are saved in a new draft." in text_of(response)
    draft.refresh_from_db()
    rest = Batch.objects.get(sent_at=None)
    assert draft.pasted == {} and rest.reason == "Welcome" and rest.role_ids == draft.role_ids
    assert people_in(rest)[0] == ("Person", "V", "p99@acme.example") and len(rest.people) == 21


def test_guessed_names_are_marked_in_the_next_draft_too(cast):
    client = cast.client("olga")
    paste(client, "\n".join(f"ana.soto{n}@acme.example" for n in range(MAX_PEOPLE + 1)))
    review(client, action="add")
    draft = Batch.objects.get()
    client.post(url("user_add_draft", draft), draft_form(draft) | {"role": setup_form()["role"]})
    draft.refresh_from_db()
    client.post(url("user_add_personalize", draft), personalize_form(draft, ""))
    rest = Batch.objects.get(sent_at=None)
    assert people_in(rest) == [("Ana", "Soto", f"ana.soto{MAX_PEOPLE}@acme.example")]
    assert "Names in italics are guessed. Check them." in text_of(client.get(url("user_add_draft", rest)))


def test_a_list_that_is_too_long_says_so(cast):
    response = paste(cast.client("olga"), "sam@acme.example\n" + "x" * 100_001)
    assert "The list is too long. Lines after line 1 were left out." in text_of(response)


def test_a_table_shows_only_columns_with_content(cast):
    response = paste(cast.client("olga"), "Ana\tSoto\t\t\ta1@acme.example\nTom\tBerg\t\t\tt1@acme.example")
    assert re.findall(r'name="column-(\d+)"', page_html(response)) == ["0", "1", "4"]


@pytest.mark.spec("W-13")
@pytest.mark.parametrize("page", ["user_add", "user_add_people"])
def test_a_list_typed_into_an_email_field_is_read(cast, page):
    client = cast.client("olga")
    response = client.post(url(page), setup_form(("", "", OUTLOOK)), follow=True)
    assert "Read 2 people" in text_of(response) and rows() == [ANA, TOM]


def test_one_name_and_address_in_an_email_field_fill_its_row(cast):
    client = cast.client("olga")
    people = [("", "", "Ann Bell ann@acme.example"), ("Kim", "", "mailto:kim@acme.example;")]
    assert client.post(url("user_add"), setup_form(*people))["Location"].endswith("/personalize/")
    assert rows() == [("Ann", "Bell", "ann@acme.example"), ("Kim", "", "kim@acme.example")]


def test_a_name_in_an_email_field_does_not_change_an_address_beside_a_typed_name(cast):
    people = [("Ana", "Soto", "ana soto@acme.example"), ("Tom", "", "Tom Berg <tom@acme.example>")]
    response = cast.client("olga").post(url("user_add"), setup_form(*people), follow=True)
    assert "Remove spaces from the email address." in text_of(response)
    assert rows() == [people[0], ("Tom", "", "tom@acme.example")]


@pytest.mark.parametrize("names,is_valid", [(("Ana", ""), True), (("", "Soto"), True), (("", " "), False)])
def test_one_name_is_enough(cast, names, is_valid):
    response = cast.client("olga").post(url("user_add"), setup_form((*names, "ana@acme.example")), follow=True)
    assert ("Enter a first or last name." in text_of(response)) is not is_valid


def test_another_tab_is_not_overwritten(cast):
    client = cast.client("olga")
    paste(client, UNSURE)
    batch = Batch.objects.get()
    client.post(url("user_add_draft", batch), draft_form(batch) | {"first_name": ["Other"]})
    response = client.post(url("user_add_list", batch), {"version": batch.version, "action": "add"})
    assert response.status_code == 409 and "This draft was changed in another tab." in text_of(response)
    assert rows() == [("Other", "", "")]
