"""Every page of allauth that can be reached wears our clothes, and signing in works."""

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

OURS = 'src="/static/app.js"'
OPEN = ["login", "signup", "reset_password", "reset_password_done", "reset_password_from_key_done"]
OPEN += ["inactive", "email_verification_sent"]
SIGNED_IN = ["logout", "change_password", "reauthenticate"]


def assert_ours(response) -> str:
    text = response.content.decode()
    assert response.status_code == 200 and OURS in text and "<h1>" in text
    return text


@pytest.mark.parametrize("name", OPEN)
def test_open_pages(client, db, name: str):
    assert_ours(client.get(reverse(f"account_{name}")))


@pytest.mark.parametrize("name", SIGNED_IN)
def test_pages_of_the_signed_in(cast, name: str):
    assert_ours(cast.client("olga").get(reverse(f"account_{name}")))


def test_user_without_a_password_sets_one(cast):
    cast.olga.user.set_unusable_password()
    cast.olga.user.save()
    assert_ours(cast.client("olga").get(reverse("account_set_password")))


def test_dead_links(client, db):
    assert "no longer works" in assert_ours(client.get("/accounts/password/reset/key/1-abc/"))
    assert "no longer works" in assert_ours(client.get("/accounts/confirm-email/abc/"))


def test_one_address_per_identity(cast):
    assert cast.client("olga").get("/accounts/email/").status_code == 404


def test_no_sign_up(client, db):
    assert "You need an invitation" in assert_ours(client.get("/accounts/signup/"))


def test_wrong_password_says_so_and_keeps_the_address(client, cast):
    response = client.post("/accounts/login/", {"login": "olga@acme.example", "password": "wrong-wrong-wrong"})
    text = assert_ours(response)
    assert 'role="alert"' in text and 'value="olga@acme.example"' in text


def test_signing_in_says_nothing_more(client, cast):
    data = {"login": "Olga@Acme.example", "password": "correct-horse-battery"}
    response = client.post("/accounts/login/", data)
    assert response.status_code == 302
    assert "messages" not in response.cookies


def test_reset_by_link_shows_the_rules(client, cast):
    user = cast.olga.user
    url = f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}/"
    text = assert_ours(client.get(url, follow=True))
    assert "Choose a new password" in text and "At least 15 characters" in text
