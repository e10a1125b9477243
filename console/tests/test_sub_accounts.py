"""Sub-accounts: organizations under another one, which know and share nothing but a name (A-2)."""

import pytest
from django.test import Client

from accounts.services.sign_in import SignIns, SsoSignIn
from audit.models import Entry
from base import context
from base.policies import Refused
from organizations.models import Membership, Organization
from organizations.services import SlugTaken, create_sub_account, rename_sub_account, suspend_organization
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = pytest.mark.spec("A-2")
PAGE, NEW = "/o/acme/sub-accounts/", "/o/acme/sub-accounts/new/"


def create(actor: Membership, name: str = "Acme Nordics", slug: str = "acme-nordics") -> Organization:
    return create_sub_account(actor=actor, name=name, slug=slug, scheme="ranked").organization


def by_someone_else(cast, parent: Organization, name: str, slug: str) -> Organization:
    """Create a sub-account whose only member is a new person, who left the organization above."""
    creator = add_member(parent, add_user(f"{slug}@x.example", "Kim", "Away"), "admin")
    child = create(creator, name, slug)
    creator.delete()
    return child


@pytest.mark.spec("R-8")
def test_the_creator_becomes_the_first_admin(cast, settings):
    settings.SUB_ACCOUNT_SEATS = 5
    olga = cast.client("olga")
    response = olga.post(NEW, {"name": " Acme  Nordics ", "slug": "", "scheme": "task"}, follow=True)
    assert "Acme Nordics was created, and you’re its Admin" in text_of(response)
    child = Organization.objects.get(slug="acme-nordics")
    assert (child.parent, child.created_by, child.scheme, child.seat_limit) == (cast.acme, "Olga Ivanova", "task", 5)
    admin = child.memberships.get()
    assert admin.user == cast.olga.user and [role.key for role in admin.roles.all()] == ["admin"]
    assert "Acme Nordics Level 2, Created by Olga Ivanova" in text_of(olga.get(PAGE))
    assert "Welcome to Acme Nordics" in text_of(olga.get("/o/acme-nordics/", follow=True))


def test_nothing_typed_is_lost_and_messages_are_at_the_field(cast):
    create(cast.olga)
    olga = cast.client("olga")
    for data, message in (
        ({"name": "", "slug": "acme-x"}, "Enter a name."),
        ({"name": "Nordics", "slug": "acme-nordics"}, "This name is taken. Choose another one."),
        ({"name": "Globex", "slug": "globex-2"}, "Start with acme- and add at least one letter or number."),
        ({"name": "Globex", "slug": "acme-"}, "Start with acme-"),
        ({"name": "北京", "slug": ""}, "Start with acme-"),
        ({"name": "X", "slug": "acme x"}, "valid"),
    ):
        response = olga.post(NEW, data | {"scheme": "ranked"})
        assert response.status_code == 422 and message in text_of(response), data
        assert not data["slug"] or f'value="{data["slug"]}"' in response.content.decode()
    assert olga.post(NEW, {"name": "X", "slug": "", "scheme": "own"}).status_code == 422
    assert Organization.objects.count() == 3


@pytest.mark.spec("A-5")
def test_being_an_admin_above_gives_no_access_and_shows_name_and_creator_only(cast):
    child = by_someone_else(cast, cast.acme, "Acme Field", "acme-field")
    add_member(child, add_user("secret@field.example", "Secret", "Person"), "builder")
    olga = cast.client("olga")
    text = text_of(olga.get(PAGE))
    assert "Acme Field Level 2, Created by Kim Away" in text
    assert "Not a member" in text and "Secret" not in text
    html = olga.get(PAGE).content.decode()
    assert "/o/acme-field/" not in html and "2 members" not in html
    for path in ("", "users/", "audit-log/", "subscription/", "sub-accounts/", "users/pending/"):
        assert olga.get(f"/o/acme-field/{path}").status_code == 404
    assert "acme-field" not in olga.get("/organizations/").content.decode()
    assert "Secret Person" not in text_of(olga.get("/o/acme/users/?status=everyone&q=Secret"))


def test_below_nothing_of_the_organization_above_is_shown(cast):
    child = by_someone_else(cast, cast.acme, "Acme Field", "acme-field")
    cast.stranger = child.memberships.get().user
    client = cast.client("stranger")
    client.get("/o/acme-field/welcome/")
    client.post("/o/acme-field/welcome/")
    page = client.get("/o/acme-field/sub-accounts/")
    assert page.status_code == 200 and "Olga" not in text_of(page) and "/o/acme/" not in page.content.decode()
    assert client.get("/o/acme/").status_code == 404
    assert set(Entry.objects.filter(organization_id=child.pk).values_list("actor_label", flat=True)) == {
        "Acme",
        "Kim Away",
    }


def test_numbers_are_shown_where_the_viewer_may_see_them(cast):
    mine = create(cast.olga)
    field = by_someone_else(cast, cast.acme, "Acme Field", "acme-field")
    add_member(field, cast.olga.user, "operator")
    olga = cast.client("olga")
    text = text_of(olga.get(PAGE))
    assert "1 member 1 of 5 Admin Active" in text and "– – Operator Active" in text
    Organization.objects.filter(pk=mine.pk).update(allowed_ip_ranges=["192.0.2.0/24"])
    assert "1 of 5" not in text_of(olga.get(PAGE)), "its rules don't let this session in"


def test_a_session_of_an_identity_provider_neither_creates_nor_sees_other_organizations(cast):
    create(cast.olga)
    client = cast.client("olga")
    session = client.session
    SignIns(own=False, sso={str(cast.acme.pk): SsoSignIn(str(cast.acme.pk), mfa=True)}).save(session)
    session.save()
    response = client.post(NEW, {"name": "X", "slug": "", "scheme": "ranked"})
    assert response.status_code == 403 and "Sign in with your password" in text_of(response)
    assert "Not a member" in text_of(client.get(PAGE))


def test_it_is_a_tree_of_three_levels(cast, monkeypatch):
    nordics = create(cast.olga)
    admin = nordics.memberships.get()
    iceland = create(admin, "Acme Iceland", "acme-nordics-iceland")
    with pytest.raises(Refused, match="The limit is 3 levels"):
        create(iceland.memberships.get(), "Too low", "acme-nordics-iceland-x")
    create(cast.olga, "Acme Aland", "acme-aland")
    monkeypatch.setattr("organizations.policies.sub_accounts.MAX_SUB_ACCOUNTS", 3)
    for actor in (cast.olga, admin):
        with pytest.raises(Refused, match="No more sub-accounts"):
            create(actor, "One more", f"{actor.organization.slug}-more")
    olga = cast.client("olga")
    html = olga.get(PAGE).content.decode()
    names = ["Acme Aland", "Acme Nordics", "Acme Iceland"]
    places = [html.index(f">{name}</a>", html.index("<tbody")) for name in names]
    assert places == sorted(places) and html.count('data-level="2"') == 2 and html.count('data-level="3"') == 1
    text = text_of(olga.get(PAGE))
    assert "3 sub-accounts" in text
    switcher = html[html.index('id="organization-menu"') :]
    assert switcher[: switcher.index("</nav>")].count("<ul") == 3, "one list for each level"


@pytest.mark.spec("A-5")
def test_the_switcher_shows_memberships_only_and_those_below_indented(cast):
    nordics = create(cast.olga)
    by_someone_else(cast, cast.acme, "Acme Field", "acme-field")
    html = cast.client("olga").get("/o/acme/").content.decode()
    menu = html[html.index('id="organization-menu"') : html.index("All organizations")]
    assert menu.count("<ul") == 2 and "Acme Field" not in menu
    assert menu.index("/o/acme/") < menu.rindex("<ul") < menu.index(f"/o/{nordics.slug}/")
    Membership.objects.filter(organization=nordics).update(user=cast.stranger)
    menu = cast.client("stranger").get("/o/acme-nordics/users/").content.decode()
    assert "Acme</span>" not in menu


def test_renaming_is_in_both_logs_without_naming_anyone_below(cast):
    child = create(cast.olga)
    url = f"/o/acme/sub-accounts/{child.pk}/name/"
    olga = cast.client("olga")
    assert olga.post(url, {"name": ""}).status_code == 422
    assert "Acme Nordics was renamed to Nordics." in text_of(olga.post(url, {"name": "Nordics"}, follow=True))
    child.refresh_from_db()
    assert (child.name, child.slug) == ("Nordics", "acme-nordics")
    above = Entry.objects.get(organization_id=cast.acme.pk, action="sub_account.renamed")
    below = Entry.objects.get(organization_id=child.pk, action="organization.renamed")
    assert above.actor_label == "Olga Ivanova" and above.ip
    assert (below.actor_label, below.ip, below.data) == ("Acme", None, {"from": "Acme Nordics", "to": "Nordics"})
    assert context.current().ip is None
    assert not rename_sub_account(actor=cast.olga, child=child, name="Nordics")


@pytest.mark.spec("R-2")
def test_who_may_create_and_rename(cast):
    nordics = create(cast.olga)
    iceland = create(nordics.memberships.get(), "Acme Iceland", "acme-nordics-iceland")
    with pytest.raises(Refused):
        create(cast.max, "X", "acme-x")
    with pytest.raises(Refused):
        rename_sub_account(actor=cast.max, child=nordics, name="X")
    with pytest.raises(Refused, match="directly above"):
        rename_sub_account(actor=cast.olga, child=iceland, name="X")
    with pytest.raises(Refused):
        rename_sub_account(actor=cast.tess, child=nordics, name="X")
    olga, tess = cast.client("olga"), cast.client("tess")
    assert olga.get(f"/o/acme/sub-accounts/{iceland.pk}/name/").status_code == 404
    assert tess.get(f"/o/globex/sub-accounts/{nordics.pk}/name/").status_code == 404
    sam = add_member(cast.globex, add_user("sub@globex.example", "Sub", "Accounts"), "sub_accounts")
    cast.stranger = sam.user
    client = cast.client("stranger")
    data = {"name": "Globex East", "slug": "", "scheme": "task"}
    assert "Globex East was created" in text_of(client.post("/o/globex/sub-accounts/new/", data, follow=True))
    text = text_of(client.get("/o/globex/sub-accounts/"))
    assert "Globex This organization – – Sub-Accounts Active" in text, "no numbers of their own organization"


def test_a_suspended_organization_does_not_close_those_below(cast):
    child = create(cast.olga)
    suspend_organization(staff=cast.stranger, organization=cast.acme, reason="unpaid")
    client = cast.client("olga")
    assert client.get("/o/acme/").status_code == 403
    assert client.get("/o/acme-nordics/", follow=True).status_code == 200
    suspend_organization(staff=cast.stranger, organization=child, reason="unpaid")
    Organization.objects.filter(pk=cast.acme.pk).update(is_active=True)
    assert "– – Admin Suspended" in text_of(client.get(PAGE))


@pytest.mark.django_db(transaction=True)
def test_one_of_many_gets_a_name_in_urls(live_cast):
    if not on_postgresql():
        pytest.skip("SQLite has one writer")
    actors = [live_cast.olga, create(live_cast.olga).memberships.get()]
    Organization.objects.filter(slug="acme-nordics").update(slug="acme-a")
    actors[1].organization.refresh_from_db()
    results = run_in_parallel(10, lambda n: create(actors[n % 2], f"Acme {n}", "acme-a-b").slug)
    assert results.count("acme-a-b") == 1
    assert all(isinstance(result, SlugTaken) for result in results if result != "acme-a-b"), results


def test_the_list_takes_a_fixed_number_of_queries(cast, django_assert_num_queries, django_assert_max_num_queries):
    create(cast.olga)
    client = cast.client("olga")
    client.get(PAGE)
    with django_assert_max_num_queries(14) as few:
        client.get(PAGE)
    number = len(few)
    for place in range(30):
        child = Organization.objects.create(name=f"C {place}", slug=f"acme-c-{place}", parent=cast.acme)
        add_member(child, cast.olga.user, "admin")
    client = cast.client("olga")
    client.get(PAGE)
    with django_assert_num_queries(number):
        client.get(PAGE)


def test_signed_out_people_are_led_to_sign_in(cast):
    assert Client().get(NEW)["Location"].startswith("/accounts/login/")


@pytest.mark.spec("A-2")
@pytest.mark.parametrize("name", ["PayPal <service@paypal.example>", "service﹫paypal.example", "www.paypal.example"])
def test_a_name_that_looks_like_an_address_is_refused(cast, name):
    form = {"name": name, "slug": "acme-pay", "scheme": "ranked"}
    response = cast.client("olga").post("/o/acme/sub-accounts/new/", form)
    assert response.status_code == 422 and "Enter a name, not an email or web address." in response.content.decode()
