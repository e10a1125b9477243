"""Step 2: reason, quick actions, welcome page, preview, Back and Done."""

import pytest
from django.urls import reverse

from audit.models import Entry
from invitations.models import Batch, Invitation
from invitations.tests.wizard_helpers import (
    draft_form,
    hidden_value,
    page_html,
    pending_after,
    personalize_form,
    setup_form,
    start_draft,
    url,
)
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

HTMX = {"headers": {"HX-Request": "true"}}
THREE = [
    ("Nadia", "Petrov", "nadia@acme.example"),
    ("Samuel", "Osei", "samuel@acme.example"),
    ("Tomasz", "Wieczorek", "tomasz@acme.example"),
]


def options(html: str) -> list[str]:
    """Return the labels of the welcome pages."""
    select = html.split('name="welcome_page"')[1].split("</select>")[0]
    return [part.split("<")[0] for part in select.split(">") if part and "</option" in part]


@pytest.mark.spec("W-7", "W-8", "W-9", "W-10")
def test_step_two_shows_what_will_be_sent(cast):
    client = cast.client("olga")
    draft = start_draft(client, *THREE, groups=[str(cast.groups["marketing"].pk)])
    text = text_of(client.get(url("user_add_personalize", draft)))
    for label in ("Reason for invitation (optional)", "Welcome page", "Sending to", "Preview", "Back", "Done"):
        assert label in text
    assert "Nadia Petrov" in text and "Tomasz Wieczorek" in text and "3 invitations will be sent" in text
    assert "Join Acme on TeamAdmin" in text
    assert "Olga Ivanova invited you to Acme" in text
    assert "Suggested first tasks for the Builder role" in text and "Open your first project" in text


@pytest.mark.spec("W-8")
def test_quick_actions_are_read_only_and_depend_on_role(cast):
    client = cast.client("olga")
    draft = start_draft(client, role="admin")
    html = page_html(client.get(url("user_add_personalize", draft)))
    assert "Suggested first tasks for the Admin role" in html and "Invite your team" in html
    chips = html.split('id="tasks-title"')[1].split("</ul>")[0]
    assert "<input" not in chips and "<button" not in chips and "<a " not in chips


@pytest.mark.spec("W-9")
@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("manager", {"Homepage", "Projects", "Workspace"}),
        ("builder", {"Homepage", "Projects", "Workspace"}),
        ("operator", {"Homepage", "Projects", "Workspace"}),
        ("admin", {"Account - Users", "Homepage", "Projects", "Workspace"}),
    ],
)
def test_welcome_pages_depend_on_role_and_default_to_homepage(cast, role, pages):
    client = cast.client("olga")
    html = page_html(client.get(url("user_add_personalize", start_draft(client, role=role))))
    assert pages <= set(options(html))
    if role != "admin":
        assert "Account - Users" not in options(html)
    assert '<option value="homepage" selected>' in html


@pytest.mark.spec("W-9")
def test_welcome_page_of_another_role_is_rejected(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    for key in ("users", "nonsense", "x" * 5000):
        draft.refresh_from_db()
        response = client.post(
            url("user_add_personalize", draft), personalize_form(draft, welcome_page=key), follow=True
        )
        assert "Choose a page that this role can open." in text_of(response)
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-7")
@pytest.mark.parametrize(
    ("reason", "is_sent"),
    [
        ("x" * 2500, True),
        ("x" * 2501, False),
        (("x" * 24 + "\r\n") * 100, True),  # 2,500 with CRLF counted as one character
        (("x" * 24 + "\r\n") * 100 + "xx", False),  # the last line break is no longer trailing: 2,502
        ("\U0001f600" * 2500, True),
        ("\U0001f600" * 2501, False),
    ],
)
def test_reason_is_limited_to_2500_characters(cast, reason, is_sent):
    client = cast.client("olga")
    draft = start_draft(client)
    response = client.post(url("user_add_personalize", draft), personalize_form(draft, reason), follow=True)
    assert Invitation.objects.exists() == is_sent
    if not is_sent:
        assert "Use at most 2,500 characters." in text_of(response)
        assert reason.replace("\r\n", "\n") in page_html(response).replace("\r\n", "\n")
        assert 'aria-invalid="true"' in page_html(response)


@pytest.mark.spec("W-7")
def test_browser_counts_characters_without_cutting(cast):
    client = cast.client("olga")
    html = page_html(client.get(url("user_add_personalize", start_draft(client))))
    area = html.split("<textarea")[1].split(">")[0]
    assert 'data-counter="2500"' in area and "maxlength" not in area


@pytest.mark.spec("W-10")
def test_typing_updates_preview_and_saves_draft(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    response = client.post(
        url("user_add_preview", draft), personalize_form(draft, "We  build <b>dams</b>", "projects"), **HTMX
    )
    html = response.content.decode()
    assert "We  build &lt;b&gt;dams&lt;/b&gt;" in html and 'id="preview"' in html and "<html" not in html
    assert hidden_value(response, "version") == str(draft.version + 1)
    draft.refresh_from_db()
    assert (draft.reason, draft.welcome_page) == ("We  build <b>dams</b>", "projects")
    html = page_html(client.get(url("user_add_personalize", draft)))
    assert '<option value="projects" selected>' in html


@pytest.mark.spec("W-10", "W-13")
def test_preview_button_without_javascript(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    response = client.post(url("user_add_preview", draft), personalize_form(draft, "Hello"))
    assert response["Location"] == url("user_add_personalize", draft)
    assert "<blockquote>Hello</blockquote>" in page_html(client.get(response["Location"]))


@pytest.mark.spec("W-10", "M-6")
def test_full_email_page_runs_no_script(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    draft.reason = "<script>alert(1)</script>"
    draft.save()
    response = client.get(url("user_add_mail", draft))
    assert response.status_code == 200
    assert "<script>alert(1)" not in response.content.decode()
    assert "&lt;script&gt;alert(1)" in response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
    assert "data:image/png;base64," in page_html(response)


@pytest.mark.spec("W-10")
def test_back_saves_valid_and_invalid_input(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    reason = "y" * 3000
    response = client.post(url("user_add_back", draft), personalize_form(draft, reason, "projects"))
    assert response["Location"] == url("user_add_draft", draft)
    assert 'value="nadia@acme.example"' in page_html(client.get(response["Location"]))
    draft.refresh_from_db()
    client.post(url("user_add_draft", draft), draft_form(draft))
    html = page_html(client.get(url("user_add_personalize", draft)))
    assert reason in html and '<option value="projects" selected>' in html


@pytest.mark.spec("W-11", "W-10", "I-1")
def test_done_sends_all_and_opens_pending_tab(cast):
    client = cast.client("olga")
    draft = start_draft(
        client, *THREE, groups=[str(cast.groups["marketing"].pk)], projects=[str(cast.projects["ledger"].pk)]
    )
    response = client.post(url("user_add_personalize", draft), personalize_form(draft, "Welcome\r\naboard", "projects"))
    assert response["Location"] == pending_after(draft)
    assert "3 invitations sent" in text_of(client.get(response["Location"]))
    members = Membership.objects.filter(status=Status.INVITED)
    assert members.count() == Invitation.objects.count() == OutgoingEmail.objects.count() == 3
    assert {link.role_id for member in members for link in member.role_links.all()} == {role_named("builder").pk}
    assert all(member.group_links.count() == 1 and member.project_links.count() == 1 for member in members)
    draft.refresh_from_db()
    assert draft.sent_at and draft.reason == "Welcome\naboard" and draft.welcome_page == "projects"
    assert Entry.objects.filter(action="invitation.created").count() == 3


@pytest.mark.spec("W-11")
def test_repeated_done_sends_once(cast):
    client = cast.client("olga")
    draft = start_draft(client, *THREE)
    form = personalize_form(draft, "Hello")
    for _press in range(3):
        response = client.post(url("user_add_personalize", draft), form)
        assert response["Location"] == pending_after(draft)
        assert "3 invitations sent" in text_of(client.get(response["Location"]))
    for name in ("user_add_draft", "user_add_personalize"):
        response = client.get(url(name, draft), follow=True)
        assert response.redirect_chain[-1][0] == reverse("users_pending", args=["acme"])
    response = client.post(url("user_add_draft", draft), draft_form(draft, first_name=["Other"] * 3))
    assert response["Location"] == pending_after(draft)
    assert client.post(url("user_add_discard", draft)).status_code == 302
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 3
    assert client.get(url("user_add")).status_code == 200  # a sent batch is not a draft


@pytest.mark.spec("W-11", "W-10")
def test_done_with_old_version_sends_nothing_and_keeps_reason(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    old = draft.version
    client.post(url("user_add_draft", draft), draft_form(draft, first_name=["Changed"]))
    response = client.post(url("user_add_personalize", draft), personalize_form(draft, "Typed here", version=old))
    assert response.status_code == 409
    assert "This draft was changed in another tab." in text_of(response)
    assert "Typed here</textarea>" in page_html(response) and "Changed Petrov" in text_of(response)
    assert not Invitation.objects.exists()
    form = personalize_form(draft, "Typed here", version=hidden_value(response, "version"))
    assert client.post(url("user_add_personalize", draft), form).status_code == 302
    assert Invitation.objects.count() == 1


@pytest.mark.spec("W-11")
def test_done_does_not_send_unseen_changes(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    old = personalize_form(draft, welcome_page="")  # nothing was typed in step 2 in either tab
    client.post(url("user_add_draft", draft), draft_form(draft, email=["other@acme.example"]))
    assert client.post(url("user_add_preview", draft), old, **HTMX).status_code == 409
    assert client.post(url("user_add_personalize", draft), old).status_code == 409
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-11", "W-4")
def test_person_added_meanwhile_returns_to_step_one(cast):
    client = cast.client("olga")
    draft = start_draft(client, *THREE)
    cast.invite(cast.max, people=[("Sam", "O", "SAMUEL@acme.example")])
    response = client.post(url("user_add_personalize", draft), personalize_form(draft, "Kept"))
    assert response["Location"] == f"{url('user_add_draft', draft)}?check=1"
    page_one = client.get(response["Location"])
    assert "Sam O already has an invitation. Resend it instead." in text_of(page_one)
    assert '<a href="#email-1">' in page_html(page_one)
    assert Invitation.objects.count() == 1
    draft.refresh_from_db()
    assert draft.reason == "Kept"


@pytest.mark.spec("W-2", "W-10")
def test_step_two_requires_valid_step_one(cast):
    client = cast.client("olga")
    client.post(url("user_add_autosave"), setup_form(("Nadia", "", ""), role=""), **HTMX)
    draft = Batch.objects.get()
    target = f"{url('user_add_draft', draft)}?check=1"
    assert client.get(url("user_add_personalize", draft))["Location"] == target
    assert client.post(url("user_add_personalize", draft), personalize_form(draft))["Location"] == target
    assert "Choose a role." in text_of(client.get(target))
    assert not Invitation.objects.exists()


@pytest.mark.spec("R-6", "W-11")
def test_demoted_inviter_cannot_send(cast):
    client = cast.client("olga")
    draft = start_draft(client, role="admin")
    link = cast.olga.role_links.get()
    link.role = role_named("manager")
    link.save()
    response = client.post(url("user_add_personalize", draft), personalize_form(draft))
    assert response["Location"].endswith("?check=1")
    assert "You can’t give the role Admin" in text_of(client.get(response["Location"]))
    link.role = role_named("builder")
    link.save()
    assert client.post(url("user_add_personalize", draft), personalize_form(draft)).status_code == 403
    assert not Invitation.objects.exists()
