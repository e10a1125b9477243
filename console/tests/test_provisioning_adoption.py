"""Adoption requests: approve, refuse, one and many, and who may (C-3, C-6, R-7)."""

import pytest

from audit.models import Entry
from console.tests.provisioning_data import URL, ask_for, connect
from invitations.models import Invitation
from organizations.models import Membership
from organizations.permissions import Permission
from provisioning.models import ScimUser
from provisioning.services.adoption import approve_adoption, refuse_adoption
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel

pytestmark = pytest.mark.spec("C-3", "C-6")
ADOPTION = f"{URL}adoption/"


def managed(member: Membership) -> bool:
    return Membership.objects.get(pk=member.pk).managed_by == "scim"


def test_a_request_says_why_it_matches_and_can_be_approved(cast):
    connect(cast.acme)
    request, other = ask_for(cast.bo), ask_for(cast.opal, user_name="o.nakamura@acme.example", reason="name")
    client = cast.client("olga")
    text = text_of(client.get(URL))
    assert "Same email address" in text and "Same name" in text and "Okta has o.nakamura@acme.example" in text
    response = client.post(ADOPTION, {"approve": str(request.pk)}, follow=True)
    assert "Okta now manages Bo Lindqvist." in text_of(response)
    assert managed(cast.bo) and not managed(cast.opal)
    resource = ScimUser.objects.get(membership=cast.bo)
    assert (resource.user_name, resource.external_id) == ("bo@acme.example", "ext-1")
    request.refresh_from_db()
    assert (request.status, request.answered_by) == ("approved", cast.olga) and request.answered_at
    assert other.status == "open" and "Bo Lindqvist" not in text_of(client.get(URL)).split("Adoption requests")[1]
    entry = Entry.objects.get(action="member.adopted")
    assert (entry.actor_id, entry.target_id) == (cast.olga.pk, cast.bo.pk)


def test_the_member_keeps_their_access_and_sessions(cast):
    connect(cast.acme)
    bo = cast.client("bo")
    cast.client("olga").post(ADOPTION, {"approve": str(ask_for(cast.bo).pk)})
    assert bo.get("/o/acme/").status_code == 200
    member = Membership.objects.get(pk=cast.bo.pk)
    assert member.user == cast.bo.user and member.role_links.count() == 1 and member.group_links.count() == 1


def test_refused_members_stay_manual(cast):
    connect(cast.acme)
    request = ask_for(cast.bo)
    text = text_of(cast.client("olga").post(ADOPTION, {"refuse": str(request.pk)}, follow=True))
    assert "Bo Lindqvist stays manually managed." in text and "No requests are waiting." in text
    assert not managed(cast.bo) and not ScimUser.objects.exists()
    request.refresh_from_db()
    assert request.status == "refused"
    assert Entry.objects.get(action="scim.adoption_refused").target_id == cast.bo.pk


def test_many_are_answered_at_once(cast):
    connect(cast.acme)
    requests = [ask_for(member) for member in (cast.bo, cast.opal, cast.max)]
    client = cast.client("olga")
    keys = [str(request.pk) for request in requests[:2]]
    assert "Okta now manages 2 members." in text_of(
        client.post(ADOPTION, {"answer": "approve", "adopt": keys}, follow=True)
    )
    assert managed(cast.bo) and managed(cast.opal) and not managed(cast.max)
    assert "Select requests first." in text_of(client.post(ADOPTION, {"answer": "approve"}, follow=True))
    assert "Select requests first." in text_of(
        client.post(ADOPTION, {"answer": "approve", "adopt": ["x", "\0"]}, follow=True)
    )


def test_all_includes_those_beyond_the_first_page(cast):
    connect(cast.acme)
    for number in range(30):
        user = add_user(f"person{number}@acme.example", "Person", f"{number:02}")
        ask_for(add_member(cast.acme, user, "operator"))
    client = cast.client("olga")
    page = client.get(URL).content.decode()
    assert page.count('name="adopt"') == 25 and "Select all 30 requests" in page
    text = text_of(client.post(ADOPTION, {"answer": "approve", "all": "1"}, follow=True))
    assert "Okta now manages 30 members." in text
    assert Membership.objects.filter(organization=cast.acme, managed_by="scim").count() == 30


def desk(cast) -> Membership:
    """Someone who manages security, but neither people nor billing."""
    role = add_role(cast.acme, "Security desk", Permission.SECURITY_VIEW, Permission.SECURITY_MANAGE)
    cast.desk = add_member(cast.acme, add_user("desk@acme.example", "Dee", "Desk"), role)
    return cast.desk


@pytest.mark.spec("R-7")
def test_no_one_hands_over_a_member_above_them(cast):
    connect(cast.acme)
    above, below = ask_for(cast.olga), ask_for(cast.bo)
    desk(cast)
    text = text_of(
        cast.client("desk").post(ADOPTION, {"answer": "approve", "adopt": [str(above.pk), str(below.pk)]}, follow=True)
    )
    assert "Olga Ivanova’s role allows more than yours" in text and "Okta now manages Bo Lindqvist." in text
    assert not managed(cast.olga) and managed(cast.bo)


@pytest.mark.spec("O-4")
def test_the_break_glass_admin_stays_manual(cast):
    connect(cast.acme)
    Membership.objects.filter(pk=cast.olga.pk).update(is_break_glass=True)
    text = text_of(cast.client("olga").post(ADOPTION, {"approve": str(ask_for(cast.olga).pk)}, follow=True))
    assert "is the break-glass Admin and stays manually managed" in text and not managed(cast.olga)


def test_a_pending_member_keeps_their_invitation(cast):
    connect(cast.acme)
    invitation = cast.invite()[0]
    cast.client("olga").post(ADOPTION, {"approve": str(ask_for(invitation.membership).pk)})
    member = Membership.objects.get(pk=invitation.membership_id)
    assert managed(member) and member.status == "invited"
    assert Invitation.objects.get(pk=invitation.pk).revoked_at is None


def test_a_user_name_that_is_taken_meanwhile_is_refused_with_the_reason(cast):
    connect(cast.acme)
    request = ask_for(cast.bo)
    ScimUser.objects.create(
        membership=cast.opal, organization=cast.acme, user_name=cast.bo.email, user_name_key=cast.bo.email
    )
    text = text_of(cast.client("olga").post(ADOPTION, {"approve": str(request.pk)}, follow=True))
    assert "has since given" in text and not managed(cast.bo)


def test_answers_that_come_late_change_nothing(cast):
    connect(cast.acme)
    request, gone = ask_for(cast.bo), ask_for(cast.opal)
    refuse_adoption(actor=cast.olga, requests=[request])
    cast.opal.delete()
    answers = approve_adoption(actor=cast.olga, requests=[request, gone])
    assert answers.answered == [] and answers.unchanged == 2 and not managed(cast.bo)
    text = text_of(cast.client("olga").post(ADOPTION, {"approve": str(request.pk)}, follow=True))
    assert "Select requests first." in text


def test_two_approvers_at_once_hand_over_once(live_cast):
    connect(live_cast.acme)
    request = ask_for(live_cast.bo)
    other = add_member(live_cast.acme, add_user("second@acme.example", "Ada", "Second"), "admin")
    results = run_in_parallel(
        2, lambda number: approve_adoption(actor=(live_cast.olga, other)[number], requests=[request])
    )
    assert sorted(len(answers.answered) for answers in results) == [0, 1]
    assert Entry.objects.filter(action="member.adopted").count() == 1 and ScimUser.objects.count() == 1
