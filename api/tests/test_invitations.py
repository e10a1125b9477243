"""Inviting through the API: all or no one, once, and never with more than the key may give."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.tests.keys import ApiClient, ids
from api.tests.test_by_email import put_body
from api.tests.test_core import assert_problem
from audit.models import Entry
from invitations.links import make_token
from invitations.models import Batch, Invitation, InvitationEmail, SendCount
from organizations.models import Delivery, GroupMembership, GroupRole, Membership, ProjectGrant, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import role_named


def person(name="nadia", **fields):
    return {"first_name": name.capitalize(), "last_name": "Petrov", "email": f"{name}@acme.example", **fields}


def body_of(*people, role="builder", **fields):
    return {"people": list(people or [person()]), "roles": ids(role_named(role)), **fields}


def assert_nothing_sent():
    assert not Invitation.objects.exists() and not OutgoingEmail.objects.exists() and not Batch.objects.exists()


@pytest.mark.spec("A-7", "W-3")
def test_people_are_invited_together(cast, admin):
    marketing, ledger = cast.groups["marketing"], cast.projects["ledger"]
    response = admin.send(
        "POST",
        "invitations",
        body_of(
            person(),
            person("samuel"),
            groups=ids(marketing),
            projects=ids(ledger),
            reason="Hello",
            welcome_page="projects",
        ),
    )
    assert response.status_code == 201, response.content
    first, second = response.json()["items"]
    assert (first["email"], second["email"]) == ("nadia@acme.example", "samuel@acme.example")
    assert first["status"] == "pending" and first["inviter"] == "Olga Ivanova" and first["sends"] == 1
    assert first["roles"][0]["name"] == "Builder" and first["email_state"] == "queued"
    assert (first["delivery"], first["delivery_reason"]) == ("queued", "") and first["last_sent_at"]
    assert (first["reason"], first["welcome_page"]) == ("Hello", "projects")
    members = Membership.objects.filter(status=Status.INVITED, invited_by=cast.olga)
    assert GroupMembership.objects.filter(group=marketing, membership__in=members).count() == 2
    assert ProjectGrant.objects.filter(project=ledger, membership__in=members).count() == 2
    assert OutgoingEmail.objects.filter(kind="invitations.invitation").count() == 2
    assert Entry.objects.filter(action="invitation.created", actor_id=cast.olga.pk).count() == 2
    # The batch isn't a draft that anyone could find again.
    assert not Batch.objects.filter(sent_at=None).exists()


@pytest.mark.spec("A-7", "W-11")
def test_a_repeated_request_sends_once(cast, admin):
    sent = [admin.send("POST", "invitations", body_of(), Idempotency_Key="k1") for _time in range(2)]
    assert [each.status_code for each in sent] == [201, 201] and sent[0].content == sent[1].content
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 1
    assert_problem(admin.send("POST", "invitations", body_of(person("sam")), Idempotency_Key="k1"), 422)


@pytest.mark.spec("W-4", "W-11")
def test_one_wrong_person_stops_everyone(cast, admin):
    people = [
        person(),
        person("x", email="no address"),
        person("y", email="BO@acme.example"),
        person("z", email="nadia@ACME.example"),
        person("w", first_name="\u200b", last_name=""),
    ]
    errors = assert_problem(admin.send("POST", "invitations", body_of(*people)), 422)["errors"]
    assert [each["field"] for each in errors] == [
        "people.1.email",
        "people.2.email",
        "people.3.email",
        "people.4.first_name",
    ]
    assert errors[1]["message"] == "Bo Lindqvist is already a member."
    assert_nothing_sent()


def test_wrong_values_are_named(cast, admin):
    for fields, name in (
        ({"groups": ids(cast.globex_group)}, "groups"),
        ({"projects": ids(cast.globex_project)}, "projects"),
        ({"roles": ids(cast.bo)}, "roles"),
        ({"roles": []}, "roles"),
        ({"reason": "a" * 2501}, "reason"),
        ({"welcome_page": "security"}, "welcome_page"),
        ({"people": []}, "people"),
        ({"people": [person(f"p{number}") for number in range(101)]}, "people"),
        ({"expires_at": "2030-01-01"}, "expires_at"),
    ):
        problem = assert_problem(admin.send("POST", "invitations", {**body_of(), **fields}), 422)
        assert problem["errors"][0]["field"] == name
    assert_nothing_sent()


@pytest.mark.spec("O-4", "W-1")
def test_enforced_single_sign_on_refuses_inviting(cast, admin):
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(sso_enforced=True)
    for response in (
        admin.send("POST", "invitations", body_of()),
        admin.send("PUT", "members/by-email/nadia@acme.example", put_body()),
        ApiClient(cast.acme).send("POST", "invitations", body_of()),
    ):
        assert "single sign-on" in assert_problem(response, 403)["detail"]
    assert_nothing_sent()


@pytest.mark.spec("A-9")
def test_inviting_past_the_limit_says_so(cast, admin):
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(seat_limit=5)
    assert admin.send("POST", "invitations", body_of()).status_code == 201
    for client in (admin, ApiClient(cast.acme)):
        detail = assert_problem(client.send("POST", "invitations", body_of(person("samuel"))), 403)["detail"]
        assert "seat" in detail
    assert Membership.objects.filter(status=Status.INVITED).count() == 1


@pytest.mark.spec("I-5")
def test_too_many_emails_say_when_to_retry(cast, admin, settings):
    settings.INVITATION_SENDS_PER_INVITER = 1
    assert admin.send("POST", "invitations", body_of()).status_code == 201
    response = admin.send("POST", "invitations", body_of(person("samuel")))
    assert_problem(response, 429)
    assert int(response["Retry-After"]) > 3600
    # The organization's key has a limit of its own.
    assert ApiClient(cast.acme).send("POST", "invitations", body_of(person("samuel"))).status_code == 201
    assert SendCount.objects.count() == 2


@pytest.mark.spec("R-6")
def test_roles_and_groups_that_allow_more_are_refused(cast):
    client = ApiClient(cast.max)
    assert_problem(client.send("POST", "invitations", body_of(role="admin")), 403)
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    assert_problem(client.send("POST", "invitations", body_of(groups=ids(cast.groups["research"]))), 403)
    assert client.send("POST", "invitations", body_of(role="manager")).status_code == 201


@pytest.mark.spec("A-6")
def test_an_organization_s_key_gives_everyday_roles_only(cast):
    client = ApiClient(cast.acme)
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("manager"))
    for body in (body_of(role="manager"), body_of(groups=ids(cast.groups["research"]))):
        assert "give administrative roles" in assert_problem(client.send("POST", "invitations", body), 403)["detail"]
    assert_nothing_sent()
    assert client.send("POST", "invitations", body_of()).status_code == 201
    member = Membership.objects.get(email_key="nadia@acme.example")
    batch = Batch.objects.get()
    assert member.invited_by is None and batch.created_by is None and batch.inviter_name == "Nightly report"
    assert Entry.objects.filter(action="invitation.created", actor_id=client.key.pk).count() == 1


@pytest.mark.spec("I-6")
def test_no_answer_has_a_token_or_link(cast, admin):
    created = admin.send("POST", "invitations", body_of(), Idempotency_Key="k")
    invitation = Invitation.objects.get()
    token = make_token(invitation)
    key = created.json()["items"][0]["id"]
    put = admin.send("PUT", "members/by-email/samuel@acme.example", put_body("samuel"))
    answers = [
        created,
        put,
        admin.get("invitations"),
        admin.get(f"invitations/{key}"),
        admin.get("members?status=pending"),
        admin.get(f"members/{invitation.membership_id}"),
        admin.send("POST", f"invitations/{key}/sends"),
        admin.get("audit"),
    ]
    for answer in answers:
        text = answer.content.decode() + str(answer.headers)
        assert token not in text and token.split(".")[-1] not in text and "/invitation" not in str(answer.headers)
        assert "token" not in text.lower() or answer.status_code == 404


def test_pending_and_expired_ones_are_listed_by_expiry(cast, admin):
    first, second = cast.invite(people=[("A", "B", "a@acme.example"), ("C", "D", "c@acme.example")])
    Membership.objects.filter(pk=second.membership_id).update(invite_expires_at=timezone.now() - timedelta(days=1))
    items = admin.get("invitations").json()["items"]
    assert [(each["id"], each["status"]) for each in items] == [
        (str(second.pk), "expired"),
        (str(first.pk), "pending"),
    ]
    assert [each["id"] for each in admin.get("invitations?status=pending").json()["items"]] == [str(first.pk)]
    page = admin.get("invitations?status=expired&limit=1").json()
    assert [each["id"] for each in page["items"]] == [str(second.pk)] and page["next"] is None
    following = admin.get("invitations?limit=1").json()["next"]
    assert [each["id"] for each in admin.get(f"invitations?limit=1&after={following}").json()["items"]] == [
        str(first.pk)
    ]
    assert ApiClient(cast.tess).get("invitations").json()["items"] == []


def test_a_page_costs_the_same_for_one_and_for_thirty(cast, admin):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert admin.get("invitations").status_code == 200
        return len(queries)

    cast.invite()
    count()
    before = count()
    cast.invite(people=[("P", str(number), f"p{number}@acme.example") for number in range(29)])
    assert count() == before <= 9


@pytest.mark.spec("I-2", "I-3", "I-4")
def test_resending(cast, admin):
    (invitation,) = cast.invite(cast.max)
    expires_at = admin.get(f"invitations/{invitation.pk}").json()["expires_at"]
    body = admin.send("POST", f"invitations/{invitation.pk}/sends").json()
    assert body["sends"] == 2 and body["expires_at"] == expires_at and body["inviter"] == "Olga Ivanova"
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now())
    renewed = admin.send("POST", f"invitations/{invitation.pk}/sends").json()
    assert renewed["status"] == "pending" and renewed["sends"] == 3
    admin.send("POST", f"invitations/{invitation.pk}/sends")
    assert_problem(admin.send("POST", f"invitations/{invitation.pk}/sends"), 429)


@pytest.mark.spec("I-4", "A-6")
def test_an_organization_s_key_leaves_the_inviter(cast):
    """Its resend must not make an administrative role acceptable that no one there could give now."""
    (invitation,) = cast.invite(cast.max, role="manager")
    client = ApiClient(cast.acme)
    assert client.send("POST", f"invitations/{invitation.pk}/sends").json()["inviter"] == "Max Keller"
    Membership.objects.filter(pk=cast.max.pk).update(status=Status.DEACTIVATED)
    assert_problem(client.send("POST", f"invitations/{invitation.pk}/sends"), 403)
    # An everyday role needs no one.
    (everyday,) = cast.invite(cast.olga, people=[("A", "B", "a@acme.example")])
    Membership.objects.filter(pk=everyday.membership_id).update(invited_by=None)
    assert client.send("POST", f"invitations/{everyday.pk}/sends").status_code == 200
    assert Membership.objects.get(pk=everyday.membership_id).invited_by is None


@pytest.mark.spec("U-14")
def test_withdrawing(cast, admin):
    (invitation,) = cast.invite()
    assert_problem(ApiClient(cast.acme, "invitations:write").send("DELETE", f"invitations/{invitation.pk}"), 403)
    assert admin.send("DELETE", f"invitations/{invitation.pk}").status_code == 204
    assert_problem(admin.send("DELETE", f"invitations/{invitation.pk}"), 404)
    assert not Membership.objects.filter(email_key="nadia@acme.example").exists()


@pytest.mark.spec("A-5")
@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/sends")])
def test_another_organization_s_invitations_do_not_exist(cast, method, path):
    (invitation,) = cast.invite()
    assert_problem(ApiClient(cast.tess).send(method, f"invitations/{invitation.pk}{path}"), 404)
    assert OutgoingEmail.objects.count() == 1


@pytest.mark.spec("W-1", "R-4")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_builders_and_operators_invite_no_one(cast, name):
    client = ApiClient(getattr(cast, name))
    assert_problem(client.send("POST", "invitations", body_of()), 403)
    assert_problem(client.get("invitations"), 403)
    assert_problem(client.send("PUT", "members/by-email/nadia@acme.example", put_body()), 403)
    assert_nothing_sent()


@pytest.mark.spec("A-7", "I-8")
def test_a_bounce_is_shown_with_its_reason(cast, admin):
    first, second = cast.invite(people=[("A", "One", "a@acme.example"), ("B", "Two", "b@acme.example")])
    Membership.objects.filter(pk=first.membership_id).update(invite_delivery=Delivery.BOUNCED)
    InvitationEmail.objects.filter(invitation=first).update(reason="Mailbox doesn’t exist")
    found = {each["email"]: each for each in admin.send("GET", "invitations").json()["items"]}
    assert found["a@acme.example"]["delivery"] == "bounced"
    assert found["a@acme.example"]["delivery_reason"] == "Mailbox doesn’t exist"
    assert (found["b@acme.example"]["delivery"], found["b@acme.example"]["delivery_reason"]) == ("queued", "")


@pytest.mark.spec("A-7", "I-8")
def test_a_delayed_email_is_delayed_with_its_reason(cast, admin):
    (invitation,) = cast.invite(people=[("A", "One", "a@acme.example")])
    Membership.objects.filter(pk=invitation.membership_id).update(invite_delivery=Delivery.DELAYED)
    InvitationEmail.objects.filter(invitation=invitation).update(reason="Mailbox is full")
    (found,) = admin.send("GET", "invitations").json()["items"]
    assert (found["delivery"], found["delivery_reason"]) == ("delayed", "Mailbox is full")
