"""Users end their own sessions, and forget their remembered devices (S-4)."""

from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import tasks
from accounts.models import KnownBrowser, Session, User
from accounts.services.sessions import delete_expired_sessions
from accounts.sessions import hash_key
from audit.models import Entry
from base.hashing import hash_token
from teamadmin.testing.cast import PASSWORD, add_member

pytestmark = [pytest.mark.spec("S-4"), pytest.mark.django_db]
PAGE = "/o/acme/preferences/security/"
NEW = "a-much-better-horse-7"


def key_of(client: Client) -> str:
    """Return the stored key of the client's session."""
    return hash_key(client.session.session_key)


def is_open(client: Client) -> bool:
    return client.get("/o/acme/").status_code == 200


def remember(user, name: str, days: int = 30, agent: str = "Firefox Macintosh") -> KnownBrowser:
    until = timezone.now() + timedelta(days=days)
    return KnownBrowser.objects.create(user=user, token_hash=hash_token(name), user_agent=agent, remembered_until=until)


def test_logging_out_one_session_takes_effect_at_once(cast):
    mine, other, third = (cast.client("bo") for _ in range(3))
    response = mine.post(f"/accounts/sessions/{key_of(other)}/ending/", {"next": PAGE}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)] and "was logged out." in response.content.decode()
    assert [is_open(client) for client in (mine, other, third)] == [True, False, True]
    assert Entry.objects.filter(action="session.ended", target_id=cast.bo.user_id).count() == 1


def test_logging_out_all_others_asks_first(cast):
    clients = [cast.client("bo") for _ in range(3)]
    olga = cast.client("olga")
    asked = clients[0].get(f"/accounts/sessions/ending/?next={PAGE}").content.decode()
    assert "Log out all other sessions?" in asked and f'href="{PAGE}"' in asked
    assert all(map(is_open, clients))
    response = clients[0].post("/accounts/sessions/ending/", {"next": PAGE}, follow=True)
    assert "All other sessions were logged out." in response.content.decode()
    assert [is_open(client) for client in (*clients, olga)] == [True, False, False, True]
    assert Entry.objects.get(action="sessions.ended_by_user", organization_id=None).data == {"count": 2}
    clients[0].post("/accounts/sessions/ending/")
    assert Entry.objects.filter(action="sessions.ended_by_user", organization_id=None).count() == 1


def test_the_confirmation_is_a_dialog_for_htmx(cast):
    client, headers = cast.client("bo"), {"HX-Request": "true"}
    dialog = client.get(f"/accounts/sessions/ending/?next={PAGE}", headers=headers).content.decode()
    assert "<dialog" in dialog and "<html" not in dialog
    assert client.post("/accounts/sessions/ending/", {"next": PAGE}, headers=headers)["HX-Redirect"] == PAGE


def test_others_sessions_are_not_found(cast):
    olga, bo = cast.client("olga"), cast.client("bo")
    for key in (key_of(olga), olga.session.session_key, "0" * 64, "nonsense"):
        assert bo.post(f"/accounts/sessions/{key}/ending/").status_code == 404
    assert bo.post("/accounts/sessions/%00/ending/").status_code == 404
    assert is_open(olga) and is_open(bo)


def test_ending_the_current_session_signs_out(cast):
    client = cast.client("bo")
    assert client.post(f"/accounts/sessions/{key_of(client)}/ending/")["Location"] == "/accounts/login/"
    assert not is_open(client)


@pytest.mark.parametrize("url", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_next_stays_on_this_site(cast, url):
    client = cast.client("bo")
    assert client.post("/accounts/sessions/ending/", {"next": url})["Location"] == "/"
    assert 'href="/"' in client.get("/accounts/browsers/forgetting/", {"next": url}).content.decode()


@pytest.mark.spec("S-2")
def test_forgetting_one_device_or_all(cast):
    first, second, expired = (remember(cast.bo.user, name, days) for name, days in (("a", 9), ("b", 3), ("c", -1)))
    foreign, client = remember(cast.olga.user, "d"), cast.client("bo")
    url = "/accounts/browsers/{}/forgetting/"
    assert client.post(url.format(first.pk), {"next": PAGE})["Location"] == PAGE
    for browser in (first, expired, foreign):  # no longer remembered, or someone else's
        assert client.post(url.format(browser.pk)).status_code == 404
    assert "Forget all devices?" in client.get("/accounts/browsers/forgetting/").content.decode()
    remembered = KnownBrowser.objects.filter(remembered_until__gt=timezone.now())
    assert set(remembered) == {second, foreign}
    client.post("/accounts/browsers/forgetting/")
    assert set(remembered.all()) == {foreign}
    assert Entry.objects.filter(action="browsers.forgotten", organization_id=None).count() == 2


def change_password(client: Client):
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    response = client.post("/accounts/password/change/", data)
    assert response.status_code == 302


def test_a_new_password_ends_other_sessions_and_forgets_devices(cast):
    mine, other = cast.client("bo"), cast.client("bo")
    remember(cast.bo.user, "a")
    change_password(mine)
    assert is_open(mine) and not is_open(other)
    assert Session.objects.filter(user=cast.bo.user).count() == 1
    assert not KnownBrowser.objects.filter(remembered_until__isnull=False).exists()


def test_a_password_reset_ends_all_sessions_and_forgets_devices(cast, client):
    other, user = cast.client("bo"), User.objects.get(pk=cast.bo.user_id)
    remember(user, "a")
    url = f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}/"
    form = client.get(url, follow=True)
    response = client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert response.status_code == 302 and not is_open(other)
    assert not Session.objects.filter(user=user).exists()
    assert not KnownBrowser.objects.filter(remembered_until__isnull=False).exists()


def test_a_new_password_does_not_reopen_an_organization_that_ended_the_session(cast):
    add_member(cast.globex, cast.bo.user, "billing")
    client = cast.client("bo")
    ended = [str(cast.acme.pk)]
    Session.objects.filter(pk=key_of(client)).update(ended_organization_ids=ended)
    before, key = Session.objects.get(user=cast.bo.user), client.session.session_key
    change_password(client)
    after = Session.objects.get(user=cast.bo.user)
    assert client.session.session_key != key
    assert (after.ended_organization_ids, after.signed_in_at) == (ended, before.signed_in_at)
    assert not is_open(client) and client.get("/o/globex/").status_code == 200


def test_the_database_contains_no_key_that_opens_a_session(cast):
    client = cast.client("bo")
    key = client.session.session_key
    row = Session.objects.get()
    assert key not in str(vars(row)) and key not in str(row.get_decoded())
    for stored in (row.session_key, row.session_data):
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = stored
        assert not is_open(thief)


def test_no_cookie_works_after_sign_out(cast):
    for end in (
        lambda client: client.post("/accounts/logout/"),
        lambda client: client.post("/accounts/sign-in-again/"),
        change_password,
    ):
        cast.bo.user.set_password(PASSWORD)
        cast.bo.user.save()
        client, replay = cast.client("bo"), Client()
        replay.cookies[settings.SESSION_COOKIE_NAME] = client.session.session_key
        assert is_open(replay)
        end(client)
        assert not is_open(replay)


def test_last_seen_is_saved_every_five_minutes_at_most(cast):
    client, now = cast.client("bo"), timezone.now()
    rows = Session.objects.filter(user=cast.bo.user)
    for age, is_saved in ((timedelta(minutes=4), False), (timedelta(minutes=6), True)):
        rows.update(last_seen_at=now - age, ip="192.0.2.1")
        client.get("/o/acme/", REMOTE_ADDR="198.51.100.7")
        row = rows.get()
        assert (row.last_seen_at > now - timedelta(minutes=1)) is is_saved
        assert row.ip == ("198.51.100.7" if is_saved else "192.0.2.1")


def test_expired_sessions_are_deleted(cast):
    first, second, third = (cast.client("bo") for _ in range(3))
    for client, minutes in ((first, 9), (second, 3)):
        expired = timezone.now() - timedelta(minutes=minutes)
        Session.objects.filter(pk=key_of(client)).update(expire_date=expired)
    assert delete_expired_sessions(limit=1) == 1 and Session.objects.count() == 2
    tasks.delete_expired_sessions()
    assert [session.pk for session in Session.objects.all()] == [key_of(third)]


def test_events_name_the_device(cast):
    mine, other = cast.client("bo"), cast.client("bo")
    Session.objects.filter(pk=key_of(other)).update(user_agent="Firefox/140 Macintosh")
    mine.post(f"/accounts/sessions/{key_of(other)}/ending/")
    assert Entry.objects.get(action="session.ended", organization_id=None).data == {"device": "Firefox on macOS"}
