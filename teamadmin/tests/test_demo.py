"""manage.py demo: the same people every time, in every state, and only where nothing is at stake."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.models import Entry
from invitations.models import Invitation
from invitations.services import resend_invitation
from organizations.models import Group, Membership, Organization, Project, Scheme
from organizations.queries import group_roles_of, roles_of
from outbox.models import OutgoingEmail
from teamadmin.demo.data import PASSWORD, SIGN_INS


@pytest.fixture
def demo(db, settings, tmp_path):
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path

    def run(*options: str) -> str:
        out = StringIO()
        call_command("demo", *options, stdout=out)
        return out.getvalue()

    return run


def picture() -> list[tuple]:
    """All that does not depend on the clock."""
    members = Membership.objects.select_related("organization").prefetch_related(
        "roles", "group_links__group", "project_links__project"
    )
    return sorted(
        (
            member.organization.slug,
            member.email,
            member.name,
            member.state,
            sorted(role.key for role in member.roles.all()),
            sorted(link.group.name for link in member.group_links.all()),
            sorted(link.project.name for link in member.project_links.all()),
        )
        for member in members
    )


def test_it_refuses_outside_demo_mode(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="TEAMADMIN_DEMO=1"):
        call_command("demo")
    assert not Organization.objects.exists()


def test_acme_has_members_in_every_state(demo):
    demo()
    acme = Organization.objects.get(slug="acme")
    states = Counter(member.state for member in acme.memberships.all())
    assert acme.scheme == Scheme.RANKED and states.total() == 60
    assert set(states) == {"active", "pending", "expired", "deactivated"}
    assert (Group.objects.filter(organization=acme).count(), Project.objects.filter(organization=acme).count()) == (
        6,
        12,
    )


def test_globex_uses_tasks_and_shares_one_person_with_acme(demo):
    demo()
    globex = Organization.objects.get(slug="globex")
    assert globex.scheme == Scheme.TASK and globex.memberships.count() == 15
    assert any(len(roles_of(member)) > 1 for member in globex.memberships.all())
    olga = User.objects.get(email="olga@acme.example")
    assert [member.organization.slug for member in olga.memberships.order_by("organization__name")] == [
        "acme",
        "globex",
    ]


@pytest.mark.parametrize("email", [email for email, _ in SIGN_INS])
def test_each_sign_in_works_and_is_welcomed(demo, client, email):
    assert email in demo()
    assert client.login(email=email, password=PASSWORD)
    assert all(member.welcomed_at for member in User.objects.get(email=email).memberships.all())


def test_twice_is_once(demo):
    demo()
    before, entries = picture(), Entry.objects.count()
    assert "already exists" in demo()
    assert picture() == before and Entry.objects.count() == entries


def test_reset_makes_the_same_again(demo):
    demo()
    before = picture()
    Membership.objects.filter(email="bo@acme.example").delete()
    User.objects.filter(email="opal@acme.example").update(first_name="Changed")
    demo("--reset")
    assert picture() == before and User.objects.get(email="opal@acme.example").first_name == "Opal"


def test_if_empty_leaves_what_is_there(demo):
    Organization.objects.create(name="Ours", slug="ours")
    assert demo("--if-empty") == ""
    assert Organization.objects.count() == 1


def test_no_mail_waits_but_resend_works(demo):
    demo()
    assert not OutgoingEmail.objects.exists()
    member = Membership.objects.get(email="kofi.mensah@acme.example")
    actor = Membership.objects.get(organization__slug="acme", email="max@acme.example")
    assert resend_invitation(actor=actor, member=member).sends == 2
    assert OutgoingEmail.objects.count() == 1


def test_each_invited_member_has_a_live_invitation(demo):
    demo()
    invited = Membership.objects.filter(status="invited")
    assert Invitation.objects.filter(accepted_at=None, revoked_at=None).count() == invited.count() == 15
    assert {member.state for member in invited} == {"pending", "expired"}


@pytest.mark.spec("R-3", "G-4", "U-16")
def test_something_of_everything_is_there(demo):
    demo()
    acme = Organization.objects.get(slug="acme")
    assert set(acme.roles.values_list("name", flat=True)) == {"People desk", "Audit reader"}
    assert Membership.objects.filter(organization=acme, managed_by="scim").count() == 3
    assert Membership.objects.filter(organization=acme, two_factor=True).count() == 5
    through = Membership.objects.get(email="mei-ling.chen@acme.example")
    assert [(role.name, group) for role, group in group_roles_of(through)] == [("Audit reader", "Data")]
