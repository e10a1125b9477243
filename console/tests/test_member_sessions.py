"""A member's second factors, sessions and sign-in activity on their page; ending one session (U-19, S-5, U-9)."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuthenticatorApp, BackupCode, KnownBrowser, Session
from accounts.services import notify_two_factor_listeners
from accounts.sessions import hash_key
from audit.models import Entry
from audit.services import record
from console.tests.people import USERS
from organizations.emails import render_two_factor_reset
from organizations.models import Membership, MembershipRole, Status
from organizations.services import deactivate_member, end_member_session, reset_member_two_factor
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page_url(member: Membership) -> str:
    return f"{USERS}{member.pk}/"


def key_of(client: Client) -> str:
    return hash_key(client.session.session_key or "")


def ending_url(member: Membership, client: Client) -> str:
    return f"{page_url(member)}sessions/{key_of(client)}/ending/"


@pytest.fixture
def phone(cast) -> Client:
    """A second session of Bo in which he opened Acme."""
    client = cast.client("bo")
    android = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
    Session.objects.filter(pk=key_of(client)).update(user_agent=android, ip="192.0.2.7")
    return client


@pytest.fixture
def two_factor(cast) -> Membership:
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App", confirmed=True)
    BackupCode.objects.bulk_create(BackupCode(user=cast.bo.user, code_hash="!") for _number in range(10))
    BackupCode.objects.filter(pk=BackupCode.objects.first().pk).update(used_at=timezone.now())
    later = timezone.now() + timezone.timedelta(days=3)
    KnownBrowser.objects.create(user=cast.bo.user, token_hash="a", remembered_until=later)
    KnownBrowser.objects.create(user=cast.bo.user, token_hash="b")
    notify_two_factor_listeners(user=cast.bo.user)
    return Membership.objects.get(pk=cast.bo.pk)


@pytest.mark.spec("U-19")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_page_shows_second_factors_sessions_and_sign_ins(cast, phone, two_factor, headers):
    record(
        organization_id=cast.acme.pk, actor=cast.bo, action="sign_in.new_device", target=cast.bo, data={"device": "X"}
    )
    text = text_of(cast.client("olga").get(page_url(cast.bo), headers=headers))
    day = timezone.localdate().strftime("%B %-d, %Y")
    assert f"On Method Authenticator app Since {day} Backup codes 9 of 10 left Remembered devices 1 Reset 2FA" in text
    assert "Bo Lindqvist and all Admins get an email" in text
    assert "Chrome on Android 192.0.2.7 (Unknown), signed in just now . Last seen just now . Log out" in text
    assert "Sign-in activity Bo Lindqvist signed in from a new device, X" in text


@pytest.mark.spec("U-19", "R-7")
def test_others_see_whether_there_is_a_second_factor_and_no_more(cast, phone, two_factor):
    text = text_of(cast.client("max").get(page_url(cast.bo)))
    assert "Two-factor authentication On Method Authenticator app" in text
    for hidden in ("Since", "Backup codes", "Reset 2FA", "192.0.2.7", "Sign-in activity"):
        assert hidden not in text
    assert "Two-factor authentication Off" in text_of(cast.client("max").get(page_url(cast.opal)))


@pytest.mark.spec("S-5", "U-19")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_admin_ends_one_session_and_the_other_goes_on(cast, phone, headers):
    laptop, olga = cast.client("bo"), cast.client("olga")
    response = olga.post(ending_url(cast.bo, phone), headers=headers)
    page = response if headers else olga.get(response["Location"])
    assert "Bo Lindqvist was logged out there." in text_of(page) and "Sessions 1 Log out" in text_of(page)
    assert phone.get("/o/acme/").status_code == 302
    assert laptop.get("/o/acme/").status_code == 200
    entry = Entry.objects.get(action="member.session_ended")
    assert (entry.actor_id, entry.target_id, entry.organization_id) == (cast.olga.pk, cast.bo.pk, cast.acme.pk)
    assert entry.data == {"device": "Chrome on Android"}


@pytest.mark.spec("S-5", "A-5")
def test_the_session_goes_on_in_another_organization(cast):
    add_member(cast.globex, cast.bo.user, "billing")
    both = cast.client("bo")
    cast.client("olga").post(ending_url(cast.bo, both))
    assert both.get("/o/acme/").status_code == 302
    assert both.get("/o/globex/").status_code == 200


@pytest.mark.spec("S-5", "A-5")
def test_sessions_that_did_not_open_the_organization_are_not_there_to_end(cast):
    add_member(cast.globex, cast.bo.user, "billing")
    elsewhere, olga = cast.client("bo"), cast.client("olga")
    rows = Session.objects.filter(pk=key_of(elsewhere))
    rows.update(organization_ids=[str(cast.globex.pk)])
    for address in (ending_url(cast.bo, elsewhere), ending_url(cast.bo, cast.client("max"))):
        assert olga.post(address).status_code == 302
        assert "That session of Bo Lindqvist had already ended." in text_of(olga.get(page_url(cast.bo)))
    assert rows.exists() and rows.get().ended_organization_ids == []
    assert not Entry.objects.filter(action="member.session_ended").exists()


@pytest.mark.spec("S-5", "R-7")
def test_who_can_end_a_session(cast, phone):
    address = ending_url(cast.bo, phone)
    for name, status in (("max", 403), ("bo", 403), ("tess", 404)):
        assert cast.client(name).post(address).status_code == status
    assert cast.client("olga").get(address).status_code == 405
    assert cast.client("olga").post(f"{page_url(cast.bo)}sessions/{'x' * 500}/ending/").status_code == 302
    assert phone.get("/o/acme/").status_code == 200


@pytest.mark.spec("S-5")
def test_people_who_end_the_session_they_are_in_sign_in_again(cast):
    olga = cast.client("olga")
    for headers in (HTMX, {}):
        response = olga.post(ending_url(cast.olga, olga), headers=headers)
        if headers:
            assert response["HX-Redirect"] == USERS
            olga = cast.client("olga")
    assert response["Location"] == USERS
    assert olga.get(USERS).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
@pytest.mark.spec("S-5")
def test_ten_clicks_at_once_end_it_once(live_cast):
    key = key_of(live_cast.client("bo"))

    def end(number: int) -> bool:
        return end_member_session(actor=live_cast.olga, member=live_cast.bo, session_key=key)

    assert sorted(map(str, run_in_parallel(10, end))) == ["False"] * 9 + ["True"]
    assert Entry.objects.filter(action="member.session_ended").count() == 1


# --- reset ---------------------------------------------------------------------------------------
@pytest.mark.spec("U-9")
def test_the_reset_says_what_is_removed_and_who_is_told(cast, phone, two_factor):
    add_member(cast.acme, add_user("ada@acme.example", "Ada"), "admin")
    text = text_of(cast.client("olga").get(f"{page_url(cast.bo)}two-factor-reset/"))
    removed = "Removed Authenticator app 9 backup codes 1 remembered device Signed out of 1 session"
    assert removed in text
    assert "Who gets an email bo@acme.example, with who reset it and when All Admins (2)" in text


@pytest.mark.spec("U-9")
def test_the_member_and_every_admin_get_an_email(cast, two_factor):
    ada = add_member(cast.acme, add_user("ada@acme.example", "Ada"), "admin")
    gone = add_member(cast.acme, add_user("gone@acme.example", "Gone"), "admin")
    deactivate_member(actor=cast.olga, member=gone)
    reset_member_two_factor(actor=cast.olga, member=two_factor)
    kinds = OutgoingEmail.objects.filter(kind__contains="two_factor_reset").values_list("kind", "subject_id")
    entry = Entry.objects.get(action="two_factor.reset")
    assert set(kinds) == {
        ("accounts.two_factor_reset", entry.pk),
        ("organizations.two_factor_reset", cast.olga.pk),
        ("organizations.two_factor_reset", ada.pk),
    }
    row = OutgoingEmail.objects.get(kind="organizations.two_factor_reset", subject_id=ada.pk)
    message = render_two_factor_reset(row)
    assert message is not None and message.to == ["ada@acme.example"]
    assert message.subject == "Two-factor authentication was reset for Bo Lindqvist"
    assert "Olga Ivanova reset two-factor authentication for Bo Lindqvist in Acme" in " ".join(message.body.split())
    MembershipRole.objects.filter(membership=ada).update(role=role_named("builder"))
    assert render_two_factor_reset(row) is None, "not an Admin any more"
    Membership.objects.filter(pk=ada.pk).update(status=Status.DEACTIVATED)
    assert render_two_factor_reset(row) is None
