"""Production settings come from the environment, and missing or invalid ones prevent the start."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import anymail
import pytest
import yaml
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from teamadmin.settings import services

PRODUCTION = {
    "SECRET_KEY": "production-Key-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "people.acme.example",
    "BASE_URL": "https://people.acme.example",
    "DATABASE_URL": "postgresql://u:p@127.0.0.1:1/teamadmin",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://user:p%40ss@mail.acme.example:587?tls=1",
    "DEFAULT_FROM_EMAIL": "People <people@acme.example>",
}
KEYS = ["new-0123456789-abcdefghijklmnopqrstuvw", "old-0123456789-abcdefghijklmnopqrstuvw"]


def load_settings(code: str = "", **changes: str) -> subprocess.CompletedProcess:
    """Load the settings in a new process, in PRODUCTION with these changes ("" removes a variable)."""
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, **changes}
    return subprocess.run(
        [sys.executable, "-c", f"from teamadmin import settings as s; {code}"],
        env={name: value for name, value in environment.items() if value},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def value_of(expression: str, **changes: str) -> str:
    result = load_settings(f"print({expression})", **changes)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_missing_variable_is_named(name):
    result = load_settings(**{name: ""})
    assert result.returncode != 0
    missing = result.stderr.partition("without: ")[2].partition(". Set")[0]
    assert missing == ("EMAIL_URL or ANYMAIL_PROVIDER" if name == "EMAIL_URL" else name)


def test_all_missing_variables_are_named_at_once():
    result = load_settings(SECRET_KEY="", ALLOWED_HOSTS="", BASE_URL="")
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
        ("ENCRYPTION_KEYS", f"{KEYS[0]},secret"),
        ("COOKIE_NAME", "team admin;secret"[:11]),
    ],
)
def test_invalid_value_is_rejected_without_showing_secrets(name, value):
    result = load_settings(**{name: value})
    assert result.returncode != 0
    last = result.stderr.strip().splitlines()[-1]
    assert name in last and "secret" not in last


def test_production_is_safe_by_default():
    names = "s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0"
    assert value_of(names) == "False True True True True"
    assert value_of("s.EMAIL_BACKEND") == "django.core.mail.backends.smtp.EmailBackend"
    assert value_of("s.PASSWORD_HASHERS[0]") == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_email_provider_is_used_if_set():
    provider = {"EMAIL_URL": "", "ANYMAIL_PROVIDER": "Postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "t"}
    assert value_of("s.EMAIL_BACKEND", **provider) == "anymail.backends.postmark.EmailBackend"
    values = {"REQUESTS_TIMEOUT": 20, "IGNORE_UNSUPPORTED_FEATURES": True, "POSTMARK_SERVER_TOKEN": "t"}
    assert value_of("s.ANYMAIL", **provider) == str(values)


@pytest.mark.parametrize("value", ["0", "False", "no"])
def test_settings_of_the_email_provider_can_be_turned_off(value):
    names = ("AMAZON_SES_AUTO_CONFIRM_SNS_SUBSCRIPTIONS", "IGNORE_UNSUPPORTED_FEATURES")
    variables = {f"ANYMAIL_{name}": value for name in names}
    assert value_of(f"[s.ANYMAIL.get(name) for name in {names}]", **variables) == "[False, False]"
    assert value_of(f"[s.ANYMAIL.get(name) for name in {names}]") == "[None, True]"


def test_every_setting_of_anymail_that_is_on_or_off_is_known():
    found = set()
    for path in Path(anymail.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "get_anymail_setting":
                named = {each.arg: ast.unparse(each.value) for each in node.keywords}
                if named.get("default") in ("True", "False"):
                    provider = f"{path.stem}_" if "esp_name" in named else ""
                    found.add(f"{provider}{ast.literal_eval(node.args[0])}".upper())
    assert found == services.ANYMAIL_FLAGS


def test_devmail_does_not_exist_in_production(client):
    """The tests run with production settings, where the URL does not exist."""
    assert not settings.DEMO
    assert client.get("/dev/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("devmail")


@pytest.mark.parametrize("value,enabled", [("1", True), ("0", False)])
def test_prepared_statements_can_be_turned_off_for_poolers(value, enabled):
    database = "s.DATABASES['default']"
    options = value_of(
        f"{database}['OPTIONS']['prepare_threshold'], {database}['DISABLE_SERVER_SIDE_CURSORS']",
        PREPARED_STATEMENTS=value,
    )
    assert options == ("5 False" if enabled else "None True")


def test_options_of_the_database_url_are_kept():
    url = "postgresql://u:p@127.0.0.1:1/teamadmin?connect_timeout=9&options=-c%20search_path%3Dpeople"
    options = value_of("s.DATABASES['default']['OPTIONS']", DATABASE_URL=url)
    assert "'connect_timeout': '9'" in options
    assert "'options': '-c search_path=people -c statement_timeout=15000 -c lock_timeout=0'" in options


def test_secrets_can_come_from_files(tmp_path):
    """As Docker, Kubernetes and systemd give them."""
    changes, values = {}, {**PRODUCTION, "DATABASE_PASSWORD": "a/b#c", "SECRET_KEY_FALLBACKS": "\n".join(KEYS)}
    values["DATABASE_URL"] = "postgresql://u@127.0.0.1:1/teamadmin"
    for name, value in values.items():
        (tmp_path / name).write_text(f"{value}\n")
        changes |= {name: "", f"{name}_FILE": str(tmp_path / name)}
    expected = f"{PRODUCTION['SECRET_KEY']} a/b#c p@ss {KEYS}"
    database = "s.DATABASES['default']['PASSWORD']"
    assert value_of(f"s.SECRET_KEY, {database}, s.EMAIL_HOST_PASSWORD, s.SECRET_KEY_FALLBACKS", **changes) == expected


def test_demo_ignores_a_production_key():
    assert value_of("s.SECRET_KEY", TEAMADMIN_DEMO="1").startswith("demo-only-")


@pytest.mark.spec("I-5")
def test_invitation_limits_can_be_set():
    limits = "s.INVITATION_SENDS_PER_DAY, s.INVITATION_SENDS_PER_INVITER"
    assert value_of(limits) == "2000 1000"
    assert value_of(limits, INVITATION_SENDS_PER_DAY="0", INVITATION_SENDS_PER_INVITER="7") == "0 7"


def test_containers_get_every_variable_of_the_env_file():
    """Variables of docs/operating.md also work if the compose file does not name them (I-5)."""
    services = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    ours = {name: service for name, service in services.items() if "build" in service}
    assert ours.keys() == {"migrate", "web", "worker", "beat"}
    for service in ours.values():
        assert service["env_file"] == ".env"
        # These override the env file. None of them is optional.
        assert service["environment"].keys() <= {
            "SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DEFAULT_FROM_EMAIL", "DATABASE_URL", "DATABASE_PASSWORD",
            "REDIS_URL", "REDIS_PASSWORD", "BEHIND_PROXY", "TEAMADMIN_DATA", "STATEMENT_TIMEOUT_MS", "LOCK_TIMEOUT_MS",
            "METRICS_PORT",
        }  # fmt: skip


NAMES = (
    "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_NAME",
    "MESSAGES_COOKIE_NAME",
    "BROWSER_COOKIE_NAME",
    "LANGUAGE_COOKIE_NAME",
)


def test_cookies_are_bound_to_this_host_under_https():
    assert all(value_of(f"s.{name}").startswith("__Host-teamadmin-") for name in NAMES)
    assert value_of("s.SESSION_COOKIE_NAME", COOKIE_NAME="people") == "__Host-people-session"
    # __Host- needs Path=/, and this one is only sent below /invitations/.
    assert value_of("s.INVITATION_COOKIE_NAME") == "__Secure-teamadmin-invitation"
    assert value_of("s.SETUP_COOKIE_NAME") == "__Secure-teamadmin-setup"


def test_cookies_of_demos_on_two_ports_have_different_names():
    names = ", ".join(f"s.{name}" for name in (*NAMES, "INVITATION_COOKIE_NAME"))
    first, second = (set(value_of(names, TEAMADMIN_DEMO="1", BASE_URL="", PORT=port).split()) for port in ("1", "2"))
    assert len(first) == len(second) == 6 and not first & second
    assert not any(name.startswith("__") for name in first)


def test_encryption_keys_default_to_the_secret_keys():
    keys = "s.ENCRYPTION_KEYS == [s.SECRET_KEY, *s.SECRET_KEY_FALLBACKS]"
    assert value_of(keys, SECRET_KEY_FALLBACKS=KEYS[0]) == "True"
    assert value_of("s.ENCRYPTION_KEYS", ENCRYPTION_KEYS=", ".join(KEYS)) == str(KEYS)
