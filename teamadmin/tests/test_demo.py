"""manage.py demo: creates the same people every time, with every status, and only in demo mode."""

from collections import Counter
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuthenticatorApp, Session, User
from accounts.services.sign_in import SignIns
from accounts.tests.test_encryption import code
from audit.models import Entry
from invitations.models import Invitation
from invitations.services import resend_invitation
from organizations.models import Group, Membership, Organization, Project, Scheme, TwoFactorProgress
from organizations.policies.sessions import Outcome, check_session
from organizations.queries import direct_roles_of, group_roles_of
from outbox.models import OutgoingEmail, State
from teamadmin import embedded
from teamadmin.demo.data import AUTHENTICATOR_KEY, PASSWORD, SIGN_INS


@pytest.fixture
def demo(db, settings, tmp_path):
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path

    def run(*options: str) -> str:
        out = StringIO()
        call_command("demo", *options, stdout=out)
        return out.getvalue()

    return run


def snapshot() -> list[tuple]:
    """Return everything that does not depend on the clock."""
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


def test_command_fails_outside_demo_mode(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="TEAMADMIN_DEMO=1"):
        call_command("demo")
    assert not Organization.objects.exists()


def test_acme_has_members_with_every_status(demo):
    demo()
    acme = Organization.objects.get(slug="acme")
    states = Counter(member.state for member in acme.memberships.all())
    assert acme.scheme == Scheme.RANKED and states.total() == 60
    assert set(states) == {"active", "pending", "expired", "deactivated"}
    assert (Group.objects.filter(organization=acme).count(), Project.objects.filter(organization=acme).count()) == (
        8,
        12,
    )


def test_globex_has_task_roles_and_shares_a_person_with_acme(demo):
    demo()
    globex = Organization.objects.get(slug="globex")
    assert globex.scheme == Scheme.TASK and globex.memberships.count() == 15
    assert any(len(direct_roles_of(member)) > 1 for member in globex.memberships.all())
    olga = User.objects.get(email="olga@acme.example")
    assert [member.organization.slug for member in olga.memberships.order_by("organization__name")] == [
        "acme",
        "acme-field",
        "acme-nordics",
        "globex",
    ]


@pytest.mark.parametrize("email", [email for email, _ in SIGN_INS])
def test_each_sign_in_works_and_is_already_welcomed(demo, client, email):
    assert email in demo()
    assert client.login(email=email, password=PASSWORD)
    assert all(member.welcomed_at for member in User.objects.get(email=email).memberships.all())


@pytest.mark.spec("S-2", "S-3")
def test_ines_and_two_others_have_an_app_with_the_published_key(demo):
    assert AUTHENTICATOR_KEY in demo()
    for name in ("ines.carvalho", "kenji.watanabe", "priya.raghunathan"):
        user = User.objects.get(email=f"{name}@acme.example")
        assert AuthenticatorApp.objects.get(user=user).verify_token(code(AUTHENTICATOR_KEY))
        assert all(user.memberships.values_list("two_factor", flat=True)) and user.memberships.count() == 2
    readme = (settings.BASE_DIR / "README.md").read_text()
    assert AUTHENTICATOR_KEY in readme and all(email in readme for email, _ in SIGN_INS)
    assert AUTHENTICATOR_KEY in embedded.WELCOME


@pytest.mark.spec("S-3")
def test_initech_requires_two_factor_and_acme_opens_without(demo, client):
    demo()
    assert client.login(email="ruben@initech.example", password=PASSWORD)
    ruben = Membership.objects.get(email="ruben@initech.example")
    check = {"sign_ins": SignIns(), "second_factor": "", "ip": "127.0.0.1", "now": timezone.now()}
    session = Session(signed_in_at=timezone.now(), last_seen_at=timezone.now())
    assert check_session(ruben, session, **check).outcome == Outcome.SET_UP_TWO_FACTOR
    ines = Membership.objects.get(email="ines.carvalho@acme.example", organization__slug="initech")
    assert check_session(ines, session, **check).outcome == Outcome.SECOND_FACTOR
    assert check_session(ines, session, **(check | {"second_factor": "app"})).outcome == Outcome.OPEN
    for email, _ in SIGN_INS[:5]:
        for member in Membership.objects.filter(email=email):
            assert check_session(member, session, **check).outcome == Outcome.OPEN


def test_second_run_changes_nothing(demo):
    demo()
    before, entries = snapshot(), Entry.objects.count()
    assert "already exists" in demo()
    assert snapshot() == before and Entry.objects.count() == entries


def test_reset_creates_the_same_people_again(demo):
    demo()
    before = snapshot()
    Membership.objects.filter(email="bo@acme.example").delete()
    User.objects.filter(email="opal@acme.example").update(first_name="Changed")
    demo("--reset")
    assert snapshot() == before and User.objects.get(email="opal@acme.example").first_name == "Opal"


def test_if_empty_keeps_existing_organizations(demo):
    Organization.objects.create(name="Ours", slug="ours")
    assert demo("--if-empty") == ""
    assert Organization.objects.count() == 1


def test_no_email_is_queued_but_resending_works(demo):
    demo()
    emails = OutgoingEmail.objects.exclude(state=State.FAILED)  # two of the demo's emails weren't delivered
    assert not emails.exists()
    member = Membership.objects.get(email="kofi.mensah@acme.example")
    actor = Membership.objects.get(organization__slug="acme", email="max@acme.example")
    assert resend_invitation(actor=actor, member=member).sends == 2
    assert emails.count() == 1


def test_each_invited_member_has_an_open_invitation(demo):
    demo()
    invited = Membership.objects.filter(status="invited")
    assert Invitation.objects.filter(accepted_at=None, revoked_at=None).count() == invited.count() == 15
    assert {member.state for member in invited} == {"pending", "expired"}


@pytest.mark.spec("R-3", "G-4", "U-16")
def test_demo_has_custom_roles_scim_members_two_factor_and_group_roles(demo):
    demo()
    acme = Organization.objects.get(slug="acme")
    assert set(acme.roles.values_list("name", flat=True)) == {"People desk", "Audit reader"}
    assert Membership.objects.filter(organization=acme, managed_by="scim").count() == 14
    assert Membership.objects.filter(organization=acme, two_factor=True).count() == 31
    assert (
        Membership.objects.filter(organization=acme).exclude(two_factor_method="app").exclude(two_factor=False).exists()
    )
    assert acme.two_factor_required_from and TwoFactorProgress.objects.filter(organization=acme).count() == 9
    member = Membership.objects.get(email="mei-ling.chen@acme.example")
    assert [(role.name, group) for role, group in group_roles_of(member)] == [("Audit reader", "Data")]
