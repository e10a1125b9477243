"""No secret gets into the logs, whatever it stands in."""

import json
import logging
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import signing
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.emails import password_reset_url
from accounts.links import email_confirmation_url, not_me_url
from invitations.links import accept_url
from teamadmin.apps import secrets_of
from teamadmin.logs import JsonFormatter
from teamadmin.masking import add_secrets, clip, mask, mask_text

SECRET = "x7QmLw71c0RvZq8m4hTne2WdYs6p"
SESSION = "ig7xwpk2v7ikhprkz7i9518j7u8g0nv4"


def line_of(message: object, *args: object, event: object = None) -> str:
    record = logging.LogRecord("x", logging.ERROR, "file", 1, message, args, None)
    record.event = event
    return JsonFormatter().format(record)


@pytest.mark.django_db
def test_every_link_that_opens_something_is_masked(cast):
    user = cast.bo.user
    urls = [accept_url(cast.invite()[0]), password_reset_url(user), not_me_url(uuid4(), user)]
    user.pending_email = "new@acme.example"
    urls += [email_confirmation_url(user), f"{settings.BASE_URL}/setup/{signing.dumps('x')}/"]
    for url in urls:
        token = max(url.split("/"), key=len)
        for text in (url, url.upper(), url.replace("/", "%2F"), url.replace("/", "//"), f"token was {token}", token):
            assert token[-27:].lower() not in mask_text(text).lower(), text


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization={SECRET}",
        f"{{'HTTP_AUTHORIZATION': 'Basic {SECRET}', 'x': 1}}",
        f'{{"Cookie": "a=b; teamadmin-session={SECRET}"}}',
        f"Set-Cookie: __Host-teamadmin-csrf={SECRET}; Path=/",
        f"AUTH PLAIN {SECRET}=",
        f"Bearer {SECRET}",
        f"the key tap_{SECRET} and",
        f"the key tao_{SECRET}",
        f"tas_{SECRET}",
        f"whsec_{SECRET}",
        f"csrfmiddlewaretoken={SECRET}&x=1",
        f"{{'csrfmiddlewaretoken': '{SECRET}'}}",
        f"X-CSRFToken: {SECRET}",
        f"EMAIL_HOST_PASSWORD='{SECRET}'",
        f"password={SECRET}",
        f"postgresql://teamadmin:{SECRET}@db:5432/teamadmin",
        f"postgres://teamadmin:/#?@{SECRET}@db/x",
        f"redis://:{SECRET}@redis:6379/0",
        f"rediss://u:{SECRET}@redis",
        f"smtp://u@mail.example:{SECRET}@mail.example:587?tls=1",
        f"https://user:{SECRET}@proxy.example/",
        f"with url: /callback/?code={SECRET}&state={SECRET}",
        f"SAMLResponse={SECRET}",
        f"session {SESSION} of",
        f"sessionid={SESSION}",
        "otp_token=123456",
        "{'otp_token': '123456'}",
        "code: 123456",
    ],
)
def test_secrets_are_masked_by_form_or_by_name(text):
    assert not any(secret in mask_text(text) for secret in (SECRET, SESSION, "123456"))
    assert not any(secret in line_of("%s", {"a": [(text,)]}) for secret in (SECRET, SESSION, "123456"))


def test_secrets_are_masked_where_they_are_nested():
    event = {
        "list": [{"password": SECRET}, (f"tap_{SECRET}",)],
        f"key tao_{SECRET}": 1,
        "headers": {"Authorization": SECRET, "X-CSRFToken": [SECRET]},
        "otp_token": 123456,
    }
    line = line_of("x", event=event)
    assert SECRET not in line and "123456" not in line


def test_secrets_in_an_exception_and_its_causes_are_masked(caplog):
    caplog.handler.setFormatter(JsonFormatter())
    try:
        try:
            raise ValueError(f"redis://:{SECRET}@h/0")
        except ValueError as error:
            raise RuntimeError(f"password={SECRET}") from error
    except RuntimeError:
        logging.getLogger("x").exception("Failed", stack_info=True)
    entry = json.loads(caplog.text)
    assert SECRET not in caplog.text and "redis://...@h/0" in entry["exception"] and entry["stack"]


def test_the_keys_and_passwords_of_the_process_are_masked_wherever_they_are():
    assert settings.SECRET_KEY in list(secrets_of(settings))
    assert settings.SECRET_KEY not in line_of(f"the key is {settings.SECRET_KEY}")
    add_secrets(["correct/horse#battery?"])
    assert "horse" not in line_of("server said: correct/horse#battery? is wrong")


@pytest.mark.parametrize(
    "text",
    [
        "GET /invitations/accept/ 200",
        "GET /invitations/single-sign-on/acme/ 200",
        "GET /accounts/email-change/sent/ 200",
        "the key tap_9fK2 was used",
        "The check for breached passwords failed: TimeoutError",
        'password authentication failed for user "teamadmin"',
        "status code: 550",
        "Task outbox.tasks.sweep[0e4f6f3e-8b0c-4f0e-9a52-0e4f6f3e8b0c] succeeded in 0.01s: None",
        "see https://people.example.com/o/acme/users/?q=olga@acme.example",
        "request 807b39a1d99a392f of 01a222a0172377 02b5f148d2e4dafe57",
        "Basic authentication isn't supported",
    ],
)
def test_ordinary_texts_stay_as_they_are(text):
    assert mask_text(text) == text


pieces = st.sampled_from(
    [
        "/",
        "invitations/",
        "%2F",
        '"',
        "\\",
        "\n",
        "\0",
        "\ud800",
        "\u2028",
        "tap_",
        "token=",
        "://",
        "@",
        "Bearer ",
        "'",
    ]
)
texts = st.lists(pieces | st.text(max_size=8), max_size=30).map("".join)
values = st.recursive(
    texts | st.integers() | st.floats() | st.binary(max_size=5) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


@hypothesis_settings(max_examples=300, deadline=None)
@given(message=texts, event=values, before=texts)
def test_any_text_gives_one_line_without_the_secret(message, event, before):
    link = f"{before} /invitations/{SECRET}/ tap_{SECRET}"
    line = line_of(message + " %s", link, event=[event, link])
    entry = json.loads(line, parse_constant=lambda name: pytest.fail(name))
    assert line.isascii() and line.isprintable() and SECRET not in line
    assert entry["level"] == "ERROR" and entry["logger"] == "x"


@hypothesis_settings(max_examples=100, deadline=None)
@given(texts)
def test_masking_ends(text):
    """The mask of a text can have the form of a secret once more ("Bearer token=..."), but masking doesn't go on."""
    twice = mask_text(mask_text(text))
    assert mask_text(twice) == twice and mask(twice) == clip(twice, 16_000)


def test_masking_takes_time_in_proportion_to_the_length():
    import time

    def cpu(text: str) -> float:
        began = time.process_time()
        clip(text, 16_000)
        return time.process_time() - began

    for part in ("/", "%2F", "a", "redis://", "password", "eyJ", ":abcdef", "tap_", "bearer ", "cookie: ", "x@"):
        assert cpu(part * 200_000) < 2, part
