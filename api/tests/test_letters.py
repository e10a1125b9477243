"""Names in any script through the API."""

import pytest

from organizations.models import Group, Membership

pytestmark = pytest.mark.django_db


@pytest.mark.spec("U-6", "A-7")
def test_names_are_found_and_sorted_by_their_base_letters(cast, admin):
    cast.bo.first_name, cast.bo.last_name = "Łukasz", "O’Brien"
    cast.bo.save()
    Group.objects.bulk_create(
        Group(organization=cast.acme, name=name).prepare() for name in ("Über-Team", "Ubox", "Uber")
    )
    assert [each["last_name"] for each in admin.get("members?q=obrien%20lukasz").json()["items"]] == ["O’Brien"]
    assert [each["name"] for each in admin.get("groups?q=uber").json()["items"]] == ["Uber", "Über-Team"]
    first = admin.get("groups?limit=3").json()
    second = admin.get(f"groups?limit=3&after={first['next']}").json()
    names = [each["name"] for each in first["items"] + second["items"]]
    assert names == ["Marketing", "Research", "Uber", "Über-Team", "Ubox"]


@pytest.mark.spec("W-2", "A-7")
def test_one_name_is_enough(cast, admin):
    invite = {"roles": [str(cast.bo.roles.get().pk)], "people": [{"last_name": "Petrov", "email": "n@acme.example"}]}
    assert admin.send("POST", "invitations", invite).status_code == 201
    assert Membership.objects.get(email="n@acme.example").name == "Petrov"
    invite["people"] = [{"email": "m@acme.example"}]
    response = admin.send("POST", "invitations", invite)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "people.0.first_name", "message": "Enter a first or last name."}]
