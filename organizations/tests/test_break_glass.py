"""Break-glass Admins: they sign in with password and second factor, every time on record, and one remains (O-4)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuthenticatorApp
from audit.models import Entry
from base.policies import Refused
from organizations.emails import render_break_glass_used
from organizations.models import GroupRole, Membership, MembershipRole, Organization
from organizations.services import (
    add_to_group,
    change_group_roles,
    deactivate_member,
    delete_group,
    delete_member,
    remove_from_group,
    reset_member_two_factor,
    set_member_roles,
)
from organizations.tests.session_clients import set_session, statuses
from outbox.models import OutgoingEmail
from provisioning.tests.providers import add_provider
from teamadmin.testing.cast import Cast, add_member, add_user, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel
from teamadmin.testing.sso import with_sso
from teamadmin.testing.two_factor import add_authenticator, code_of, enter_password

pytestmark = [pytest.mark.django_db, pytest.mark.spec("O-4")]
USED = "sso.break_glass_used"
VERIFY = "/accounts/two-factor/verify/"


@pytest.fixture
def ann(cast: Cast) -> Membership:
    """The break-glass Admin of Acme, which enforces single sign-on. Olga is its other Admin."""
    return set_up(cast)


def set_up(cast: Cast) -> Membership:
    add_provider(cast.acme)
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann", "Admin"), "admin", is_break_glass=True)
    add_authenticator(ann.user)
    cast.acme.sso_enforced = True
    cast.acme.save()
    ann.refresh_from_db()
    return ann


def sign_in(member: Membership, **data: str) -> Client:
    """Return a client that signed in with password and second factor, and has opened no page since."""
    client = enter_password(member.user)
    app = AuthenticatorApp.objects.get(user=member.user)
    AuthenticatorApp.objects.update(last_step=-1)
    client.post(VERIFY, {"code": code_of(app)} | data)
    return client


def test_the_sign_in_works_and_is_recorded_once_per_session(cast, ann):
    client = sign_in(ann)
    assert statuses(client, "acme") == [200]
    assert statuses(client, "acme") == [200]
    client.get("/o/acme/users/")
    entry = Entry.objects.get(action=USED)
    assert (entry.actor_id, entry.organization_id) == (ann.pk, cast.acme.pk)
    assert statuses(sign_in(ann), "acme") == [200]
    assert Entry.objects.filter(action=USED).count() == 2


def test_all_admins_are_told_with_one_statement(cast, ann):
    for number in range(20):
        add_member(cast.acme, add_user(f"admin{number}@acme.example", "An", "Admin"), "admin")
    client = sign_in(ann)
    with CaptureQueriesContext(connection) as queries:
        client.get("/o/acme/projects/")
    inserts = [each["sql"] for each in queries if "INSERT" in each["sql"] and "outgoingemail" in each["sql"].lower()]
    assert len(inserts) == 1
    rows = OutgoingEmail.objects.filter(kind="organizations.break_glass_used")
    assert rows.count() == 22 and {cast.olga.pk, ann.pk} <= set(rows.values_list("subject_id", flat=True))
    message = render_break_glass_used(rows.get(subject_id=cast.olga.pk))
    assert message.to == ["olga@acme.example"]
    assert message.subject == "Ann Admin signed in to Acme without single sign-on"
    for part in (message.body, message.alternatives[0][0]):
        assert "Ann Admin" in part and "127.0.0.1" in part and reverse("user_profile", args=["acme", ann.pk]) in part
    Membership.objects.filter(pk=cast.olga.pk).update(status="deactivated")
    assert render_break_glass_used(rows.get(subject_id=cast.olga.pk)) is None


def test_a_password_or_a_remembered_device_is_not_enough(cast, ann):
    client = enter_password(ann.user)
    assert statuses(client, "acme") == ["/accounts/login/"]
    client = sign_in(ann, remember="on")
    again = enter_password(ann.user, client_with_cookies_of(client))
    assert statuses(again, "acme") == [VERIFY]
    assert Entry.objects.filter(action=USED).count() == 0


def client_with_cookies_of(client: Client) -> Client:
    """Return a signed-out client of the same browser."""
    client.post("/accounts/logout/")
    return client


def test_without_a_second_factor_or_as_another_role_they_are_like_everyone(cast, ann):
    MembershipRole.objects.filter(membership=ann).update(role=role_named("builder"))
    assert "requires single sign-on" in text_of(
        Client().post("/accounts/login/", {"login": ann.user.email, "password": "correct-horse-battery"})
    )


def test_a_session_by_the_provider_is_not_recorded(cast, ann):
    client = with_sso(cast.client("olga"), cast.acme)
    assert statuses(client, "acme") == [200]
    assert not Entry.objects.filter(action=USED).exists()


def test_a_session_from_before_is_recorded_too(cast, ann):
    Organization.objects.update(sso_enforced=False)
    client = sign_in(ann)
    client.get("/o/acme/projects/")
    assert not Entry.objects.filter(action=USED).exists()
    Organization.objects.filter(pk=cast.acme.pk).update(sso_enforced=True)
    assert client.get("/o/acme/projects/").status_code == 200
    assert Entry.objects.filter(action=USED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_simultaneous_first_requests_are_recorded_once(live_cast):
    ann = set_up(live_cast)
    client = sign_in(ann)

    def press(number: int) -> int:
        other = Client()
        other.cookies = client.cookies
        return other.get("/o/acme/projects/").status_code

    assert run_in_parallel(4, press) == [200] * 4
    assert Entry.objects.filter(action=USED).count() == 1


def test_a_session_that_was_ended_opens_and_records_nothing(cast, ann):
    client = sign_in(ann)
    set_session(client, ended_organization_ids=[str(cast.acme.pk)])
    assert statuses(client, "acme") == ["/accounts/login/"]
    assert not Entry.objects.filter(action=USED).exists()


# --- the last one stays --------------------------------------------------------------------------------
def demote(olga: Membership, ann: Membership) -> None:
    set_member_roles(actor=olga, member=ann, roles=[role_named("builder")])


def deactivate(olga: Membership, ann: Membership) -> None:
    deactivate_member(actor=olga, member=ann)


def delete(olga: Membership, ann: Membership) -> None:
    delete_member(actor=olga, member=ann)


def reset(olga: Membership, ann: Membership) -> None:
    reset_member_two_factor(actor=olga, member=ann)


@pytest.mark.spec("R-8")
@pytest.mark.parametrize("route", [demote, deactivate, delete, reset])
def test_the_last_one_is_kept_by_every_route(cast, ann, route: Callable):
    with pytest.raises(Refused, match="Acme needs a break-glass Admin while single sign-on is enforced"):
        route(cast.olga, ann)
    member = Membership.objects.get(pk=ann.pk)
    assert (member.status, member.two_factor) == ("active", True)
    Membership.objects.filter(pk=cast.olga.pk).update(is_break_glass=True)
    add_authenticator(cast.olga.user)
    route(cast.olga, ann)


@pytest.mark.parametrize("route", [demote, deactivate, delete, reset])
def test_nothing_keeps_them_where_it_is_not_enforced(cast, ann, route: Callable):
    Organization.objects.update(sso_enforced=False)
    route(Membership.objects.get(pk=cast.olga.pk), ann)


@pytest.fixture
def ann_by_group(cast, ann):
    """Ann is an Admin through the group Research only."""
    group = cast.groups["research"]
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("admin"))
    add_to_group(actor=cast.olga, group=group, members=[ann])
    MembershipRole.objects.filter(membership=ann).update(role=role_named("builder"))
    return group


@pytest.mark.spec("R-8", "G-4")
@pytest.mark.parametrize("route", ["leave", "role", "delete"])
def test_groups_keep_the_last_one_as_well(cast, ann, ann_by_group, route):
    def change() -> None:
        olga = Membership.objects.get(pk=cast.olga.pk)
        if route == "leave":
            remove_from_group(actor=olga, group=ann_by_group, members=[ann])
        elif route == "role":
            change_group_roles(actor=olga, group=ann_by_group, add=[], remove=[role_named("admin")])
        else:
            delete_group(actor=olga, group=ann_by_group)

    with pytest.raises(Refused, match="needs a break-glass Admin"):
        change()
    assert statuses(sign_in(ann), "acme") == [200]
    Organization.objects.update(sso_enforced=False)
    change()


@pytest.mark.spec("S-3")
def test_they_cannot_turn_off_their_second_factor(cast, ann):
    client = sign_in(ann)
    page = text_of(client.get("/accounts/two-factor/removal/"))
    assert "it’s required by Acme" in page
    client.post("/accounts/two-factor/removal/")
    assert Membership.objects.get(pk=ann.pk).two_factor


@pytest.mark.django_db(transaction=True)
def test_two_break_glass_admins_who_remove_each_other(live_cast):
    cast = live_cast
    ann = set_up(cast)
    ben = add_member(cast.acme, add_user("ben@acme.example", "Ben", "Admin"), "admin", is_break_glass=True)
    add_authenticator(ben.user)
    pair = [Membership.objects.get(pk=each.pk) for each in (ann, ben)]
    run_in_parallel(2, lambda number: deactivate_member(actor=pair[number], member=pair[1 - number]))
    assert Membership.objects.filter(is_break_glass=True, status="active").count() == 1
