"""Step 2: reason, suggestions, welcome page, preview, Back and Done."""

import pytest
from django.urls import reverse

from audit.models import Entry
from invitations.models import Batch, Invitation
from invitations.tests.wizardry import begin, hidden, page, personal_form, resend_form, setup_post, url, words
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import role_named

HTMX = {"headers": {"HX-Request": "true"}}
THREE = [
    ("Nadia", "Petrov", "nadia@acme.example"),
    ("Samuel", "Osei", "samuel@acme.example"),
    ("Tomasz", "Wieczorek", "tomasz@acme.example"),
]


def options(html: str) -> list[str]:
    """The labels of the welcome pages."""
    select = html.split('name="welcome_page"')[1].split("</select>")[0]
    return [part.split("<")[0] for part in select.split(">") if part and "</option" in part]


@pytest.mark.spec("W-7", "W-8", "W-9", "W-10")
def test_step_two_shows_all_that_will_be_sent(cast):
    client = cast.client("olga")
    draft = begin(client, *THREE, groups=[str(cast.groups["marketing"].pk)])
    text = words(client.get(url("user_add_personalize", draft)))
    for label in ("Reason for invitation (optional)", "Welcome page", "Sending to", "Preview", "Back", "Done"):
        assert label in text
    assert "Nadia Petrov" in text and "Tomasz Wieczorek" in text and "Sends 3 invitations" in text
    assert "Join Acme on TeamAdmin" in text
    assert "Olga Ivanova invited you to Acme" in text
    assert "Suggested first tasks for a Builder" in text and "Open your first project" in text


@pytest.mark.spec("W-8")
def test_the_suggestions_are_read_only_and_follow_the_role(cast):
    client = cast.client("olga")
    draft = begin(client, role="admin")
    html = page(client.get(url("user_add_personalize", draft)))
    assert "Suggested first tasks for an Admin" in html and "Invite your team" in html
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
def test_welcome_pages_follow_the_role_and_homepage_is_chosen(cast, role, pages):
    client = cast.client("olga")
    html = page(client.get(url("user_add_personalize", begin(client, role=role))))
    assert pages <= set(options(html))
    if role != "admin":
        assert "Account - Users" not in options(html)
    assert '<option value="homepage" selected>' in html


@pytest.mark.spec("W-9")
def test_a_welcome_page_outside_the_roles_list_is_refused(cast):
    client = cast.client("olga")
    draft = begin(client)
    for key in ("users", "nonsense", "x" * 5000):
        draft.refresh_from_db()
        response = client.post(url("user_add_personalize", draft), personal_form(draft, welcome_page=key))
        assert response.status_code == 422
        assert "Choose a page that this role can open." in words(response)
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-7")
@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("x" * 2500, 302),
        ("x" * 2501, 422),
        (("x" * 24 + "\r\n") * 100, 302),  # 2,500 with CRLF counted as one
        (("x" * 24 + "\r\n") * 100 + "xx", 422),  # the last break is inside now, 2,502
        ("\U0001f600" * 2500, 302),
        ("\U0001f600" * 2501, 422),
    ],
)
def test_the_reason_holds_2500_characters_a_line_break_counts_one(cast, reason, status):
    client = cast.client("olga")
    draft = begin(client)
    response = client.post(url("user_add_personalize", draft), personal_form(draft, reason))
    assert response.status_code == status
    assert Invitation.objects.exists() == (status == 302)
    if status == 422:
        assert "Use at most 2,500 characters." in words(response)
        assert reason.replace("\r\n", "\n") in page(response).replace("\r\n", "\n")
        assert 'aria-invalid="true"' in page(response)


@pytest.mark.spec("W-7")
def test_the_browser_counts_and_does_not_cut(cast):
    client = cast.client("olga")
    html = page(client.get(url("user_add_personalize", begin(client))))
    area = html.split("<textarea")[1].split(">")[0]
    assert 'data-counter="2500"' in area and "maxlength" not in area


@pytest.mark.spec("W-10")
def test_typing_updates_the_preview_and_keeps_the_draft(cast):
    client = cast.client("olga")
    draft = begin(client)
    response = client.post(
        url("user_add_preview", draft), personal_form(draft, "We  build <b>dams</b>", "projects"), **HTMX
    )
    html = response.content.decode()
    assert "We  build &lt;b&gt;dams&lt;/b&gt;" in html and 'id="preview"' in html and "<html" not in html
    assert hidden(response, "version") == str(draft.version + 1)
    draft.refresh_from_db()
    assert (draft.reason, draft.welcome_page) == ("We  build <b>dams</b>", "projects")
    html = page(client.get(url("user_add_personalize", draft)))
    assert '<option value="projects" selected>' in html


@pytest.mark.spec("W-10", "W-13")
def test_without_a_script_a_button_updates_the_preview(cast):
    client = cast.client("olga")
    draft = begin(client)
    response = client.post(url("user_add_preview", draft), personal_form(draft, "Hello"))
    assert response["Location"] == url("user_add_personalize", draft)
    assert "<blockquote>Hello</blockquote>" in page(client.get(response["Location"]))


@pytest.mark.spec("W-10", "M-6")
def test_the_whole_mail_has_a_page_that_runs_nothing(cast):
    client = cast.client("olga")
    draft = begin(client)
    draft.reason = "<script>alert(1)</script>"
    draft.save()
    response = client.get(url("user_add_mail", draft))
    assert response.status_code == 200
    assert "<script>alert(1)" not in response.content.decode()
    assert "&lt;script&gt;alert(1)" in response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
    assert "data:image/png;base64," in page(response)


@pytest.mark.spec("W-10")
def test_back_keeps_what_was_typed_wrong_or_not(cast):
    client = cast.client("olga")
    draft = begin(client)
    reason = "y" * 3000
    response = client.post(url("user_add_back", draft), personal_form(draft, reason, "projects"))
    assert response["Location"] == url("user_add_draft", draft)
    assert 'value="nadia@acme.example"' in page(client.get(response["Location"]))
    draft.refresh_from_db()
    client.post(url("user_add_draft", draft), resend_form(draft))
    html = page(client.get(url("user_add_personalize", draft)))
    assert reason in html and '<option value="projects" selected>' in html


@pytest.mark.spec("W-11", "W-10", "I-1")
def test_done_sends_all_and_leads_to_pending(cast):
    client = cast.client("olga")
    draft = begin(client, *THREE, groups=[str(cast.groups["marketing"].pk)], projects=[str(cast.projects["ledger"].pk)])
    response = client.post(url("user_add_personalize", draft), personal_form(draft, "Welcome\r\naboard", "projects"))
    assert response["Location"] == reverse("users_pending", args=["acme"])
    assert "3 invitations sent" in words(client.get(response["Location"]))
    members = Membership.objects.filter(status=Status.INVITED)
    assert members.count() == Invitation.objects.count() == OutgoingEmail.objects.count() == 3
    assert {link.role_id for member in members for link in member.role_links.all()} == {role_named("builder").pk}
    assert all(member.group_links.count() == 1 and member.project_links.count() == 1 for member in members)
    draft.refresh_from_db()
    assert draft.sent_at and draft.reason == "Welcome\naboard" and draft.welcome_page == "projects"
    assert Entry.objects.filter(action="invitation.created").count() == 3


@pytest.mark.spec("W-11")
def test_done_pressed_twice_reloaded_or_gone_back_to_sends_once(cast):
    client = cast.client("olga")
    draft = begin(client, *THREE)
    form = personal_form(draft, "Hello")
    for _press in range(3):
        response = client.post(url("user_add_personalize", draft), form)
        assert response["Location"] == reverse("users_pending", args=["acme"])
        assert "3 invitations sent" in words(client.get(response["Location"]))
    for name in ("user_add_draft", "user_add_personalize"):
        response = client.get(url(name, draft), follow=True)
        assert response.redirect_chain[-1][0] == reverse("users_pending", args=["acme"])
    response = client.post(url("user_add_draft", draft), resend_form(draft, first_name=["Other"] * 3))
    assert response["Location"] == reverse("users_pending", args=["acme"])
    assert client.post(url("user_add_discard", draft)).status_code == 302
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 3
    assert client.get(url("user_add")).status_code == 200  # a sent batch is no draft


@pytest.mark.spec("W-11", "W-10")
def test_done_with_an_old_version_sends_nothing_and_keeps_the_reason(cast):
    client = cast.client("olga")
    draft = begin(client)
    old = draft.version
    client.post(url("user_add_draft", draft), resend_form(draft, first_name=["Changed"]))
    response = client.post(url("user_add_personalize", draft), personal_form(draft, "Typed here", version=old))
    assert response.status_code == 409
    assert "This draft was changed in another tab." in words(response)
    assert "Typed here</textarea>" in page(response) and "Changed Petrov" in words(response)
    assert not Invitation.objects.exists()
    form = personal_form(draft, "Typed here", version=hidden(response, "version"))
    assert client.post(url("user_add_personalize", draft), form).status_code == 302
    assert Invitation.objects.count() == 1


@pytest.mark.spec("W-11")
def test_done_never_sends_what_this_tab_has_not_shown(cast):
    client = cast.client("olga")
    draft = begin(client)
    old = personal_form(draft, welcome_page="")  # nothing typed on step 2 in either tab
    client.post(url("user_add_draft", draft), resend_form(draft, email=["other@acme.example"]))
    assert client.post(url("user_add_preview", draft), old, **HTMX).status_code == 409
    assert client.post(url("user_add_personalize", draft), old).status_code == 409
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-11", "W-4")
def test_somebody_added_meanwhile_leads_back_to_step_one_with_the_reason(cast):
    client = cast.client("olga")
    draft = begin(client, *THREE)
    cast.invite(cast.max, people=[("Sam", "O", "SAMUEL@acme.example")])
    response = client.post(url("user_add_personalize", draft), personal_form(draft, "Kept"))
    assert response["Location"] == f"{url('user_add_draft', draft)}?check=1"
    page_one = client.get(response["Location"])
    assert "Sam O has an invitation already. Resend it instead." in words(page_one)
    assert '<a href="#email-1">' in page(page_one)
    assert Invitation.objects.count() == 1
    draft.refresh_from_db()
    assert draft.reason == "Kept"


@pytest.mark.spec("W-2", "W-10")
def test_step_two_does_not_come_before_step_one(cast):
    client = cast.client("olga")
    client.post(url("user_add_autosave"), setup_post(("Nadia", "", ""), role=""), **HTMX)
    draft = Batch.objects.get()
    target = f"{url('user_add_draft', draft)}?check=1"
    assert client.get(url("user_add_personalize", draft))["Location"] == target
    assert client.post(url("user_add_personalize", draft), personal_form(draft))["Location"] == target
    assert "Choose a role." in words(client.get(target))
    assert not Invitation.objects.exists()


@pytest.mark.spec("R-6", "W-11")
def test_a_demoted_inviter_cannot_press_done(cast):
    client = cast.client("olga")
    draft = begin(client, role="admin")
    link = cast.olga.role_links.get()
    link.role = role_named("manager")
    link.save()
    response = client.post(url("user_add_personalize", draft), personal_form(draft))
    assert response["Location"].endswith("?check=1")
    assert "You can’t give the role Admin" in words(client.get(response["Location"]))
    link.role = role_named("builder")
    link.save()
    assert client.post(url("user_add_personalize", draft), personal_form(draft)).status_code == 403
    assert not Invitation.objects.exists()
