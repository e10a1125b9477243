"""Every page of allauth that users can open has our design, and sign-in works."""

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

OUR_SCRIPT = 'src="/static/app.js"'
SIGNED_OUT = ["login", "signup", "reset_password", "reset_password_done", "reset_password_from_key_done"]
SIGNED_OUT += ["inactive", "email_verification_sent"]
SIGNED_IN = ["logout", "change_password", "reauthenticate"]


def assert_our_page(response) -> str:
    text = response.content.decode()
    assert response.status_code == 200 and OUR_SCRIPT in text and "<h1>" in text
    return text


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_signed_out_pages(client, db, name: str):
    assert_our_page(client.get(reverse(f"account_{name}")))


@pytest.mark.parametrize("name", SIGNED_IN)
def test_signed_in_pages(cast, name: str):
    assert_our_page(cast.client("olga").get(reverse(f"account_{name}")))


def test_user_without_a_password_can_set_one(cast):
    cast.olga.user.set_unusable_password()
    cast.olga.user.save()
    assert_our_page(cast.client("olga").get(reverse("account_set_password")))


def test_invalid_links(client, db):
    assert "no longer works" in assert_our_page(client.get("/accounts/password/reset/key/1-abc/"))
    assert "no longer works" in assert_our_page(client.get("/accounts/confirm-email/abc/"))


def test_users_cannot_add_email_addresses(cast):
    assert cast.client("olga").get("/accounts/email/").status_code == 404


def test_sign_up_requires_an_invitation(client, db):
    assert "You need an invitation" in assert_our_page(client.get("/accounts/signup/"))


def test_wrong_password_shows_an_error_and_keeps_the_email(client, cast):
    response = client.post("/accounts/login/", {"login": "olga@acme.example", "password": "wrong-wrong-wrong"})
    text = assert_our_page(response)
    assert 'role="alert"' in text and 'value="olga@acme.example"' in text


def test_sign_in_shows_no_message(client, cast, settings):
    data = {"login": "Olga@Acme.example", "password": "correct-horse-battery"}
    response = client.post("/accounts/login/", data)
    assert response.status_code == 302
    assert settings.MESSAGES_COOKIE_NAME not in response.cookies


def test_password_reset_link_shows_the_password_rules(client, cast):
    user = cast.olga.user
    url = f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}/"
    text = assert_our_page(client.get(url, follow=True))
    assert "Choose a new password" in text and "At least 15 characters" in text
