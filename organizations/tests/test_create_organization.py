"""manage.py create_organization: creates an organization, and its first Admin can sign in."""

from io import StringIO

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from audit.models import Entry
from organizations.models import Membership, Organization, Scheme, Status
from organizations.queries import direct_roles_of
from teamadmin.testing.cast import role_named

OLGA = ("Börse AG", "olga@boerse.example", "--first-name", "Olga", "--last-name", "Berg")
PASSWORD = "granite-otter-42-quartz"


def create(*arguments: str) -> str:
    out = StringIO()
    call_command("create_organization", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.spec("R-3", "R-8")
@pytest.mark.parametrize("scheme", Scheme)
def test_the_first_admin_chooses_a_password_and_signs_in(scheme, settings):
    output = create(*OLGA, "--scheme", scheme)
    member = Membership.objects.get()
    assert (member.status, direct_roles_of(member), member.name) == (
        Status.ACTIVE,
        [role_named("admin", scheme)],
        "Olga Berg",
    )
    assert (member.organization.slug, member.organization.scheme) == ("borse-ag", scheme)
    assert set(Entry.objects.values_list("action", flat=True)) == {
        "organization.created", "user.created", "member.joined",
    }  # fmt: skip
    link = output.splitlines()[-1]
    assert link.startswith(settings.BASE_URL)
    client = Client()
    form = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    signed_in = Client()
    signed_in.post("/accounts/login/", {"login": "olga@boerse.example", "password": PASSWORD})
    assert b"Welcome" in signed_in.get("/o/borse-ag/users/", follow=True).content
    signed_in.post("/o/borse-ag/welcome/")
    assert signed_in.get("/o/borse-ag/users/").status_code == 200
    assert signed_in.get("/o/borse-ag/users/add/").status_code == 200
    reused = Client().get(link.removeprefix(settings.BASE_URL), follow=True)
    assert b'name="password1"' not in reused.content, "the link works only once"


@pytest.mark.django_db
def test_an_existing_user_keeps_their_password():
    bo = User.objects.create(email="bo@acme.example", password=make_password("x"))
    output = create("Acme", "Bo@Acme.example", "--first-name", "Bo", "--last-name", "Lindqvist", "--slug", "first")
    assert Membership.objects.get().user == bo
    assert "/accounts/login/" in output and "/key/" not in output


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("Acme", "olga", *OLGA[2:]), "Enter an email address like name@"),
        ((" ", *OLGA[1:]), "name: This field cannot be blank."),
        (("株式会社", *OLGA[1:]), "slug: This field cannot be blank."),
        ((*OLGA, "--slug", "a b"), "slug: Enter a valid"),
        ((*OLGA, "--slug", "taken"), "slug: Organization with this Slug already exists."),
        (("A\x00", *OLGA[1:]), r"Remove the hidden character U\+0000 after “A”."),
    ],
)
def test_invalid_arguments_are_reported_and_create_nothing(arguments, error):
    Organization.objects.create(name="Taken", slug="taken")
    with pytest.raises(CommandError, match=error):
        create(*arguments)
    assert Organization.objects.count() == 1
    assert not User.objects.exists() and not Entry.objects.exists()
