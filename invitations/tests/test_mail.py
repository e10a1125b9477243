"""The invitation's mail: what it says, how it is built, and who does not get one."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from base.mail import format_utc
from invitations.emails import preview, preview_document, render_invitation, render_link_request
from invitations.links import accept_url
from invitations.services import accept_as_new_user, ask_for_new_link, resend_invitation, withdraw_invitation
from invitations.tests.reading import Reader, mail_of, row_of
from organizations.models import Membership, Project, Status
from outbox.models import OutgoingEmail, State
from outbox.services import deliver_due
from teamadmin.testing.cast import role_named
from teamadmin.testing.parallel import on_postgresql

REASON = "Come and build.\n\nWe start on Monday."

# All that a mail is made of: nothing that somebody wrote adds one.
TAGS = set("html head meta title style body div table tbody tr td img h1 h2 p br b a".split())  # noqa: SIM905


@pytest.mark.spec("M-1", "M-2", "M-4", "M-5")
def test_both_parts_say_it_all(cast):
    invitation = cast.invite(
        reason=REASON,
        group_ids=[str(cast.groups["marketing"].pk)],
        project_ids=[str(cast.projects["ledger"].pk)],
    )[0]
    message, text, html = mail_of(invitation)
    until = format_utc(invitation.membership.invite_expires_at)
    assert str(message["Subject"]) == "Olga Ivanova invited you to Acme"
    assert str(message["From"]) == "Acme via TeamAdmin <invite@teamadmin.example>"
    assert (str(message["To"]), message["Reply-To"]) == ("nadia@acme.example", None)
    for words in (" ".join(text.split()), Reader(html).plain):
        for part in (
            "Join Acme on TeamAdmin",
            "Olga Ivanova invited you as a Builder.",
            "As a Builder you can",
            "Build and edit in the projects you can access",
            "You’ll have access to 3 projects",
            "Atlas, Ledger and Website.",
            "Accept invitation",
            f"This link works for 30 days, until {until}.",
            accept_url(invitation),
            "Sent by Acme through TeamAdmin to nadia@acme.example.",
        ):
            assert part in words
    assert all(len(line) <= 72 or "://" in line for line in text.splitlines())


@pytest.mark.spec("M-3")
def test_the_reason_is_a_quote_with_its_author(cast):
    _, text, html = mail_of(cast.invite(reason=REASON)[0])
    assert "Olga Ivanova writes:\n\n> Come and build.\n>\n> We start on Monday.\n" in text
    assert "Come and build.<br><br>We start on Monday." in html
    assert re.search(r'class="face[^>]*>OI<', html)


@pytest.mark.spec("M-3")
@pytest.mark.parametrize("reason", ["", "  \n ", "\u200b"])
def test_a_blank_reason_leaves_nothing_behind(cast, reason):
    _, text, html = mail_of(cast.invite(reason=reason)[0])
    assert "writes" not in text and ">" not in text
    assert 'class="quote"' not in html and 'class="face' not in html


@pytest.mark.spec("M-3", "I-4")
def test_a_resend_names_who_resent_and_who_wrote(cast):
    invitation = cast.invite(reason=REASON)[0]
    resend_invitation(actor=cast.max, member=invitation.membership)
    _, text, _ = mail_of(invitation)
    assert "Max Keller invited you as a Builder." in text
    assert "Olga Ivanova writes:" in text


@pytest.mark.spec("M-4")
def test_long_lists_are_cut_and_counted(cast):
    projects = [Project(organization=cast.acme, name=f"Project {number}").prepare() for number in range(9)]
    Project.objects.bulk_create(projects)
    _, text, _ = mail_of(cast.invite(project_ids=[str(project.pk) for project in projects])[0])
    words = " ".join(text.split())
    assert "access to 9 projects Project 0, Project 1, Project 2, Project 3, Project 4 and 4 more." in words


@pytest.mark.spec("M-4")
def test_who_sees_every_project_is_told_so(cast):
    _, text, html = mail_of(cast.invite(role="manager", project_ids=[str(cast.projects["ledger"].pk)])[0])
    for words in (text, Reader(html).plain):
        assert "You’ll have access to every project" in words and "Ledger" not in words
    _, text, _ = mail_of(cast.invite(role="operator", people=[("A", "B", "b@acme.example")])[0])
    assert "as an Operator" in text and "have access to" not in text


@pytest.mark.spec("M-2", "R-2")
def test_several_roles_are_listed(cast):
    invitation = cast.invite(cast.tess, role="billing", people=[("A", "B", "b@globex.example")])[0]
    role = role_named("data_admin", "task")
    invitation.membership.role_links.create(organization=cast.globex, role=role)
    _, text, _ = mail_of(invitation)
    assert "invited you as Data Admin and Billing." in text
    assert "As Data Admin and Billing you can" in text


@pytest.mark.spec("M-5")
def test_a_mail_sent_later_counts_the_days_that_are_left(cast):
    invitation = cast.invite()[0]
    end = timezone.now() + timedelta(days=1, minutes=5)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=end)
    _, text, _ = mail_of(invitation)
    assert f"This link works for 1 day, until {format_utc(end)}." in " ".join(text.split())


@pytest.mark.spec("M-6")
def test_the_picture_travels_inside_and_nothing_is_fetched(cast):
    invitation = cast.invite(reason=REASON)[0]
    message, _, html = mail_of(invitation)
    assert message.get_content_type() == "multipart/related"
    assert [part.get_content_type() for part in message.iter_parts()] == ["multipart/alternative", "image/png"]
    picture = [*message.iter_parts()][1]
    assert picture["Content-Disposition"].startswith("inline")
    link = accept_url(invitation)
    assert set(Reader(html).addresses) == {f"cid:{picture['Content-ID'].strip('<>')}", link}
    assert not re.search(r"url\(|@import|@font-face|<link|<script|javascript:", html)


@pytest.mark.spec("M-6")
def test_styles_are_inlined_and_dark_mode_is_kept(cast):
    _, _, html = mail_of(cast.invite(reason=REASON)[0])
    assert re.search(r"<h1[^>]* style=\"[^\"]*font-size: 26px", html)
    style = re.search(r"<style>(.*?)</style>", html, re.S).group(1)
    assert "prefers-color-scheme: dark" in style and "max-width: 620px" in style
    assert re.sub(r"@media[^{]+\{(?:[^{}]|\{[^{}]*\})*\}", "", style).strip() == ""


@pytest.mark.spec("M-6")
def test_headers_are_those_of_a_machines_mail(cast):
    message, _, _ = mail_of(cast.invite()[0])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None


@pytest.mark.spec("M-6")
@pytest.mark.parametrize(
    "nasty",
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
def test_names_and_reason_are_literal_everywhere(cast, nasty):
    Membership.objects.filter(pk=cast.olga.pk).update(first_name=nasty, last_name="I")
    cast.olga.refresh_from_db()
    for thing in (cast.acme, cast.projects["ledger"]):
        thing.name = nasty
        thing.save()
    cast.olga.organization = cast.acme
    invitation = cast.invite(reason=f"{nasty}\n{nasty}", project_ids=[str(cast.projects["ledger"].pk)])[0]
    message, text, html = mail_of(invitation)
    page = Reader(html)
    literal = " ".join(nasty.split())
    assert page.plain.count(literal) >= 5
    assert len([address for address in page.addresses if not address.startswith("cid:")]) == 2
    assert page.tags <= TAGS
    assert f"> {nasty}\n> {nasty}" in text
    assert str(message["Subject"]).strip() == f"{literal} I invited you to {literal}"


@pytest.mark.spec("M-5", "M-6")
def test_the_link_comes_from_the_setting_and_from_no_request(cast, settings):
    settings.BASE_URL = "https://app.acme.test"
    client = cast.client("olga", headers={"host": "evil.test:1234", "x-forwarded-host": "evil.test"})
    client.get("/o/acme/", headers={"host": "testserver:1234"})
    _, text, html = mail_of(cast.invite()[0])
    assert "https://app.acme.test/invitations/" in text
    assert "evil" not in text + html and "1234" not in re.sub(r"invitations/\S+", "", text)


@pytest.mark.spec("I-9")
@pytest.mark.parametrize(
    "end", ["withdrawn", "accepted", "expired", "gone", "single sign-on", "domain", "organization"]
)
def test_who_is_not_wanted_any_more_gets_no_mail(cast, end, mail_server):
    invitation = cast.invite()[0]
    row = row_of(invitation)
    member = invitation.membership
    if end == "withdrawn":
        withdraw_invitation(actor=cast.olga, member=member)
    elif end == "accepted":
        accept_as_new_user(invitation=invitation, password="a-long-walk-by-the-sea")
    elif end == "expired":
        Membership.objects.filter(pk=member.pk).update(invite_expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "gone":
        Membership.objects.filter(pk=member.pk).delete()
    elif end == "single sign-on":
        cast.acme.sso_enforced = True
        cast.acme.save()
    elif end == "domain":
        cast.acme.allowed_email_domains = ["elsewhere.example"]
        cast.acme.save()
    else:
        cast.acme.delete()
    assert render_invitation(row) is None
    deliver_due()
    row.refresh_from_db()
    assert (row.state, mail_server.messages) == (State.CANCELLED, [])


@pytest.mark.spec("I-7")
def test_the_inviter_learns_who_asks_for_a_new_link(cast):
    invitation = cast.invite()[0]
    past = timezone.now() - timedelta(seconds=1)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=past)
    invitation.refresh_from_db()
    assert ask_for_new_link(invitation=invitation)
    row = OutgoingEmail.objects.get(kind="invitations.link_request")
    message = render_link_request(row)
    assert (message.to, message.subject) == (["olga@acme.example"], "Nadia Petrov asks for a new link")
    assert "http://testserver/o/acme/users/pending/" in message.body
    assert "http://testserver/o/acme/users/pending/" in message.alternatives[0][0]
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    assert render_link_request(row) is None
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.ACTIVE)
    resend_invitation(actor=cast.olga, member=invitation.membership)
    assert render_link_request(row) is None


@pytest.mark.spec("M-7")
def test_a_worker_sends_it_over_smtp(live_cast, mail_server, celery_worker_process):
    if not on_postgresql():
        pytest.skip("A worker of its own needs a database that two processes write to")
    celery_worker_process(EMAIL_URL=mail_server.url)
    invitation = live_cast.invite(reason=REASON)[0]
    received = mail_server.wait_for(1)[0]
    assert received.recipients == ["nadia@acme.example"]
    assert accept_url(invitation).partition("/invitations/")[2] in received.message.get_body(("plain",)).get_content()
    assert received.message["Message-ID"] == row_of(invitation).message_id


@pytest.mark.spec("M-7")
def test_any_provider_of_anymail_takes_it(cast, settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    message = render_invitation(row_of(cast.invite()[0]))
    message.send()
    sent = message.anymail_test_params
    assert sent["tags"] == ["invitation"]
    assert [attachment.inline for attachment in sent["attachments"]] == [True]


@pytest.mark.spec("W-10")
def test_the_preview_is_the_same_mail_without_a_link(cast):
    draft = cast.draft(reason=REASON, project_ids=[str(cast.projects["ledger"].pk)])
    shown = preview(draft, cast.olga)
    page = Reader(preview_document(draft, cast.olga, logo_src="data:image/png;base64,AA=="))
    assert shown.sender == "Acme via TeamAdmin <invite@teamadmin.example>"
    assert shown.subject == "Olga Ivanova invited you to Acme"
    for part in ("Join Acme on TeamAdmin", "invited you as a Builder", "Come and build.", "Ledger.", "30 days, until"):
        assert part in page.plain
    assert page.addresses == ["data:image/png;base64,AA=="]


@pytest.mark.spec("W-10")
def test_an_empty_draft_has_a_preview(cast):
    draft = cast.draft(people=[("", "", "")])
    draft.role_ids, draft.people = [], []
    assert "Join Acme on TeamAdmin" in preview_document(draft, cast.olga)
    assert preview(draft, cast.olga).offer.role == ""


def test_a_mail_costs_a_fixed_number_of_queries(cast, django_assert_num_queries):
    one = cast.invite(group_ids=[str(cast.groups["marketing"].pk)])[0]
    row = row_of(one)
    with django_assert_num_queries(4):
        render_invitation(row)
