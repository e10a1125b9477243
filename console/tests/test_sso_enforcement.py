"""The page on which single sign-on is enforced, and the one on which break-glass Admins are chosen (O-4)."""

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from organizations.models import Membership, Organization
from organizations.services import deactivate_member
from organizations.tests.session_clients import add_app
from provisioning.models import IdentityProvider
from provisioning.services.enforcement import enforce_sso
from provisioning.tests.providers import add_identity, add_provider, add_test
from teamadmin.testing.cast import Cast, add_member, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel
from teamadmin.testing.sso import with_sso

pytestmark = [pytest.mark.django_db, pytest.mark.spec("O-4")]
URL = "/o/acme/security/single-sign-on/enforcement/"
ADMINS = "/o/acme/security/single-sign-on/break-glass/"


def break_glass_url(member: Membership) -> str:
    return f"{ADMINS}{member.pk}/"


@pytest.fixture
def okta(cast: Cast) -> IdentityProvider:
    return add_provider(cast.acme)


@pytest.fixture
def ready(cast: Cast, okta: IdentityProvider) -> IdentityProvider:
    """Acme's Okta, tested, with Olga as break-glass Admin."""
    add_test(okta)
    add_app(cast.olga.user)
    Membership.objects.filter(pk=cast.olga.pk).update(is_break_glass=True)
    cast.olga.refresh_from_db()
    return okta


@pytest.fixture
def ann(cast: Cast) -> Membership:
    """Another Admin of Acme."""
    return add_member(cast.acme, add_user("ann@acme.example", "Ann", "Admin"), "admin")


def is_enforced(cast: Cast) -> bool:
    return Organization.objects.get(pk=cast.acme.pk).sso_enforced


def enforce(client: Client, **data):
    return client.post(URL, {"sure": "on"} | data)


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_it_is_enforced_once_a_test_has_worked_and_a_break_glass_admin_exists(cast, ready):
    client = cast.client("olga")
    page = text_of(client.get(URL))
    assert "The connection works" in page and "by Olga Ivanova" in page and "A break-glass Admin has 2FA" in page
    response = enforce(client)
    assert response.status_code == 302 and is_enforced(cast)
    entry = Entry.objects.get(action="organization.sso_enforced")
    assert entry.actor_id == cast.olga.pk and entry.organization_id == cast.acme.pk


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("provider", "Set up single sign-on and turn it on first."),
        ("enabled", "Set up single sign-on and turn it on first."),
        ("test", "It hasn’t been tested with the current settings."),
        ("version", "It hasn’t been tested with the current settings."),
        ("passed", "The last test of the connection failed."),
        ("break-glass", "Choose a break-glass Admin with two-factor authentication first."),
        ("factor", "Choose a break-glass Admin with two-factor authentication first."),
        ("password", "Choose a break-glass Admin with two-factor authentication first."),
    ],
)
def test_it_is_not_enforced_before_that(cast, ready, missing, reason):
    if missing == "provider":
        ready.delete()
    elif missing == "enabled":
        IdentityProvider.objects.update(is_enabled=False)
    elif missing == "test":
        ready.tests.all().delete()
    elif missing == "version":
        IdentityProvider.objects.update(version=ready.version + 1)
    elif missing == "passed":
        add_test(ready, passed=False)
    elif missing == "break-glass":
        Membership.objects.update(is_break_glass=False)
    elif missing == "factor":
        Membership.objects.update(two_factor=False)
    else:
        cast.olga.user.set_unusable_password()
        cast.olga.user.save()
    client = cast.client("olga")
    page = client.get(URL)
    assert reason in text_of(page) and 'name="sure"' not in page.content.decode()
    response = enforce(client)
    assert response.status_code == 422 and reason in text_of(response)
    assert not is_enforced(cast) and not Entry.objects.filter(action="organization.sso_enforced").exists()


def test_the_box_must_be_checked(cast, ready):
    response = cast.client("olga").post(URL)
    assert response.status_code == 422 and "you could be locked out" in text_of(response)
    assert not is_enforced(cast)


def test_a_second_press_changes_nothing(cast, ready):
    client = cast.client("olga")
    with_sso(client, cast.acme)
    enforce(client)
    enforce(client)
    assert is_enforced(cast) and Entry.objects.filter(action="organization.sso_enforced").count() == 1


def test_it_can_be_stopped(cast, ready):
    client = with_sso(cast.client("olga"), cast.acme)
    enforce(client)
    assert "Stop enforcing single sign-on for Acme?" in text_of(client.get(URL))
    for _press in range(2):
        assert client.post(URL, {"stop": "yes"}).status_code == 302
    assert not is_enforced(cast)
    assert Entry.objects.filter(action="organization.sso_not_enforced").count() == 1


def test_other_organizations_and_other_roles_cannot_enforce_it(cast, ready):
    assert enforce(cast.client("tess")).status_code == 404
    for name in ("max", "bo", "opal"):
        assert enforce(cast.client(name)).status_code == 403
    assert not is_enforced(cast)


@pytest.mark.spec("S-7")
def test_a_fresh_sign_in_is_needed(cast, ready):
    client = cast.client("olga")
    session = client.session
    session["confirmed_at"] = 1
    session.save()
    assert "/reauthenticate/" in enforce(client)["Location"]
    assert "/reauthenticate/" in client.post(break_glass_url(cast.olga) + "removal/")["Location"]
    assert not is_enforced(cast) and Membership.objects.get(pk=cast.olga.pk).is_break_glass


def test_the_numbers(cast, ready):
    cast.client("bo"), cast.client("max"), with_sso(cast.client("opal"), cast.acme)
    client = cast.client("olga")
    cast.invite()
    add_identity(cast.opal)
    Membership.objects.filter(pk=cast.bo.pk).update(email="bo@field.example", email_key="bo@field.example")
    page = text_of(client.get(URL))
    assert "3 sessions that didn’t start with Okta end now" in page and "including yours" not in page
    assert "1 pending invitation stays valid" in page
    assert "acme.example isn’t verified 1 member with an address there" in page
    assert "field.example isn’t verified 1 member with an address there" in page
    cast.acme.domains.create(name="acme.example", token="x", verified_at=timezone.now())
    assert "acme.example isn’t" not in text_of(client.get(URL)).replace("field.example isn’t", "")


def test_a_password_session_of_the_admin_who_enforces_it_ends(cast, ready, ann):
    client = client_of(ann)
    client.get("/o/acme/")
    assert "now, including yours" in text_of(client.get(URL))
    enforce(client)
    assert client.get("/o/acme/users/")["Location"].startswith("/organizations/acme/single-sign-on/")


def test_numbers_take_the_same_queries_for_any_number_of_members(cast, ready, django_assert_max_num_queries):
    for number in range(30):
        cast.client("bo")
        add_member(cast.acme, add_user(f"p{number}@x{number}.example"), "operator")
    client = cast.client("olga")
    with django_assert_max_num_queries(40):
        page = text_of(client.get(URL))
    assert "more domains aren’t verified" in page


# --- break-glass Admins --------------------------------------------------------------------------
def test_break_glass_admins_are_chosen_and_removed(cast, okta, ann):
    add_app(ann.user)
    client = cast.client("olga")
    page = text_of(client.get(ADMINS))
    assert "Ann Admin" in page and "Olga Ivanova hasn’t set up two-factor authentication." in page
    assert "Max" not in page
    client.post(break_glass_url(ann))
    assert Membership.objects.get(pk=ann.pk).is_break_glass
    client.post(break_glass_url(ann))
    client.post(break_glass_url(ann) + "removal/")
    assert not Membership.objects.get(pk=ann.pk).is_break_glass
    actions = Entry.objects.filter(action__startswith="sso.break_glass").order_by("at").values_list("action", flat=True)
    assert list(actions) == ["sso.break_glass_added", "sso.break_glass_removed"]


@pytest.mark.parametrize("name", ["olga", "max"])
def test_only_admins_with_password_and_second_factor_can_be_chosen(cast, okta, name):
    member = getattr(cast, name)
    if name == "max":
        add_app(member.user)
    response = cast.client("olga").post(break_glass_url(member), follow=True)
    reason = "Olga Ivanova hasn’t set up two-factor" if name == "olga" else "isn’t an active Admin"
    assert reason in text_of(response) and not Membership.objects.get(pk=member.pk).is_break_glass


def test_the_last_one_stays_while_it_is_enforced(cast, ready, ann):
    client = with_sso(cast.client("olga"), cast.acme)
    enforce(client)
    response = client.post(break_glass_url(cast.olga) + "removal/", follow=True)
    assert "Acme needs a break-glass Admin while single sign-on is enforced" in text_of(response)
    add_app(ann.user)
    client.post(break_glass_url(ann))
    client.post(break_glass_url(cast.olga) + "removal/")
    assert not Membership.objects.get(pk=cast.olga.pk).is_break_glass


def test_members_of_other_organizations_cannot_be_chosen(cast, okta):
    assert cast.client("olga").post(break_glass_url(cast.tess)).status_code == 404
    assert cast.client("tess").post(break_glass_url(cast.olga)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_enforcing_and_losing_the_last_break_glass_admin_at_once(live_cast):
    """One of the two wins: it's never enforced without one."""
    cast = live_cast
    add_test(add_provider(cast.acme))
    ann = add_member(cast.acme, add_user("ann@acme.example", "Ann", "Admin"), "admin", is_break_glass=True)
    add_app(ann.user)

    def press(number: int) -> None:
        enforce_sso(actor=cast.olga) if number else deactivate_member(actor=cast.olga, member=ann)

    run_in_parallel(2, press)
    assert is_enforced(cast) == (Membership.objects.get(pk=ann.pk).status == "active")
