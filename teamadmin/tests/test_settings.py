"""Production settings come from the environment, and nothing starts without what it needs."""

import os
import subprocess
import sys

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from teamadmin import env

PRODUCTION = {
    "SECRET_KEY": "p" * 50,
    "ALLOWED_HOSTS": "people.acme.example",
    "BASE_URL": "https://people.acme.example",
    "DATABASE_URL": "postgresql://u:p@127.0.0.1:1/teamadmin",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://user:p%40ss@mail.acme.example:587?tls=1",
    "DEFAULT_FROM_EMAIL": "People <people@acme.example>",
}


def start(code: str = "", **changes: str) -> subprocess.CompletedProcess:
    """Loads the settings in a process of its own, in production's environment with changes ("" removes)."""
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, **changes}
    return subprocess.run(
        [sys.executable, "-c", f"from teamadmin import settings as s; {code}"],
        env={name: value for name, value in environment.items() if value},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def shown(expression: str, **changes: str) -> str:
    result = start(f"print({expression})", **changes)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_says_which_variable_is_missing(name):
    result = start(**{name: ""})
    assert result.returncode != 0
    said = result.stderr.partition("without: ")[2].partition(". Set")[0]
    assert said == ("EMAIL_URL or ANYMAIL_PROVIDER" if name == "EMAIL_URL" else name)


def test_says_all_that_is_missing_at_once():
    result = start(SECRET_KEY="", ALLOWED_HOSTS="", BASE_URL="")
    assert "without: SECRET_KEY, ALLOWED_HOSTS, BASE_URL. " in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("BASE_URL", "people.acme.example"),
        ("BASE_URL", "https://people.acme.example/path"),
        ("EMAIL_URL", "mail.acme.example:587/secret"),
        ("EMAIL_URL", "smtp://user:secret@mail.acme.example:port"),
        ("TRUSTED_PROXIES", "one"),
    ],
)
def test_refuses_a_value_that_cannot_be_right(name, value):
    result = start(**{name: value})
    assert result.returncode != 0
    last = result.stderr.strip().splitlines()[-1]
    assert name in last and "secret" not in last


def test_production_is_safe_by_default():
    names = "s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0"
    assert shown(names) == "False True True True True"
    assert shown("s.EMAIL_BACKEND") == "django.core.mail.backends.smtp.EmailBackend"
    assert shown("s.PASSWORD_HASHERS[0]") == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_mail_goes_by_a_provider_where_one_is_named():
    provider = {"EMAIL_URL": "", "ANYMAIL_PROVIDER": "Postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "t"}
    assert shown("s.EMAIL_BACKEND", **provider) == "anymail.backends.postmark.EmailBackend"
    assert shown("s.ANYMAIL", **provider) == "{'REQUESTS_TIMEOUT': 20, 'POSTMARK_SERVER_TOKEN': 't'}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", env.Smtp("localhost", 25)),
        ("smtp://mail.acme.example", env.Smtp("mail.acme.example", 25)),
        ("smtp://u:p%40@mail.acme.example?tls=true", env.Smtp("mail.acme.example", 587, "u", "p@", tls=True)),
        ("smtps://mail.acme.example", env.Smtp("mail.acme.example", 465, ssl=True)),
        ("smtp://[::1]:2525", env.Smtp("::1", 2525)),
    ],
)
def test_email_url(monkeypatch, url, expected):
    monkeypatch.setenv("EMAIL_URL", url)
    assert env.smtp("EMAIL_URL") == expected


def test_email_url_of_another_kind_is_refused(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "http://mail.acme.example")
    with pytest.raises(ImproperlyConfigured):
        env.smtp("EMAIL_URL")


def test_the_demo_has_no_mail_page_in_production(client):
    """The address is not even known: settings of tests are production's."""
    assert not settings.DEMO
    assert client.get("/dev/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("devmail")


@pytest.mark.parametrize("value,kept", [("1", True), ("0", False)])
def test_nothing_stays_on_a_connection_that_others_are_lent(value, kept):
    at = "s.DATABASES['default']"
    said = shown(
        f"{at}['OPTIONS']['prepare_threshold'], {at}['DISABLE_SERVER_SIDE_CURSORS']", PREPARED_STATEMENTS=value
    )
    assert said == ("5 False" if kept else "None True")


def test_the_demo_ignores_a_production_key():
    assert shown("s.SECRET_KEY", TEAMADMIN_DEMO="1").startswith("demo-only-")


@pytest.mark.spec("I-5")
def test_how_many_invitations_may_go_is_set():
    limits = "s.INVITATION_SENDS_PER_DAY, s.INVITATION_SENDS_PER_INVITER"
    assert shown(limits) == "2000 1000"
    assert shown(limits, INVITATION_SENDS_PER_DAY="0", INVITATION_SENDS_PER_INVITER="7") == "0 7"


def test_containers_get_every_variable_that_is_written_beside_them():
    """A variable of docs/operating.md that the compose file does not name is no less in force (I-5)."""
    services = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    ours = {name: found for name, found in services.items() if "build" in found}
    assert ours.keys() == {"migrate", "web", "worker", "beat"}
    for found in ours.values():
        assert found["env_file"] == ".env"
        # What would overrule the file's own: none of these is optional.
        assert found["environment"].keys() <= {
            "SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DEFAULT_FROM_EMAIL", "DATABASE_URL", "REDIS_URL",
            "BEHIND_PROXY", "TEAMADMIN_DATA", "STATEMENT_TIMEOUT_MS", "LOCK_TIMEOUT_MS",
        }  # fmt: skip
