"""The invitation email: content, structure, and when it isn't sent."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from base.mail import format_utc
from invitations.emails import email_preview, email_preview_html, render_invitation, render_link_request
from invitations.links import accept_url
from invitations.services import accept_as_new_user, request_new_link, resend_invitation, withdraw_invitation
from invitations.tests.email_helpers import EmailReader, outgoing_email, received_email
from organizations.models import Membership, Project, Status
from outbox.models import OutgoingEmail, State
from outbox.services import deliver_due
from teamadmin.testing.cast import role_named
from teamadmin.testing.parallel import on_postgresql

REASON = "Come and build.\n\nWe start on Monday."

# All tags of the email. Names and reasons must not add any.
TAGS = set("html head meta title style body div table tbody tr td img h1 h2 p br b a".split())  # noqa: SIM905


@pytest.mark.spec("M-1", "M-2", "M-4", "M-5")
def test_both_parts_have_complete_content(cast):
    invitation = cast.invite(
        reason=REASON,
        group_ids=[str(cast.groups["marketing"].pk)],
        project_ids=[str(cast.projects["ledger"].pk)],
    )[0]
    message, text, html = received_email(invitation)
    until = format_utc(invitation.membership.invite_expires_at)
    assert str(message["Subject"]) == "Olga Ivanova invited you to Acme"
    assert str(message["From"]) == "Acme via TeamAdmin <invite@teamadmin.example>"
    assert (str(message["To"]), message["Reply-To"]) == ("nadia@acme.example", "Olga Ivanova <olga@acme.example>")
    for body in (" ".join(text.split()), EmailReader(html).plain):
        for part in (
            "Join Acme on TeamAdmin",
            "Olga Ivanova invited you with the role Builder.",
            "With the Builder role, you can",
            "Build and edit in the projects you can access",
            "You’ll have access to 3 projects",
            "Atlas, Ledger and Website.",
            "Accept invitation",
            f"This link works for 30 days, until {until}.",
            accept_url(invitation),
            "Sent by Acme through TeamAdmin to nadia@acme.example.",
        ):
            assert part in body
    assert all(len(line) <= 72 or "://" in line for line in text.splitlines())


@pytest.mark.spec("M-3")
def test_reason_is_quoted_with_author(cast):
    _, text, html = received_email(cast.invite(reason=REASON)[0])
    assert "Olga Ivanova wrote:\n\n> Come and build.\n>\n> We start on Monday.\n" in text
    assert "Come and build.<br><br>We start on Monday." in html
    assert re.search(r'class="face[^>]*>OI<', html)


@pytest.mark.spec("M-3")
@pytest.mark.parametrize("reason", ["", "  \n ", "\u200b"])
def test_blank_reason_leaves_out_the_quote(cast, reason):
    _, text, html = received_email(cast.invite(reason=reason)[0])
    assert "wrote" not in text and ">" not in text
    assert 'class="quote"' not in html and 'class="face' not in html


@pytest.mark.spec("M-3", "I-4")
def test_resent_email_names_new_inviter_and_author(cast):
    invitation = cast.invite(reason=REASON)[0]
    resend_invitation(actor=cast.max, member=invitation.membership)
    _, text, _ = received_email(invitation)
    assert "Max Keller invited you with the role Builder." in text
    assert "Olga Ivanova wrote:" in text


@pytest.mark.spec("M-4")
def test_long_project_lists_are_cut(cast):
    projects = [Project(organization=cast.acme, name=f"Project {number}").prepare() for number in range(9)]
    Project.objects.bulk_create(projects)
    _, text, _ = received_email(cast.invite(project_ids=[str(project.pk) for project in projects])[0])
    text = " ".join(text.split())
    assert "access to 9 projects Project 0, Project 1, Project 2, Project 3, Project 4 and 4 more." in text


@pytest.mark.spec("M-4")
def test_access_to_all_projects_is_stated(cast):
    _, text, html = received_email(cast.invite(role="manager", project_ids=[str(cast.projects["ledger"].pk)])[0])
    for body in (text, EmailReader(html).plain):
        assert "You’ll have access to all projects" in body and "Ledger" not in body
    _, text, _ = received_email(cast.invite(role="operator", people=[("A", "B", "b@acme.example")])[0])
    assert "with the role Operator" in text and "have access to" not in text


@pytest.mark.spec("M-2", "R-2")
def test_several_roles_are_listed(cast):
    invitation = cast.invite(cast.tess, role="billing", people=[("A", "B", "b@globex.example")])[0]
    role = role_named("data_admin", "task")
    invitation.membership.role_links.create(organization=cast.globex, role=role)
    _, text, _ = received_email(invitation)
    assert "invited you with the roles Data Admin and Billing." in text
    assert "With the Data Admin and Billing roles, you can" in text


@pytest.mark.spec("M-5")
def test_resent_email_shows_days_left(cast):
    invitation = cast.invite()[0]
    end = timezone.now() + timedelta(days=1, minutes=5)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=end)
    _, text, _ = received_email(invitation)
    assert f"This link works for 1 day, until {format_utc(end)}." in " ".join(text.split())


@pytest.mark.spec("M-6")
def test_logo_is_inline_and_nothing_is_fetched(cast):
    invitation = cast.invite(reason=REASON)[0]
    message, _, html = received_email(invitation)
    assert message.get_content_type() == "multipart/related"
    assert [part.get_content_type() for part in message.iter_parts()] == ["multipart/alternative", "image/png"]
    picture = [*message.iter_parts()][1]
    assert picture["Content-Disposition"].startswith("inline")
    link = accept_url(invitation)
    assert set(EmailReader(html).addresses) == {f"cid:{picture['Content-ID'].strip('<>')}", link}
    assert not re.search(r"url\(|@import|@font-face|<link|<script|javascript:", html)


@pytest.mark.spec("M-6")
def test_styles_are_inlined_and_dark_mode_is_kept(cast):
    _, _, html = received_email(cast.invite(reason=REASON)[0])
    assert re.search(r"<h1[^>]* style=\"[^\"]*font-size: 26px", html)
    style = re.search(r"<style>(.*?)</style>", html, re.S).group(1)
    assert "prefers-color-scheme: dark" in style and "max-width: 620px" in style
    assert re.sub(r"@media[^{]+\{(?:[^{}]|\{[^{}]*\})*\}", "", style).strip() == ""


@pytest.mark.spec("M-6")
def test_headers_of_automatic_email(cast):
    message, _, _ = received_email(cast.invite()[0])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None


@pytest.mark.spec("M-6")
@pytest.mark.parametrize(
    "hostile",
    [
        "<b>x</b>",
        '"><img src=x onerror=alert(1)>',
        '</a> <a href="https://evil.test">y</a>',
        "https://evil.test",
        "{{7*7}}",
        "{% debug %}",
        "${7*7}",
        "javascript:alert(1)",
        "&lt;script&gt;",
        "O'Brien & Söhne",
    ],
)
def test_names_and_reason_are_escaped(cast, hostile):
    Membership.objects.filter(pk=cast.olga.pk).update(first_name=hostile, last_name="I")
    cast.olga.refresh_from_db()
    for thing in (cast.acme, cast.projects["ledger"]):
        thing.name = hostile
        thing.save()
    cast.olga.organization = cast.acme
    invitation = cast.invite(reason=f"{hostile}\n{hostile}", project_ids=[str(cast.projects["ledger"].pk)])[0]
    message, text, html = received_email(invitation)
    page = EmailReader(html)
    literal = " ".join(hostile.split())
    assert page.plain.count(literal) >= 5
    assert len([address for address in page.addresses if not address.startswith("cid:")]) == 2
    assert page.tags <= TAGS
    assert f"> {hostile}\n> {hostile}" in text
    assert str(message["Subject"]).strip() == f"{literal} I invited you to {literal}"


@pytest.mark.spec("M-5", "M-6")
def test_link_uses_base_url_and_not_the_request(cast, settings):
    settings.BASE_URL = "https://app.acme.test"
    client = cast.client("olga", headers={"host": "evil.test:1234", "x-forwarded-host": "evil.test"})
    client.get("/o/acme/", headers={"host": "testserver:1234"})
    _, text, html = received_email(cast.invite()[0])
    assert "https://app.acme.test/invitations/" in text
    assert "evil" not in text + html and "1234" not in re.sub(r"invitations/\S+", "", text)


@pytest.mark.spec("I-9")
@pytest.mark.parametrize("end", ["withdrawn", "accepted", "expired", "gone", "domain", "organization"])
def test_ended_invitations_send_no_email(cast, end, mail_server):
    invitation = cast.invite()[0]
    row = outgoing_email(invitation)
    member = invitation.membership
    if end == "withdrawn":
        withdraw_invitation(actor=cast.olga, member=member)
    elif end == "accepted":
        accept_as_new_user(invitation=invitation, password="a-long-walk-by-the-sea")
    elif end == "expired":
        Membership.objects.filter(pk=member.pk).update(invite_expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "gone":
        Membership.objects.filter(pk=member.pk).delete()
    elif end == "domain":
        cast.acme.allowed_email_domains = ["elsewhere.example"]
        cast.acme.save()
    else:
        cast.acme.delete()
    assert render_invitation(row) is None
    deliver_due()
    row.refresh_from_db()
    assert (row.state, mail_server.messages) == (State.CANCELLED, [])


@pytest.mark.spec("O-4", "I-2")
def test_invitations_of_an_organization_that_enforces_single_sign_on_lead_there(cast):
    row = outgoing_email(cast.invite()[0])
    assert "single sign-on" not in render_invitation(row).body
    cast.acme.sso_enforced = True
    cast.acme.save()
    message = render_invitation(row)
    for part in (message.body, message.alternatives[0][0]):
        assert "Acme requires single sign-on. To accept, sign in with it." in part


@pytest.mark.spec("I-7")
def test_inviter_is_told_about_request_for_new_link(cast, settings):
    invitation = cast.invite()[0]
    past = timezone.now() - timedelta(seconds=1)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=past)
    invitation.refresh_from_db()
    assert request_new_link(invitation=invitation)
    row = OutgoingEmail.objects.get(kind="invitations.link_request")
    settings.INVITATION_DAYS = 14
    message = render_link_request(row)
    for part in (message.body, message.alternatives[0][0]):
        assert "This starts a new 14-day period." in " ".join(part.split())
    assert (message.to, message.subject) == (["olga@acme.example"], "Nadia Petrov asked for a new invitation link")
    assert "http://testserver/o/acme/users/pending/" in message.body
    assert "http://testserver/o/acme/users/pending/" in message.alternatives[0][0]
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    assert render_link_request(row) is None
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.ACTIVE)
    resend_invitation(actor=cast.olga, member=invitation.membership)
    assert render_link_request(row) is None


@pytest.mark.spec("M-7")
def test_worker_sends_email_over_smtp(live_cast, mail_server, celery_worker_process):
    if not on_postgresql():
        pytest.skip("A worker of its own needs a database that two processes write to")
    celery_worker_process(EMAIL_URL=mail_server.url)
    invitation = live_cast.invite(reason=REASON)[0]
    received = mail_server.wait_for(1)[0]
    assert received.recipients == ["nadia@acme.example"]
    assert accept_url(invitation).partition("/invitations/")[2] in received.message.get_body(("plain",)).get_content()
    assert received.message["Message-ID"] == outgoing_email(invitation).message_id


@pytest.mark.spec("M-7")
def test_email_works_with_anymail_providers(cast, settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    message = render_invitation(outgoing_email(cast.invite()[0]))
    message.send()
    sent = message.anymail_test_params
    assert sent["tags"] == ["invitation"]
    assert [attachment.inline for attachment in sent["attachments"]] == [True]


@pytest.mark.spec("W-10")
def test_preview_is_the_email_without_link(cast):
    draft = cast.draft(reason=REASON, project_ids=[str(cast.projects["ledger"].pk)])
    preview = email_preview(draft, cast.olga)
    page = EmailReader(email_preview_html(draft, cast.olga, logo_src="data:image/png;base64,AA=="))
    assert preview.sender == "Acme via TeamAdmin <invite@teamadmin.example>"
    assert preview.subject == "Olga Ivanova invited you to Acme"
    for part in (
        "Join Acme on TeamAdmin",
        "invited you with the role Builder",
        "Come and build.",
        "Ledger.",
        "30 days, until",
    ):
        assert part in page.plain
    assert page.addresses == ["data:image/png;base64,AA=="]


@pytest.mark.spec("W-10")
def test_empty_draft_has_preview(cast):
    draft = cast.draft(people=[("", "", "")])
    draft.role_ids, draft.people = [], []
    assert "Join Acme on TeamAdmin" in email_preview_html(draft, cast.olga)
    assert email_preview(draft, cast.olga).content.role_names == ""


def test_rendering_takes_four_queries(cast, django_assert_num_queries):
    one = cast.invite(group_ids=[str(cast.groups["marketing"].pk)])[0]
    row = outgoing_email(one)
    with django_assert_num_queries(4):
        render_invitation(row)
