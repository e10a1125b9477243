"""PUT /members/by-email: inviting someone once, and updating them from then on."""

import pytest

from api.tests.keys import ApiClient, ids
from api.tests.test_core import assert_problem
from invitations.models import Invitation
from organizations.models import GroupMembership, GroupRole, Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import role_named


def put_body(name="nadia", role="builder", **fields):
    return {"first_name": name.capitalize(), "last_name": "Petrov", "roles": ids(role_named(role)), **fields}


@pytest.mark.spec("A-7")
def test_putting_invites_once_and_then_updates(cast, admin):
    path = "members/by-email/Nadia@acme.example"
    assert_problem(admin.send("PUT", path, put_body(), If_Match='"abc"'), 412)
    first = admin.send("PUT", path, put_body(groups=ids(cast.groups["research"])))
    assert first.status_code == 201 and first.json()["status"] == "pending", first.content
    again = admin.send("PUT", path, put_body(groups=ids(cast.groups["research"])))
    assert again.status_code == 200 and again.json() == first.json() and again["ETag"] == first["ETag"]
    changed = admin.send("PUT", path, put_body(role="operator", groups=[], projects=ids(cast.projects["atlas"])))
    body = changed.json()
    assert [each["name"] for each in body["roles"]] == ["Operator"] and body["groups"] == []
    assert [each["name"] for each in body["projects"]] == ["Atlas"]
    # Fields that are left out stay.
    assert admin.send("PUT", path, put_body()).json()["projects"] == body["projects"]
    assert OutgoingEmail.objects.count() == Invitation.objects.count() == 1
    assert_problem(admin.send("PUT", path, put_body(), If_Match=first["ETag"]), 412)


@pytest.mark.parametrize(
    "email", ["no-address", "a@b", "a b@acme.example", "é@acme.example", "a" * 255 + "@acme.example"]
)
def test_putting_a_bad_address(cast, admin, email):
    problem = assert_problem(admin.send("PUT", f"members/by-email/{email}", put_body()), 422)
    assert problem["errors"][0]["field"] == "email"


def test_an_address_with_a_slash(cast, admin):
    assert (
        admin.send("PUT", "members/by-email/a%2Fb+c@acme.example", put_body()).json()["email"] == "a/b+c@acme.example"
    )


def test_putting_outside_the_allowed_domains(cast, admin):
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(allowed_email_domains=["acme.example"])
    problem = assert_problem(admin.send("PUT", "members/by-email/a@other.example", put_body()), 422)
    assert problem["errors"] == [{"field": "email", "message": "Use an email address at acme.example."}]


@pytest.mark.spec("A-6")
def test_putting_takes_both_scopes(cast):
    client = ApiClient(cast.acme, "members:write")
    assert_problem(client.send("PUT", "members/by-email/nadia@acme.example", put_body()), 403)
    client = ApiClient(cast.acme, "members:write", "invitations:write")
    assert client.send("PUT", "members/by-email/nadia@acme.example", put_body()).status_code == 201
    # It can't make a pending member a Manager: no one could vouch for the role when the invitation is accepted.
    client = ApiClient(cast.acme)
    assert_problem(client.send("PUT", "members/by-email/nadia@acme.example", put_body(role="manager")), 403)
    # Neither through a group.
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("manager"))
    nadia = Membership.objects.get(email_key="nadia@acme.example")
    path = f"groups/{cast.groups['research'].pk}/members/{nadia.pk}"
    assert_problem(client.send("PUT", path), 403)
    assert not GroupMembership.objects.filter(membership=nadia).exists()
    assert ApiClient(cast.olga).send("PUT", path).status_code == 204
    nadia.refresh_from_db()
    assert nadia.invited_by == cast.olga
