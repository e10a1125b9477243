"""The backoffice: platform staff with a second factor help customers, and organizations see what they did (B-1)."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import AttemptCount, AuthenticatorApp, User
from accounts.services import set_second_factor
from accounts.services.attempts import hash_email
from accounts.services.sign_in import SignIns, SsoSignIn
from audit.models import Entry
from organizations.models import ManagedBy, Membership, Organization
from outbox.models import OutgoingEmail
from teamadmin.testing.aging import age
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import add_authenticator

pytestmark = pytest.mark.django_db
REASON = "Ticket 4711: asked by their Admin"


@pytest.fixture
def staff(cast) -> User:
    user = add_user("sam@platform.example", "Sam", "Staff")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    add_authenticator(user)
    return User.objects.get(pk=user.pk)


def client_of(user: User, *, factor: str = "app", sign_ins: SignIns | None = None) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    set_second_factor(session, factor)
    (sign_ins or SignIns()).save(session)
    session.save()
    return client


@pytest.fixture
def client(staff) -> Client:
    return client_of(staff)


def page(model: str, name: str, *args: object) -> str:
    app = "accounts" if model == "user" else "organizations"
    return reverse(f"admin:{app}_{model}_{name}", args=args)


def pages(cast) -> list[str]:
    """Return every page of the backoffice."""
    objects = {"organization": cast.acme.pk, "membership": cast.olga.pk, "user": cast.olga.user_id}
    names = [name for name in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(name, str)]
    urls = []
    for name in names:
        model = name.split("_")[1] if "_" in name else ""
        args = [] if name.endswith(("_changelist", "_new")) or model not in objects else [objects[model]]
        urls.append(reverse(f"admin:{name}", args=["accounts"] if name == "app_list" else args))
    assert len(urls) > 10
    return urls


@pytest.mark.spec("B-1")
def test_only_staff_learn_that_it_exists(cast, client):
    for url in pages(cast):
        assert Client().get(url).status_code in (302, 404)
        for name in ("olga", "stranger"):
            for method in ("get", "post"):
                assert getattr(cast.client(name), method)(url).status_code == 404, url
    assert "Backoffice" in text_of(client.get("/backoffice/"))


@pytest.mark.spec("B-1")
def test_staff_need_a_second_factor_in_this_session(cast, staff):
    """A remembered browser isn't enough, and no organization's identity provider is."""
    url = page("organization", "changelist")
    for factor in ("", "remembered"):
        response = client_of(staff, factor=factor).get(url, follow=True)
        assert response.redirect_chain[-1][0].startswith("/accounts/two-factor/verify/")
    provider = SignIns(own=False, sso={str(cast.acme.pk): SsoSignIn(str(cast.acme.pk), mfa=True)})
    response = client_of(staff, sign_ins=provider).get(url, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/sign-in-again/")
    AuthenticatorApp.objects.all().delete()
    response = client_of(staff, factor="").get(url, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/two-factor/")


@pytest.mark.spec("B-1")
def test_changes_need_a_fresh_sign_in(cast, staff, client):
    age(client, minutes=20)
    response = client.post(page("organization", "suspension", cast.acme.pk), {"reason": REASON})
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert Organization.objects.get(pk=cast.acme.pk).is_active


@pytest.mark.spec("B-1")
def test_a_suspended_organization_is_closed_until_the_suspension_ends(cast, client):
    url, users = page("organization", "suspension", cast.acme.pk), "/o/acme/users/"
    response = client.post(url, {"reason": ""})
    assert response.status_code == 422 and cast.client("olga").get(users).status_code == 200
    assert client.post(url, {"reason": REASON}).status_code == 302
    refused = cast.client("olga").get(users)
    assert refused.status_code == 403 and "Acme is suspended" in text_of(refused)
    assert cast.client("tess").get("/o/globex/users/").status_code == 200
    assert client.get(url).status_code == 404
    assert client.post(page("organization", "resumption", cast.acme.pk), {"reason": REASON}).status_code == 302
    assert cast.client("olga").get(users).status_code == 200
    entry = Entry.objects.get(action="organization.suspended")
    assert (entry.organization_id, entry.actor_label, entry.data["reason"]) == (cast.acme.pk, "Platform staff", REASON)
    assert "sam" not in str(Entry.objects.filter(organization_id=cast.acme.pk).values()).lower()


@pytest.mark.spec("B-1")
def test_staff_create_an_organization_and_its_admin_gets_an_email(client, cast):
    data = {"name": "Umbra", "slug": "umbra", "scheme": "ranked", "seat_limit": "5", "reason": REASON}
    data |= {"first_name": "Uma", "last_name": "Braun", "email": "uma@umbra.example"}
    taken = client.post(page("organization", "new"), data | {"slug": "acme"})
    assert taken.status_code == 422 and "Umbra" in taken.content.decode()
    assert client.post(page("organization", "new"), data).status_code == 302
    member = Membership.objects.get(organization__slug="umbra")
    assert member.organization.seat_limit == 5 and member.user.email == "uma@umbra.example"
    assert OutgoingEmail.objects.get(kind="accounts.password_reset").subject_id == member.user_id
    assert Entry.objects.get(action="organization.created").actor_label == "Platform staff"


@pytest.mark.spec("B-1", "A-2")
def test_staff_set_the_plan_and_a_form_shows_what_is_set(client, cast):
    url = page("organization", "seats", cast.acme.pk)
    assert client.post(url, {"plan": "Team", "limit": "60", "reason": REASON}).status_code == 302
    cast.acme.refresh_from_db()
    assert (cast.acme.plan, cast.acme.seat_limit) == ("Team", 60)
    html = client.get(url).content.decode()
    assert 'value="Team"' in html and 'value="60"' in html
    entry = Entry.objects.get(action="organization.plan_changed")
    assert (entry.actor_label, entry.data["to"], entry.data["reason"]) == ("Platform staff", "Team", REASON)
    assert client.post(url, {"plan": "x" * 41, "limit": "60", "reason": REASON}).status_code == 422


@pytest.mark.spec("B-1", "A-9")
def test_seats_limit_invitations(client, cast):
    used = Membership.objects.filter(organization=cast.acme, status="active").count()
    data = {"limit": str(used + 1), "reason": REASON}
    assert client.post(page("organization", "seats", cast.acme.pk), data).status_code == 302
    cast.olga.refresh_from_db()
    cast.olga.organization.refresh_from_db()
    cast.invite(people=[("Pia", "Pending", "pia@acme.example")])
    with pytest.raises(Exception, match="seats free"):
        cast.invite(people=[("Paul", "Pending", "paul@acme.example")])
    Membership.objects.filter(email="pia@acme.example").update(invite_expires_at=timezone.now())
    cast.invite(people=[("Paul", "Pending", "paul@acme.example")])


@pytest.mark.spec("B-1")
def test_staff_unlock_a_user(client, cast):
    user = cast.olga.user
    key = f"sign_in:user:{hash_email(user.email)}"
    AttemptCount.objects.create(key=key, failures=5, blocked_until=timezone.now())
    shown = text_of(client.get(page("user", "change", user.pk)))
    assert user.email in shown and user.password not in client.get(page("user", "change", user.pk)).content.decode()
    assert client.post(page("user", "unlocking", user.pk), {"reason": REASON}).status_code == 302
    assert AttemptCount.objects.get(key=key).blocked_until is None
    logs = Entry.objects.filter(action="user.unlocked")
    assert {entry.organization_id for entry in logs} == {None, cast.acme.pk} and logs[0].data["reason"] == REASON


@pytest.mark.spec("B-1", "U-16")
def test_staff_remove_managed_members_only(client, cast):
    member = add_member(cast.acme, add_user("ext@acme.example", "Ext", "Ernal"), "operator", managed_by=ManagedBy.SCIM)
    assert client.get(page("membership", "removal", cast.bo.pk)).status_code == 404
    assert client.post(page("membership", "removal", member.pk), {"reason": REASON}).status_code == 302
    assert not Membership.objects.filter(pk=member.pk).exists()
    assert not User.objects.filter(email="ext@acme.example").exists()
    entry = Entry.objects.get(action="member.removed_by_staff")
    assert entry.organization_id == cast.acme.pk and entry.data["reason"] == REASON


@pytest.mark.spec("B-1", "R-8")
def test_staff_cannot_remove_the_last_admin(client, cast):
    Membership.objects.filter(pk=cast.olga.pk).update(managed_by=ManagedBy.SCIM)
    response = client.post(page("membership", "removal", cast.olga.pk), {"reason": REASON})
    assert response.status_code == 422 and "at least one active Admin" in text_of(response)
    assert REASON in response.content.decode() and Membership.objects.filter(pk=cast.olga.pk).exists()


@pytest.mark.spec("B-1")
def test_nothing_is_deleted_in_bulk_or_edited(client, cast):
    for model in ("organization", "membership", "user"):
        listed = client.get(page(model, "changelist"))
        assert listed.status_code == 200 and "delete_selected" not in listed.content.decode()
        client.post(page(model, "changelist"), {"action": "delete_selected", "_selected_action": [cast.bo.pk]})
        found = {"organization": cast.acme.pk, "membership": cast.bo.pk, "user": cast.bo.user_id}[model]
        assert client.post(page(model, "change", found), {"name": "X"}).status_code == 405
        for path in ("add/", f"{found}/delete/", f"{found}/history/", f"{found}/password/"):
            assert client.get(page(model, "changelist") + path).status_code in (302, 404)
    assert Membership.objects.filter(pk=cast.bo.pk).exists()


@pytest.mark.spec("B-1")
def test_lists_are_searched_and_show_no_secret(client, cast):
    found = client.get(page("user", "changelist") + "?q=olga")
    assert cast.olga.user.email in text_of(found) and "bo@" not in text_of(found)
    assert cast.acme.name in text_of(client.get(page("membership", "changelist") + "?q=acme"))
    for url in pages(cast):
        assert cast.olga.user.password not in client.get(url, follow=True).content.decode()


@pytest.mark.browser
@pytest.mark.spec("B-1")
def test_in_a_browser(live_cast, page, open_page):
    """Without complaints about the content security policy, which Django's admin doesn't know."""
    user = add_user("sam@platform.example", "Sam", "Staff")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    add_authenticator(user)
    open_page.go(page, client_of(User.objects.get(pk=user.pk)), "/backoffice/organizations/organization/")
    page.get_by_role("link", name="Acme").first.click()
    page.get_by_role("link", name="Suspend").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Suspend").click()
    page.get_by_text("Suspended.").wait_for()
