"""The More menu: applicable entries in order; forbidden ones are disabled with the reason for the refusal (U-7)."""

import re
from html import unescape

import pytest
from django.test import Client

from console.tests.people import PENDING, USERS, expire, names
from organizations.models import ManagedBy, Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ACTIVE = ["Edit profile", "Log out sessions", "Deactivate", "Delete"]
LINK, ADDRESS = "Copy invitation link", "Correct email address"
PENDING_ENTRIES = ["Edit profile", "Resend invite", LINK, ADDRESS]


@pytest.fixture
def nadia(cast):
    """Pending for another month."""
    return cast.invite()[0].membership


@pytest.fixture
def eve(cast):
    """Invited by Max, expired three days ago."""
    return expire(cast.invite(cast.max, people=[("Eve", "Late", "eve@acme.example")])[0])


def url(member: Membership, noun: str, view: str = "") -> str:
    return f"/o/{member.organization.slug}/users/{member.pk}/{noun}/" + (f"?view={view}" if view else "")


def menu(response) -> list[str]:
    """Return the entries in order; disabled ones end in their reason: "Delete: Acme needs ..."."""
    found = re.findall(r'class="menu-item([^"]*)"[^>]*>(.*?)</(?:a|button|div)>', response.content.decode(), re.DOTALL)
    inside = [(css, body) for css, body in found if "<use href" in body and "i-" in body]
    texts = [re.sub(r"<[^>]*>", "", body.replace('<span class="sub">', ": ")).strip() for _css, body in inside]
    return [unescape(text) for text in texts]


def of(cast, who: str, member: Membership, view: str = "") -> list[str]:
    return menu(cast.client(who).get(url(member, "menu", view), headers=HTMX))


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.spec("U-7", "R-4")
def test_entries_depend_on_status_and_viewer(cast, nadia, eve):
    assert of(cast, "olga", cast.bo) == ACTIVE
    assert of(cast, "max", cast.bo) == ["Edit profile"]
    assert of(cast, "olga", nadia) == [*PENDING_ENTRIES, "Delete"]
    assert of(cast, "max", nadia) == PENDING_ENTRIES
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    assert of(cast, "olga", cast.opal) == ["Edit profile", "Reactivate", "Delete"]
    Membership.objects.filter(pk__in=[cast.bo.pk, cast.opal.pk]).update(two_factor=True)
    assert of(cast, "olga", cast.bo) == [ACTIVE[0], "Reset 2FA", *ACTIVE[1:]]
    assert of(cast, "olga", cast.opal) == ["Edit profile", "Reset 2FA", "Reactivate", "Delete"]
    assert of(cast, "max", cast.bo) == ["Edit profile"]


@pytest.mark.spec("U-7", "I-3")
@pytest.mark.parametrize("view", ["", "%3Fstatus=everyone", "%3Fstatus=expired"])
def test_an_expired_invitation_is_resent_from_the_pending_tab_only(cast, eve, view):
    assert of(cast, "olga", eve, view) == ["Edit profile", "Delete"]
    assert of(cast, "olga", eve, "pending/") == ["Edit profile", "Resend invite", ADDRESS, "Delete"]


@pytest.mark.spec("U-7", "U-9", "U-10", "U-13")
def test_users_cannot_deactivate_delete_or_reset_themselves(cast):
    Membership.objects.filter(pk=cast.olga.pk).update(two_factor=True)
    assert of(cast, "olga", cast.olga) == ["Edit profile", "Log out sessions"]
    for noun, reason in (
        ("deactivation", "You can’t deactivate yourself."),
        ("deletion", "You can’t delete yourself."),
        ("two-factor-reset", "You can’t reset your own two-factor authentication here."),
    ):
        for response in (cast.client("olga").get(url(cast.olga, noun)), cast.client("olga").post(url(cast.olga, noun))):
            assert response.status_code == 403 and reason in text_of(response)


@pytest.mark.spec("U-7", "U-16")
def test_externally_managed_members_cannot_be_deleted(cast, nadia):
    Membership.objects.filter(pk__in=[cast.bo.pk, nadia.pk]).update(managed_by=ManagedBy.SCIM)
    assert of(cast, "olga", cast.bo) == ACTIVE[:-1]
    assert "Delete" not in of(cast, "olga", nadia)
    for member in (cast.bo, nadia):
        response = cast.client("olga").post(url(member, "deletion"))
        assert response.status_code == 403 and "is managed by your identity provider" in text_of(response)
        assert Membership.objects.filter(pk=member.pk).exists()


@pytest.mark.spec("R-7", "U-7")
def test_rank_disables_entries_and_refuses_with_the_same_reason(cast, nadia):
    """Uma can delete people and do nothing else that an Admin can."""
    role = add_role(cast.acme, "Remover", "people.view", "people.edit", "people.admin")
    uma = client_of(add_member(cast.acme, add_user("uma@acme.example", "Uma", "Remover"), role))
    Membership.objects.filter(pk=cast.olga.pk).update(two_factor=True)
    reason = "Olga Ivanova’s role allows more than yours. Ask an Admin."
    entries = menu(uma.get(url(cast.olga, "menu"), headers=HTMX))
    assert entries == ["View profile", *(f"{label}: {reason}" for label in ("Reset 2FA", *ACTIVE[1:]))]
    for noun in ("two-factor-reset", "sessions", "deactivation", "deletion"):
        for response in (uma.get(url(cast.olga, noun)), uma.post(url(cast.olga, noun))):
            assert response.status_code == 403 and reason in text_of(response)
    assert menu(uma.get(url(cast.bo, "menu"), headers=HTMX)) == ACTIVE
    assert Membership.objects.get(pk=cast.olga.pk).status == Status.ACTIVE


@pytest.mark.spec("R-8", "U-7")
def test_the_menu_says_why_the_last_admin_is_kept(cast):
    """Ann can do everything an Admin can, by a custom role: Olga is still the last Admin."""
    from organizations.permissions import Permission

    role = add_role(cast.acme, "Owner", *Permission)
    ann = client_of(add_member(cast.acme, add_user("ann@acme.example", "Ann", "Owner"), role))
    reason = "Acme needs at least one active Admin. Make someone else an Admin first."
    entries = menu(ann.get(url(cast.olga, "menu"), headers=HTMX))
    assert entries == ["Edit profile", "Log out sessions", f"Deactivate: {reason}", f"Delete: {reason}"]
    add_member(cast.globex, cast.olga.user, "billing")  # "Delete instead" would lead nowhere
    assert menu(ann.get(url(cast.olga, "menu"), headers=HTMX)) == entries
    for noun in ("deactivation", "deletion"):
        for response in (ann.get(url(cast.olga, noun)), ann.post(url(cast.olga, noun))):
            assert response.status_code == 403 and reason in text_of(response)
    assert Membership.objects.get(pk=cast.olga.pk).status == Status.ACTIVE


@pytest.mark.spec("I-4", "U-7")
def test_resending_requires_the_right_to_give_the_role(cast):
    boss = cast.invite(role="admin")[0].membership
    reason = "You can’t give the role Admin because it allows more than yours."
    assert of(cast, "max", boss) == ["View profile", f"Resend invite: {reason}"]
    response = cast.client("max").post(url(boss, "invitation"))
    assert response.status_code == 403 and reason in text_of(response)
    assert OutgoingEmail.objects.count() == 1
    assert of(cast, "olga", boss) == [*PENDING_ENTRIES, "Delete"]


@pytest.mark.spec("I-2", "O-4", "U-7")
def test_single_sign_on_keeps_resend(cast, nadia):
    cast.acme.sso_enforced = True
    cast.acme.save()
    client = with_sso(cast.client("olga"), cast.acme)
    entries = menu(client.get(url(nadia, "menu"), headers=HTMX))
    assert [*entries[:3], entries[-1]] == ["Edit profile", "Resend invite", LINK, "Delete"]
    assert entries[3].startswith(f"{ADDRESS}: ") and "single sign-on" in entries[3] and len(entries) == 5


@pytest.mark.spec("U-7", "I-4")
def test_readers_can_only_view_profiles(cast):
    ria = client_of(add_member(cast.globex, add_user("ria@globex.example", "Ria", "Reader"), "read_only"))
    member = cast.invite(cast.tess, role="billing")[0].membership
    page = ria.get("/o/globex/users/pending/")
    assert names(page) == ["Nadia Petrov"] and "Add User" not in text_of(page)
    for person in (member, cast.tess):
        assert menu(ria.get(url(person, "menu"), headers=HTMX)) == ["View profile"]
        nouns = ("invitation", "invitation/link", "invitation/address", "deletion", "deactivation", "reactivation")
        for noun in (*nouns, "sessions", "two-factor-reset"):
            assert ria.post(url(person, noun)).status_code == 403


@pytest.mark.spec("U-7")
def test_every_row_has_its_menu_and_none_costs_a_query(cast, nadia, eve, django_assert_num_queries):
    for address in (USERS, USERS + "?status=everyone", PENDING):
        page = cast.client("max").get(address).content.decode()
        assert page.count('id="more-') == len(re.findall(r'id="user-', page)) > 0
    assert 'aria-label="More actions for Eve Late"' in page


@pytest.mark.spec("U-7")
def test_the_menu_is_a_menu_for_htmx_and_a_page_without(cast, nadia):
    client = cast.client("olga")
    part, page = client.get(url(nadia, "menu"), headers=HTMX), client.get(url(nadia, "menu"))
    assert part.content.decode().count('role="menuitem"') == 5 and "<html" not in part.content.decode()
    assert "menuitem" not in page.content.decode() and "Actions for Nadia Petrov" in text_of(page)
    assert [entry for entry in menu(page) if entry in (*PENDING_ENTRIES, "Delete")] == menu(part)


@pytest.mark.spec("I-5", "U-7")
def test_resending_is_disabled_while_it_is_too_soon(cast, nadia):
    client = cast.client("olga")
    for _press in range(3):
        client.post(url(nadia, "invitation"))
    part = text_of(client.get(url(nadia, "menu"), headers=HTMX))
    assert "Too many emails to nadia@acme.example recently. Try again in" in part
    for response in (client.get(url(nadia, "invitation")), client.post(url(nadia, "invitation"), headers=HTMX)):
        assert (
            response.status_code == 429
            and "Too many emails to nadia@acme.example recently. Try again in" in text_of(response)
        )
