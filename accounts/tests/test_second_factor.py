"""Signing in with a second factor (S-2), and the limits on wrong codes (S-10)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AttemptCount, AuthenticatorApp, KnownBrowser, User
from accounts.services import end_sessions, reset_two_factor
from audit.models import Entry
from organizations.models import Membership
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import on_postgresql, run_in_parallel
from teamadmin.testing.two_factor import add_authenticator, code_of, enter_password, is_signed_in

pytestmark = pytest.mark.django_db
URL = "/accounts/two-factor/verify/"
WRONG = "zzzz-zzzz"


@pytest.fixture
def bo(cast) -> User:
    add_authenticator(cast.bo.user, codes=("abcd2345", "mnpq6789"))
    return cast.bo.user


@pytest.fixture
def app(bo) -> AuthenticatorApp:
    return AuthenticatorApp.objects.get(user=bo)


def wait_over(user: User) -> None:
    """Let the waits after wrong codes pass."""
    AttemptCount.objects.update(blocked_until=timezone.now() - timedelta(seconds=1))
    AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(hours=1))


@pytest.mark.spec("S-2")
def test_the_code_completes_the_sign_in(bo, app):
    client = Client()
    response = client.post("/accounts/login/?next=/o/acme/projects/", {"login": bo.email, "password": "wrong" * 4})
    assert response.status_code == 200
    client = enter_password(bo, next="/o/acme/projects/")
    assert not is_signed_in(client) and client.get("/accounts/login/")["Location"] == URL
    page = text_of(client.get(URL))
    assert "Signing in as bo@acme.example" in page and "Ask an Admin of Acme to reset your 2FA." in page
    code = code_of(app)
    response = client.post(URL, {"code": f"{code[:3]} {code[3:]}"})
    assert response["Location"] == "/o/acme/projects/" and is_signed_in(client)
    assert client.session["second_factor"] == "app"
    assert not is_signed_in_with(enter_password(bo), code), "the code works once"


def is_signed_in_with(client: Client, code: str, name: str = "code", **data: str) -> bool:
    client.post(URL, {name: code, **data})
    return is_signed_in(client)


@pytest.mark.spec("S-2", "S-8")
def test_a_backup_code_works_once_however_it_is_typed(bo):
    client = enter_password(bo)
    assert is_signed_in_with(client, " ABCD 2345", "backup")
    assert "You have 1 backup code left." in text_of(client.get("/organizations/"))
    assert client.session["second_factor"] == "backup_code"
    assert Entry.objects.filter(action="backup_code.used", organization_id=None).get().data == {"left": 1}
    response = (again := enter_password(bo)).post(URL, {"backup": "abcd-2345"})
    assert response.status_code == 422 and "was used before" in text_of(response) and not is_signed_in(again)
    assert 'value="abcd-2345"' in response.content.decode() and '<details class="accordion" open>' in (
        response.content.decode()
    )
    assert is_signed_in_with(again, "mnpq-6789", "code"), "either field takes both kinds of codes"


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("S-2")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
@pytest.mark.parametrize("kind", ["app", "backup"])
def test_twenty_sign_ins_with_one_code_open_one_session(live_cast, kind):
    user = live_cast.bo.user
    app = add_authenticator(user, codes=("abcd2345",))
    clients = [enter_password(user) for _ in range(20)]
    code = code_of(app, 30) if kind == "app" else "abcd2345"
    results = run_in_parallel(20, lambda number: is_signed_in_with(clients[number], code))
    assert results.count(True) == 1 and results.count(False) == 19


@pytest.mark.spec("S-10")
def test_a_wrong_code_is_refused_kept_and_recorded(bo):
    client = enter_password(bo)
    response = client.post(URL, {"code": "000000", "remember": "on"})
    html = response.content.decode()
    assert response.status_code == 422 and not is_signed_in(client)
    assert 'value="000000"' in html and 'aria-describedby="code-error"' in html and " checked>" in html
    entry = Entry.objects.get(action="sign_in.failed", organization_id=None)
    assert entry.data["reason"] == "second_factor" and "000000" not in str(entry.data)
    assert client.post(URL, {"code": " "}).status_code == 422 and client.post(URL, {}).status_code == 422
    assert Entry.objects.filter(action="sign_in.failed", organization_id=None).count() == 1


@pytest.mark.spec("S-10")
def test_wrong_backup_codes_make_the_next_one_wait(bo, app):
    client = enter_password(bo)
    statuses = [client.post(URL, {"backup": WRONG}).status_code for _ in range(5)]
    assert statuses == [422] * 4 + [429]
    response = client.post(URL, {"backup": "abcd-2345"})
    assert response.status_code == 429 and 0 < int(response["Retry-After"]) <= 30
    assert (
        "Too many wrong codes. Try again in" in text_of(response) and 'value="abcd-2345"' in response.content.decode()
    )
    assert not is_signed_in_with(client, code_of(app)), "the other kind of code waits too"
    wait_over(bo)
    assert client.post(URL, {"backup": WRONG}).status_code == 429
    assert int(client.post(URL, {"backup": WRONG})["Retry-After"]) > 30, "the wait doubles"
    wait_over(bo)
    assert is_signed_in_with(client, "abcd-2345", "backup")
    assert enter_password(bo).post(URL, {"backup": WRONG}).status_code == 422, "and starts again after a right code"


@pytest.mark.spec("S-10")
def test_a_strangers_wrong_codes_do_not_lock_out_the_owners_browser(bo, app):
    owner = enter_password(bo)
    assert is_signed_in_with(owner, code_of(app, -30))
    owner.post("/accounts/logout/")
    stranger = enter_password(bo)
    for _ in range(20):
        stranger.post(URL, {"code": "000000"})
        stranger.post(URL, {"backup": WRONG})
    # The app itself makes everyone wait, but never for longer than this.
    AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=31))
    assert stranger.post(URL, {"code": code_of(app)}).status_code == 429
    assert is_signed_in_with(enter_password(bo, owner), code_of(app))


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("S-10")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_guesses_at_once_are_limited_like_guesses_in_a_row(live_cast):
    user = live_cast.bo.user
    add_authenticator(user, codes=("abcd2345",))
    clients = [enter_password(user) for _ in range(20)]
    results = run_in_parallel(20, lambda number: clients[number].post(URL, {"backup": WRONG}).status_code)
    assert sorted(results) == [422] * 4 + [429] * 16
    assert Entry.objects.filter(action="sign_in.failed", organization_id=None).count() == 3  # 1st, 2nd, 4th


@pytest.mark.spec("S-2")
def test_a_remembered_device_is_not_asked_for_thirty_days(bo, app):
    client = enter_password(bo)
    assert is_signed_in_with(client, code_of(app), remember="on")
    assert Entry.objects.filter(action="browser.remembered", organization_id=None).exists()
    client.post("/accounts/logout/")
    enter_password(bo, client)
    assert is_signed_in(client) and client.session["second_factor"] == "remembered"
    assert not is_signed_in(enter_password(bo)), "other devices are asked"
    client.post("/accounts/logout/")
    KnownBrowser.objects.update(remembered_until=timezone.now() - timedelta(seconds=1))
    assert not is_signed_in(enter_password(bo, client))


@pytest.mark.spec("S-2")
def test_devices_are_remembered_for_one_user_only_and_not_by_backup_codes(cast, bo, app):
    client = enter_password(bo)
    assert is_signed_in_with(client, code_of(app), remember="on")
    client.post("/accounts/logout/")
    add_authenticator(cast.opal.user, codes=("abcd2345",))
    assert not is_signed_in(enter_password(cast.opal.user, client))
    assert is_signed_in_with(client, "abcd-2345", "backup", remember="on")
    assert not KnownBrowser.objects.filter(user=cast.opal.user).exclude(remembered_until=None).exists()


@pytest.mark.spec("S-2")
def test_a_remembered_device_is_asked_before_second_factors_change(bo, app):
    client = enter_password(bo)
    assert is_signed_in_with(client, code_of(app, -30), remember="on")
    client.post("/accounts/logout/")
    enter_password(bo, client)
    for path in ("", "removal/", "backup-codes/"):
        page = client.get(f"/accounts/two-factor/{path}")["Location"]
        assert page.startswith(URL) and client.get(page).status_code == 200
    client.post("/accounts/two-factor/removal/")
    assert AuthenticatorApp.objects.filter(pk=app.pk).exists()
    response = client.post(URL, {"code": code_of(app), "next": "/accounts/two-factor/removal/"})
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.spec("S-2", "S-5")
def test_ending_all_sessions_ends_sign_ins_in_progress(bo, app):
    client = enter_password(bo)
    end_sessions(user=bo)
    response = client.post(URL, {"code": code_of(app)})
    assert response["Location"] == "/accounts/login/" and not is_signed_in(client)
    assert "Sign in again." in text_of(client.get("/accounts/login/"))


@pytest.mark.spec("U-9", "U-10")
@pytest.mark.parametrize("change", ["reset", "deactivation", "deletion", "password"])
def test_changes_of_the_account_end_sign_ins_in_progress(cast, bo, app, change):
    client = enter_password(bo)
    if change == "reset":
        reset_two_factor(actor=cast.olga, user=bo, organization=cast.acme, target=cast.bo)
    elif change == "deactivation":
        Membership.objects.filter(pk=cast.bo.pk).update(status="deactivated")
    elif change == "deletion":
        bo.delete()
    else:
        bo.set_password("another-horse-battery")
        bo.save()
    assert client.get(URL).status_code == 302
    assert not is_signed_in_with(client, code_of(app))


@pytest.mark.spec("S-2")
def test_a_sign_in_in_progress_ends_after_a_while(bo, app, monkeypatch):
    client = enter_password(bo)
    monkeypatch.setattr("allauth.account.app_settings.LOGIN_TIMEOUT", -1)
    assert not is_signed_in_with(client, code_of(app))


@pytest.mark.spec("S-2")
def test_a_different_account(bo, app):
    client = enter_password(bo)
    assert client.get(URL + "cancellation/").status_code == 405
    assert client.post(URL + "cancellation/")["Location"] == "/accounts/login/"
    assert client.get(URL)["Location"] == "/accounts/login/" and client.get("/accounts/login/").status_code == 200
    assert not is_signed_in_with(client, code_of(app))


@pytest.mark.spec("S-2")
def test_an_unfinished_sign_in_gives_nothing_to_the_next_user_of_the_browser(cast, bo, app):
    """Its second factor must not count for them."""
    client = enter_password(bo)
    session = client.session
    session["second_factor"] = "remembered"
    session.save()
    client.post(URL + "cancellation/")
    enter_password(cast.opal.user, client)
    assert is_signed_in(client) and not client.session.get("second_factor")


@pytest.mark.spec("S-3")
def test_a_session_from_before_confirms_and_goes_on(cast):
    client, app = cast.client("bo"), add_authenticator(cast.bo.user)
    cast.acme.require_two_factor = "everyone"
    cast.acme.save()
    response = client.get("/o/acme/projects/")
    assert response["Location"] == URL + "?next=%2Fo%2Facme%2Fprojects%2F"
    assert "Confirm that it’s you, bo@acme.example" in text_of(client.get(response["Location"]))
    response = client.post(URL, {"code": code_of(app), "next": "/o/acme/projects/", "remember": "on"})
    assert response["Location"] == "/o/acme/projects/" and client.get("/o/acme/projects/").status_code == 200
    assert KnownBrowser.objects.filter(user=cast.bo.user).exclude(remembered_until=None).count() == 1
    assert client.get(URL, {"next": "/o/acme/"})["Location"] == "/o/acme/"


@pytest.mark.spec("S-3")
def test_users_without_a_factor_set_one_up(cast):
    assert cast.client("bo").get(URL, {"next": "/o/acme/"})["Location"] == "/accounts/two-factor/?next=%2Fo%2Facme%2F"
    assert Client().get(URL)["Location"] == "/accounts/login/"
