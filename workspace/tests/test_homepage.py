"""The Homepage (A-1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from audit.services import record
from base import context as context_of
from base.charts import ring
from invitations.models import Invitation
from invitations.services import resend_invitation
from organizations.models import Delivery, Membership, Organization
from organizations.services import add_to_group, deactivate_member
from provisioning.models import ScimConnection, ScimLogEntry
from teamadmin.testing.cast import add_member, add_user
from workspace.tests.pages import count_queries, fill_organization, invite_many, page

HOME = "/o/acme/"


def context(cast, name):
    return cast.client(name).get(HOME).context


def needs(cast, name="olga"):
    return {need.title: need for need in context(cast, name)["needs"]}


def fail_email(invitation):
    Membership.objects.filter(pk=invitation.membership_id).update(invite_delivery=Delivery.FAILED)


@pytest.mark.spec("A-1")
def test_members_see_what_they_can_access_and_why(cast):
    text = page(cast, "bo", HOME)
    assert "Welcome, Bo" in text and "Builder · Acme" in text
    assert "Website" in text and "via Marketing" in text and "Ledger" not in text
    assert "Your groups" in text and "1 member," in text and 'href="/o/acme/preferences/access/"' in text


@pytest.mark.spec("A-1")
def test_members_see_what_changed_for_them(cast):
    assert "Changes to your access" not in page(cast, "opal", HOME)
    add_to_group(actor=cast.olga, group=cast.groups["marketing"], members=[cast.opal])
    text = page(cast, "opal", HOME)
    assert "Changes to your access" in text and "added <b" in text
    assert "Changes to your access" in text and "Marketing" in text
    assert "Changes to your access" not in page(cast, "bo", HOME)


@pytest.mark.spec("A-1", "R-4")
def test_only_people_viewers_see_numbers_of_people(cast):
    invite_many(cast, 2, days=20)
    invite_many(cast, 1, days=3)
    invite_many(cast, 1, days=-1)
    members = context(cast, "max")["members"]
    assert {each.label: each.value for each in members.segments} == {
        "Active": 4, "Pending": 3, "Expired": 1, "Deactivated": 0,
    }  # fmt: skip
    assert members.label == "Members by status: 4 active, 3 pending, 1 expired, 0 deactivated"
    for name in ("bo", "opal"):
        text = page(cast, name, HOME)
        for hidden in (
            "Members",
            "Invitations",
            "Needs your attention",
            "Security score",
            "Recent changes",
            "Add User",
            "/users/",
        ):
            assert hidden not in text, hidden


@pytest.mark.spec("A-1")
def test_every_count_opens_its_list(cast):
    invite_many(cast, 3, days=20)
    invite_many(cast, 2, days=3)
    invite_many(cast, 1, days=-1)
    deactivate_member(actor=cast.olga, member=cast.opal)
    for invitation in cast.invite(people=[("Ann", "Lee", "ann@acme.example"), ("Ben", "Ray", "ben@acme.example")]):
        fail_email(invitation)
    (asked,) = cast.invite(people=[("Cleo", "Fox", "cleo@acme.example")])
    Invitation.objects.filter(pk=asked.pk).update(new_link_asked_at=timezone.now())
    client, found = cast.client("olga"), context(cast, "olga")
    lists = [(each.value, each.url) for each in found["members"].segments]
    lists += [(found["two_factor"].missing, found["two_factor"].url)]
    lists += [(need.count.value, need.url) for need in found["needs"]]
    assert len(lists) == 8
    for number, url in lists:
        assert client.get(url).content.decode().count('<tr role="row" id="user-') == number, url


@pytest.mark.spec("A-1")
def test_undelivered_invitations_need_someone_until_they_are_sent_again(cast):
    first, second = cast.invite(people=[("Ann", "Lee", "ann@acme.example"), ("Ben", "Ray", "ben@acme.example")])
    fail_email(first)
    fail_email(second)
    need = needs(cast)["2 invitations weren’t delivered"]
    assert need.detail == "Ben Ray and Ann Lee" and need.url == "/o/acme/users/pending/?delivery=problem"
    resend_invitation(actor=cast.olga, member=first.membership)
    assert "1 invitation wasn’t delivered" in needs(cast)
    Membership.objects.filter(pk=second.membership_id).delete()
    assert not needs(cast)


@pytest.mark.spec("A-1", "I-7")
def test_requests_for_a_new_link_need_someone(cast):
    (invitation,) = cast.invite(people=[("Ann", "Lee", "ann@acme.example")])
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now())
    Invitation.objects.filter(pk=invitation.pk).update(new_link_asked_at=timezone.now())
    need = needs(cast)["1 person asked for a new link"]
    assert need.detail == "Ann Lee" and need.url == "/o/acme/users/pending/?delivery=asked"


@pytest.mark.spec("A-1", "I-7")
def test_many_requests_for_a_new_link_are_counted_as_their_list_shows_them(cast, monkeypatch):
    for module in ("invitations.queries", "workspace.home.needs"):
        monkeypatch.setattr(f"{module}.MOST_REQUESTS", 2)
    people = [("Ann", "Lee", "ann@acme.example"), ("Ben", "Ray", "ben@acme.example"), ("Cy", "Fox", "cy@acme.example")]
    cast.invite(people=people)
    Invitation.objects.update(new_link_asked_at=timezone.now())
    need = needs(cast)["3 people asked for a new link"]
    assert cast.client("olga").get(need.url).content.decode().count('<tr role="row" id="user-') == 3


@pytest.mark.spec("A-1")
def test_long_lists_of_names_are_cut(cast):
    invite_many(cast, 5, days=3)
    assert "5 invitations expire in the next 7 days" in needs(cast)
    assert "and 2 more" in page(cast, "olga", HOME)


@pytest.mark.spec("A-1", "C-5")
def test_failed_provisioning_needs_those_who_see_security(cast):
    ScimConnection.objects.create(organization=cast.acme)
    entry = {"organization": cast.acme, "method": "POST", "path": "/Users", "action": "create_user", "milliseconds": 5}
    ScimLogEntry.objects.create(status=201, **entry)
    assert not needs(cast)
    ScimLogEntry.objects.create(status=409, **entry)
    old = ScimLogEntry.objects.create(status=409, **entry)
    ScimLogEntry.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=8))
    need = needs(cast)["1 provisioning request failed"]
    assert len(cast.client("olga").get(need.url).context["page"].log.rows) == 1
    assert not needs(cast, "max")


@pytest.mark.spec("A-1")
def test_what_needs_you_is_in_order_of_urgency(cast):
    ScimConnection.objects.create(organization=cast.acme)
    ScimLogEntry.objects.create(
        organization=cast.acme, method="POST", path="/Users", action="create_user", milliseconds=5, status=500
    )
    invite_many(cast, 1, days=3)
    (failed, asked) = cast.invite(people=[("Ann", "Lee", "ann@acme.example"), ("Ben", "Ray", "ben@acme.example")])
    fail_email(failed)
    Invitation.objects.filter(pk=asked.pk).update(new_link_asked_at=timezone.now())
    assert [need.icon for need in context(cast, "olga")["needs"]] == ["mail", "refresh", "clock", "alert"]


@pytest.mark.spec("A-1")
def test_invitations_by_week(cast):
    now = timezone.now()
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    people = [("Ann", str(number), f"ann{number}@acme.example") for number in range(6)]
    invitations = [each for person in people for each in cast.invite(people=[person])]
    accepted, expired, withdrawn, old, pending, _latest = invitations

    def change(invitation, expires_at=None, **values):
        Invitation.objects.filter(pk=invitation.pk).update(**values)
        if expires_at:
            Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=expires_at)

    change(accepted, created_at=monday - timedelta(weeks=1), accepted_at=now)
    change(expired, created_at=monday - timedelta(seconds=1), expires_at=now)
    change(withdrawn, revoked_at=now)
    change(old, created_at=monday - timedelta(weeks=11, seconds=1))
    change(pending, created_at=monday)
    chart = context(cast, "olga")["invitations"].chart
    values = [values for _week, values in chart.table.rows]
    assert len(values) == 12 and values[-2:] == [(1, 0, 1), (0, 2, 0)] and not any(map(any, values[:-2]))
    assert chart.description.startswith("Of 4 invitations sent in the last 12 weeks, 1 were accepted, 2 are pending")


@pytest.mark.spec("A-1", "A-9")
def test_seats_are_shown_to_those_who_may_open_the_subscription(cast):
    Organization.objects.update(seat_limit=60)
    invite_many(cast, 2, days=20)
    assert "6 of 60 seats used" in page(cast, "olga", HOME)
    assert "seats used" not in page(cast, "max", HOME)


@pytest.mark.spec("A-1")
def test_share_of_two_factor_authentication(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True)
    tile = context(cast, "max")["two_factor"]
    assert (tile.two_factor, tile.active, tile.missing, tile.ring) == (1, 4, 3, ring(1, 4))
    assert "1 of 4 active members have two-factor authentication" in page(cast, "max", HOME)


@pytest.mark.spec("A-1", "S-6")
def test_security_score_with_its_three_best_fixes(cast):
    text = page(cast, "olga", HOME)
    score = context(cast, "olga")["score"]
    assert "Security score" in text and len(score.fixes) == 3
    points = [fix.points.missing for fix in score.fixes]
    assert points == sorted(points, reverse=True)
    client = cast.client("olga")
    assert all(client.get(fix.url).status_code == 200 for fix in score.fixes)
    assert "Security score" not in page(cast, "max", HOME)


@pytest.mark.spec("A-1", "A-4")
def test_last_ten_changes_without_sign_ins(cast):
    for number in range(12):
        record(organization_id=cast.acme.pk, actor=cast.olga, action="group.created", target=None, data={"n": number})
        record(organization_id=cast.acme.pk, actor=cast.olga, action="sign_in.succeeded", target=cast.olga)
    changes = context(cast, "max")["last_changes"]
    assert [change.line.entry.data.get("n") for change in changes] == list(range(11, 1, -1))
    assert 'href="/o/acme/audit-log/"' in page(cast, "max", HOME)


@pytest.mark.spec("A-1")
def test_changes_of_one_request_are_one_line(cast):
    for request_id, number in (("one", 3), ("two", 1)):
        token = context_of.set_current(context_of.RequestContext(request_id))
        people = [("Ann", f"{request_id} {index}", f"{request_id}{index}@acme.example") for index in range(number)]
        cast.invite(people=people)
        context_of.reset(token)
    changes = context(cast, "olga")["last_changes"]
    assert [(each.line.entry.action, each.others) for each in changes if each.line.entry.request_id] == [
        ("invitation.created", 0),
        ("invitation.created", 2),
    ]
    assert "and 2 others" in page(cast, "olga", HOME)


@pytest.mark.spec("W-1")
@pytest.mark.parametrize("name", ["olga", "max"])
def test_inviters_see_links_to_add_users_and_pending_invitations(cast, name):
    text = page(cast, name, HOME)
    assert 'href="/o/acme/users/add/"' in text and 'href="/o/acme/users/pending/"' in text


def test_homepage_without_projects_says_who_can_add_you(cast):
    text = page(cast, "opal", HOME)
    assert "You have no projects yet" in text and "You’re not in any groups" in text
    assert "Open your first project" not in text


@pytest.mark.spec("W-9", "R-2")
def test_every_member_can_open_the_homepage_and_sees_no_forbidden_links(cast):
    add_member(cast.globex, add_user("bill@globex.example", "Bill", "Hay"), "billing")
    cast.people = User.objects.get(email="bill@globex.example")
    client = cast.client()
    client.force_login(cast.people, backend="allauth.account.auth_backends.AuthenticationBackend")
    text = client.get("/o/globex/").content.decode()
    assert "Welcome, Bill" in text
    assert "/o/globex/projects/" not in text and "/o/globex/workspace/" not in text
    assert client.get("/o/globex/projects/").status_code == client.get("/o/globex/workspace/").status_code == 403


def test_names_are_escaped(cast):
    for thing in (cast.acme, cast.groups["marketing"], cast.projects["atlas"]):
        thing.name = "<script>alert(1)</script>"
        thing.save()
    User.objects.filter(pk=cast.bo.user_id).update(first_name="<img src=x>")
    for path in ("/o/acme/", "/o/acme/projects/", "/o/acme/workspace/", "/o/acme/preferences/", "/organizations/"):
        text = page(cast, "bo", path)
        assert "<script>alert" not in text and "<img src=x" not in text and "&lt;" in text


@pytest.mark.spec("U-1")
def test_account_menu_links_to_users_and_preferences(cast):
    text = page(cast, "olga", HOME)
    menu = text[text.index('id="account-menu"') :]
    assert 'href="/o/acme/preferences/"' in menu and 'href="/o/acme/users/"' in menu
    assert "olga@acme.example" in menu and "Sign out" in menu
    menu = page(cast, "bo", HOME)
    assert 'href="/o/acme/preferences/"' in menu and 'href="/o/acme/users/"' not in menu


def test_number_of_queries_is_constant(cast):
    invite_many(cast, 1, days=4)
    add_to_group(actor=cast.olga, group=cast.groups["marketing"], members=[cast.olga])
    few = count_queries(cast, "/o/acme/")
    fill_organization(cast)
    assert count_queries(cast, "/o/acme/") == few <= 45
