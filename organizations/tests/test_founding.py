"""manage.py create_organization: an organization comes to be, and its first Admin gets in."""

from io import StringIO

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from audit.models import Entry
from organizations.models import Membership, Organization, Scheme, Status
from organizations.queries import roles_of
from teamadmin.testing.cast import role_named

OLGA = ("Börse AG", "olga@boerse.example", "--first-name", "Olga", "--last-name", "Berg")
NEW = "granite-otter-42-quartz"


def create(*words: str) -> str:
    out = StringIO()
    call_command("create_organization", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.spec("R-3", "R-8")
@pytest.mark.parametrize("scheme", Scheme)
def test_the_first_admin_chooses_a_password_and_is_in(scheme, settings):
    said = create(*OLGA, "--scheme", scheme)
    member = Membership.objects.get()
    assert (member.status, roles_of(member), member.name) == (Status.ACTIVE, [role_named("admin", scheme)], "Olga Berg")
    assert (member.organization.slug, member.organization.scheme) == ("borse-ag", scheme)
    assert set(Entry.objects.values_list("action", flat=True)) == {
        "organization.created", "user.created", "member.joined",
    }  # fmt: skip
    link = said.splitlines()[-1]
    assert link.startswith(settings.BASE_URL)
    client = Client()
    form = client.get(link.removeprefix(settings.BASE_URL), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    signed_in = Client()
    signed_in.post("/accounts/login/", {"login": "olga@boerse.example", "password": NEW})
    assert b"Welcome" in signed_in.get("/o/borse-ag/users/", follow=True).content
    signed_in.post("/o/borse-ag/welcome/")
    assert signed_in.get("/o/borse-ag/users/").status_code == 200
    assert signed_in.get("/o/borse-ag/users/add/").status_code == 200
    again = Client().get(link.removeprefix(settings.BASE_URL), follow=True)
    assert b'name="password1"' not in again.content, "the link opens once"


@pytest.mark.django_db
def test_who_signs_in_here_already_keeps_their_password():
    bo = User.objects.create(email="bo@acme.example", password=make_password("x"))
    said = create("Acme", "Bo@Acme.example", "--first-name", "Bo", "--last-name", "Lindqvist", "--slug", "first")
    assert Membership.objects.get().user == bo
    assert "/accounts/login/" in said and "/key/" not in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("Acme", "olga", *OLGA[2:]), "Enter an email address like name@"),
        ((" ", *OLGA[1:]), "name: This field cannot be blank."),
        (("株式会社", *OLGA[1:]), "slug: This field cannot be blank."),
        ((*OLGA, "--slug", "a b"), "slug: Enter a valid"),
        ((*OLGA, "--slug", "taken"), "slug: Organization with this Slug already exists."),
        (("A\x00", *OLGA[1:]), "control characters"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(words, wrong):
    Organization.objects.create(name="Taken", slug="taken")
    with pytest.raises(CommandError, match=wrong):
        create(*words)
    assert Organization.objects.count() == 1
    assert not User.objects.exists() and not Entry.objects.exists()
