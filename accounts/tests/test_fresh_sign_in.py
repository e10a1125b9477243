"""Sensitive actions ask who it is 15 minutes after the last sign-in, and then do what was asked for (S-7)."""

from base64 import b32decode

import pytest
from django.utils import timezone
from django_otp.oath import totp

from accounts.models import AuthenticatorApp, BackupCode, Session
from accounts.services.sign_in import CONFIRMED_AT
from console.tests.security_forms import typed
from organizations.models import MembershipRole, Status
from teamadmin.testing.aging import age, asks, confirm, fields_of
from teamadmin.testing.cast import PASSWORD, add_member, add_user, role_named
from teamadmin.testing.parallel import run_in_parallel

pytestmark = pytest.mark.spec("S-7")


@pytest.fixture
def ann(cast):
    return add_member(cast.acme, add_user("ann@acme.example", "Ann", "Okafor"), "operator", two_factor=True)


ACTIONS = {
    "deactivation": lambda member: (f"/o/acme/users/{member.pk}/deactivation/", {"seen": "active"}),
    "deletion": lambda member: (f"/o/acme/users/{member.pk}/deletion/", {"seen": "active"}),
    "two-factor reset": lambda member: (f"/o/acme/users/{member.pk}/two-factor-reset/", {"seen": "active"}),
    "bulk deletion": lambda member: (f"/o/acme/users/bulk/deletion/?member={member.pk}", {"seen": "1"}),
    "security": lambda member: ("/o/acme/security/", {"allowed_email_domains": "acme.example"}),
    "bulk Admin": lambda member: (
        f"/o/acme/users/bulk/role/?member={member.pk}", {"seen": "1", "role": str(role_named("admin").pk)}
    ),
}  # fmt: skip


def test_everything_is_as_it_was_while_the_sign_in_is_fresh(cast, ann):
    client = cast.client("olga")
    age(client, 14)
    assert not asks(client.post(*ACTIONS["deactivation"](ann)))
    ann.refresh_from_db()
    assert ann.status == Status.DEACTIVATED


@pytest.mark.parametrize("name", ACTIONS)
def test_each_sensitive_action_asks_after_15_minutes(cast, ann, name):
    AuthenticatorApp.objects.create(user=ann.user)
    url, data = ACTIONS[name](ann)
    young, old = cast.client("olga"), cast.client("olga")
    age(young, 14), age(old, 16)
    assert asks(old.post(url, data))
    assert not asks(young.post(url, data))


def test_the_action_is_done_after_the_confirmation(cast, ann):
    client = cast.client("olga")
    age(client, 16)
    response = client.post(*ACTIONS["deactivation"](ann))
    ann.refresh_from_db()
    assert asks(response) and ann.status == Status.ACTIVE
    page = client.get(response["Location"])
    assert page.status_code == 200 and "Confirm it’s you" in page.content.decode()
    done = confirm(client, response)
    ann.refresh_from_db()
    assert ann.status == Status.DEACTIVATED
    assert done.status_code == 302 and done["Location"] == "/o/acme/users/"
    assert not asks(client.post(f"/o/acme/users/{ann.pk}/deletion/", {"seen": "deactivated"}))  # fresh again


def test_a_wrong_password_is_refused_and_what_was_typed_stays(cast):
    client = cast.client("olga")
    age(client, 16)
    response = client.post("/o/acme/security/", typed(client, allowed_email_domains="acme.example, acme.test"))
    refused = confirm(client, response, password="wrong-wrong-wrong")
    assert refused.status_code == 422
    assert "Wrong password. Check it and try again." in refused.content.decode()
    cast.acme.refresh_from_db()
    assert cast.acme.allowed_email_domains == []
    confirm(client, response)
    cast.acme.refresh_from_db()
    assert cast.acme.allowed_email_domains == ["acme.example", "acme.test"]


def test_repeated_wrong_passwords_have_to_wait(cast):
    client = cast.client("olga")
    age(client, 16)
    response = client.post("/o/acme/security/", {})
    statuses = [confirm(client, response, password="wrong").status_code for _ in range(11)]
    assert statuses[:5] == [422] * 5 and statuses[-1] == 429
    refused = confirm(client, response)
    assert refused.status_code == 429 and "Too many attempts." in refused.content.decode()
    assert int(refused["Retry-After"]) > 0


def test_an_invalid_form_is_shown_with_what_was_typed(cast):
    client = cast.client("olga")
    age(client, 16)
    shown = confirm(client, client.post("/o/acme/security/", {"allowed_email_domains": "not"}))
    assert shown.status_code == 422 and 'value="not"' in shown.content.decode()


def test_htmx_leaves_the_page_and_the_action_is_done(cast, ann):
    client = cast.client("olga")
    age(client, 16)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/o/acme/users/?q=ann"}
    response = client.post(*ACTIONS["deactivation"](ann), headers=headers)
    assert response["HX-Redirect"].startswith("/accounts/reauthenticate/?")
    assert 'href="/o/acme/users/?q=ann"' in client.get(response["HX-Redirect"]).content.decode()
    assert confirm(client, response).status_code == 302
    ann.refresh_from_db()
    assert ann.status == Status.DEACTIVATED


@pytest.mark.parametrize("factor", ["app", "backup_code"])
def test_any_factor_is_accepted_once(cast, ann, factor):
    user, client = cast.olga.user, cast.client("olga")
    app = AuthenticatorApp.objects.create(user=user)
    BackupCode.objects.create(user=user, code_hash=BackupCode.hash("abcd2345"))
    code = "abcd-2345" if factor == "backup_code" else f"{totp(b32decode(app.secret)):06}"
    for expected in (Status.DEACTIVATED, Status.ACTIVE):
        age(client, 16)
        ann.status = Status.ACTIVE
        ann.save()
        answer = confirm(client, client.post(*ACTIONS["deactivation"](ann)), code=code)
        ann.refresh_from_db()
        assert ann.status == expected and answer.status_code == (302 if expected == Status.DEACTIVATED else 422)


def test_only_offers_what_the_user_has(cast):
    client = cast.client("olga")
    text = client.get("/accounts/reauthenticate/").content.decode()
    assert 'name="password"' in text and 'name="code"' not in text
    AuthenticatorApp.objects.create(user=cast.olga.user)
    assert 'name="code"' in client.get("/accounts/reauthenticate/").content.decode()


def test_get_never_runs_the_request(cast, ann):
    client = cast.client("olga")
    age(client, 16)
    response = client.post(*ACTIONS["deactivation"](ann))
    age(client, 1)  # confirmed elsewhere, for example by a passkey
    page = client.get(response["Location"]).content.decode()
    ann.refresh_from_db()
    assert "Continue with what you were doing" in page and ann.status == Status.ACTIVE
    confirm(client, response, password="")
    ann.refresh_from_db()
    assert ann.status == Status.DEACTIVATED


def test_a_second_click_changes_nothing(cast, ann):
    client = cast.client("olga")
    age(client, 16)
    response = client.post(*ACTIONS["deactivation"](ann))
    confirm(client, response)
    ann.refresh_from_db()
    ann.status = Status.ACTIVE
    ann.save()
    assert confirm(client, response).status_code == 302
    ann.refresh_from_db()
    assert ann.status == Status.ACTIVE


def test_the_request_of_another_user_or_an_old_one_is_not_run(cast, ann):
    client = cast.client("olga")
    age(client, 16)
    response = client.post(*ACTIONS["deactivation"](ann))
    session = client.session
    for change in ({"user": str(cast.max.user.pk)}, {"user": str(cast.olga.user.pk), "at": 0}):
        (token,) = session["suspended_requests"]
        session["suspended_requests"] = {token: session["suspended_requests"][token] | change}
        session.save()
        answer = client.post("/accounts/reauthenticate/", fields_of(response) | {"password": PASSWORD})
        ann.refresh_from_db()
        assert answer.status_code == 302 and ann.status == Status.ACTIVE
        session = client.session
        session["suspended_requests"] = {token: {"user": "", "at": timezone.now().timestamp(), "path": "/"}}


def test_passwords_are_not_kept(cast):
    client = cast.client("olga")
    age(client, 16)
    client.post("/o/acme/security/", {"allowed_email_domains": "acme.example", "new_password": "secret"})
    (kept,) = client.session["suspended_requests"].values()
    assert kept["post"] == {"allowed_email_domains": ["acme.example"]}


def test_a_form_that_is_too_large_is_not_kept(cast):
    client = cast.client("olga")
    age(client, 16)
    headers = {"Referer": "http://testserver/o/acme/security/"}
    response = client.post("/o/acme/security/", {"allowed_email_domains": "x" * 200_001}, headers=headers)
    assert asks(response) and "suspended_requests" not in client.session
    assert confirm(client, response)["Location"] == "/o/acme/security/"


def test_permissions_are_checked_again(cast, ann):
    client = cast.client("olga")
    age(client, 16)
    response = client.post(*ACTIONS["deactivation"](ann))
    MembershipRole.objects.filter(membership=cast.olga).update(role=role_named("operator"))
    refused = confirm(client, response)
    assert refused.status_code == 403 and "Acme" in refused.content.decode()
    ann.refresh_from_db()
    assert ann.status == Status.ACTIVE


def test_an_invalid_form_posts_to_its_own_address(cast):
    client = cast.client("olga")
    age(client, 16)
    data = {"allowed_email_domains": "not"}
    shown = confirm(client, client.post("/o/acme/security/?from=here", data)).content.decode()
    assert 'action="/accounts/reauthenticate/"' not in shown


def test_needs_a_csrf_token(cast):
    client = cast.client("olga", enforce_csrf_checks=True)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("url", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_leads_nowhere_else(cast, url):
    client = cast.client("olga")
    age(client, 16)
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": url})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("url", ["http://testserver//evil.example/", "https://evil.example/", "nonsense"])
def test_cancel_leads_nowhere_else(cast, ann, url):
    client = cast.client("olga")
    age(client, 16)
    response = client.post(*ACTIONS["deactivation"](ann), headers={"Referer": url})
    page = client.get(response["Location"]).content.decode()
    assert 'href="/' in page and 'href="//' not in page and "https://evil" not in page


def test_people_without_the_permission_are_refused_and_not_asked(cast, ann):
    client = cast.client("max")
    age(client, 16)
    assert client.post(*ACTIONS["deletion"](ann)).status_code == 403


def test_the_session_gets_a_new_key_and_keeps_its_times(cast):
    client = cast.client("olga")
    age(client, 16)
    old, key = Session.objects.get(), client.session.session_key
    confirm(client, client.post("/o/acme/security/", {}))
    new = Session.objects.get()
    assert client.session.session_key != key and new.session_key != old.session_key
    assert (new.signed_in_at, new.organization_ids) == (old.signed_in_at, old.organization_ids)


def test_a_session_that_was_ended_meanwhile_stays_ended(cast, ann):
    client = cast.client("olga")
    age(client, 16)
    response = client.post(*ACTIONS["deactivation"](ann))
    Session.objects.all().delete()
    assert confirm(client, response)["Location"].startswith("/accounts/login/")


def test_simultaneous_confirmations_run_the_request_once(live_cast):
    client = live_cast.client("olga")
    age(client, 16)
    role = role_named("admin")
    url = f"/o/acme/users/bulk/role/?member={live_cast.bo.pk}"
    response = client.post(url, {"seen": "1", "role": str(role.pk)})
    fields, cookies = fields_of(response), dict(client.cookies)
    session = client.session
    session[CONFIRMED_AT] = timezone.now().timestamp()
    session.save()

    def run(_number: int):
        other = live_cast.client()
        other.cookies.update(cookies)
        return other.post("/accounts/reauthenticate/", fields).status_code

    assert run_in_parallel(2, run) == [302, 302]
    assert MembershipRole.objects.filter(membership=live_cast.bo, role=role).count() == 1
