"""System checks of the settings: what is wrong with an environment, and how to fix it."""

import os

import pytest
from django.core.checks import Tags, run_checks
from django.db import connections

from teamadmin.service_urls import Smtp
from teamadmin.startup import sentence

KEY = "k3y-0123456789-abcdefghijklmnopqrstuvw"


@pytest.fixture
def production(settings, monkeypatch):
    """The settings of a production server. Nothing is wrong with them."""
    for name in ("SECRET_KEY_FALLBACKS", "INVITATION_KEYS", "ENCRYPTION_KEYS"):
        monkeypatch.delenv(name, raising=False)
    settings.DEMO, settings.SECURE, settings.SECURE_SSL_REDIRECT = False, True, True
    settings.SECRET_KEY = "prod-0123456789-abcdefghijklmnopqrstuvwxyz"
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://people.acme.com", ["people.acme.com"]
    settings.BEHIND_PROXY, settings.TRUSTED_PROXIES = True, 1
    settings.DEFAULT_FROM_EMAIL = "TeamAdmin <people@acme.com>"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SMTP = Smtp("mail.acme.com", 587, "u", "p", tls=True)
    settings.REDIS_URL = "redis://redis:6379/0"
    database = {"ENGINE": "django.db.backends.postgresql", "HOST": "db.acme.com"}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    return settings


def found() -> dict[str, str]:
    """Return the texts of the checks that the start of a process runs, by id."""
    return {str(each.id).removeprefix("teamadmin."): sentence(each) for each in run_checks(tags=["teamadmin"])}


def test_nothing_is_wrong_with_a_good_environment(production):
    assert found() == {}


def test_demo_with_https_is_refused(production):
    production.DEMO, production.SMTP, production.REDIS_URL = True, Smtp(), ""
    production.DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3"}
    assert found() == {
        "E001": "The demo (bin/run or TEAMADMIN_DEMO=1) has public passwords and keys, but BASE_URL is https."
        " Remove TEAMADMIN_DEMO in production. For the demo, use http on this machine."
    }


def test_demo_with_servers_of_production_is_refused(production):
    production.DEMO, production.SECURE, production.ANYMAIL = True, False, {"PROVIDER": "postmark"}
    assert found()["E002"] == (
        "TEAMADMIN_DEMO=1 runs the demo, but these variables name other hosts: DATABASE_URL, REDIS_URL, EMAIL_URL,"
        " ANYMAIL_PROVIDER. Remove TEAMADMIN_DEMO in production, or remove these variables."
    )
    production.DATABASES["default"] = {"HOST": "", "OPTIONS": {"host": "/var/run/postgresql"}}
    production.SMTP, production.REDIS_URL, production.ANYMAIL = Smtp("127.0.0.1"), "redis://[::1]:1/0", {}
    assert "E002" not in found()


@pytest.mark.parametrize(
    "key", ["demo-only-" + "k" * 50, "django-insecure-" + KEY, KEY + "-change-me", "CHANGEME" + KEY]
)
def test_published_keys_are_refused(production, monkeypatch, key):
    production.SECRET_KEY = key
    monkeypatch.setenv("INVITATION_KEYS", f"{KEY},{key}")
    assert found()["E003"] == (
        "A key of the demo or of an example, which everyone knows, is in SECRET_KEY, INVITATION_KEYS."
        ' Create one: python -c "import secrets; print(secrets.token_urlsafe(50))"'
    )


def test_one_key_for_two_purposes(production, monkeypatch):
    monkeypatch.setenv("ENCRYPTION_KEYS", f"{KEY},{production.SECRET_KEY}")
    assert found() == {}  # rotating away from the secret key
    monkeypatch.setenv("INVITATION_KEYS", KEY)
    assert found()["W004"].startswith(
        "INVITATION_KEYS and ENCRYPTION_KEYS start with the same key. If one of them leaks"
    )


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://people.acme.com", True), ("http://203.0.113.9", False), ("http://8.8.8.8:8000", True),
        ("http://localhost:8000", False), ("http://10.1.2.3", False), ("http://teamadmin", False),
    ],
)  # fmt: skip
def test_http_for_others(production, url, warned):
    production.BASE_URL, production.SECURE, production.ALLOWED_HOSTS = url, False, [".acme.com", "*"]
    expected = "BASE_URL is http: passwords and session cookies cross the network unencrypted, and passkeys don't work."
    assert found().get("W005", "").startswith(expected) == warned


def test_allowed_hosts_need_the_host_of_base_url(production):
    production.ALLOWED_HOSTS = ["www.acme.com"]
    assert found() == {
        "E006": "ALLOWED_HOSTS lacks people.acme.com, the host of BASE_URL, so every request would be refused."
        " Add it: ALLOWED_HOSTS=www.acme.com,people.acme.com"
    }
    production.ALLOWED_HOSTS = [".acme.com"]
    assert found() == {}


def test_every_host_is_allowed(production):
    production.ALLOWED_HOSTS = ["*"]
    assert found() == {
        "W007": "ALLOWED_HOSTS contains *, so requests with forged host names are answered."
        " List the names that users open: ALLOWED_HOSTS=people.acme.com"
    }


@pytest.mark.parametrize(
    ("behind", "trusted", "expected"),
    [
        (False, 0, {"W008": "BASE_URL is https, but BEHIND_PROXY isn't set, so every page redirects to itself."}),
        (False, 2, {"W008": "BASE_URL is https", "W009": "TRUSTED_PROXIES=2, but BEHIND_PROXY isn't set"}),
        (True, 0, {"W010": "BEHIND_PROXY=1, but TRUSTED_PROXIES=0: all users share the proxy's address"}),
        (True, 2, {}),
    ],
)
def test_proxies(production, behind, trusted, expected):
    production.BEHIND_PROXY, production.TRUSTED_PROXIES = behind, trusted
    texts = found()
    assert texts.keys() == expected.keys()
    assert all(texts[each].startswith(text) for each, text in expected.items())


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0"])
def test_outgoing_requests_to_anywhere_are_refused(production, network):
    production.OUTGOING_ALLOWED_NETWORKS = ["10.20.0.0/16", network]
    assert found()["E011"].startswith(f"OUTGOING_ALLOWED_NETWORKS contains {network}: customers could make the server")


def test_password_of_the_mail_server_needs_tls(production):
    production.SMTP = Smtp("mail.acme.com", 25, "u", "p")
    assert found() == {
        "E012": "EMAIL_URL sends the password to mail.acme.com without TLS."
        " Add ?tls=1 (STARTTLS), or use smtps:// (TLS). If the network is trusted, add ?tls=0."
    }
    production.SMTP = Smtp("mail.acme.com", 25, "u", "p", plaintext=True)
    assert found().keys() == {"W013"}
    for smtp in (
        Smtp("127.0.0.1", 25, "u", "p"),
        Smtp("mail.acme.com", 465, "u", "p", ssl=True),
        Smtp("mail.acme.com"),
    ):
        production.SMTP = smtp
        assert found() == {}


@pytest.mark.parametrize("domain", ["example.com", "mail.example.org", "localhost", "server.local", "acme.test"])
def test_sender_at_a_domain_that_no_one_owns(production, domain):
    production.DEFAULT_FROM_EMAIL = f"TeamAdmin <people@{domain}>"
    assert found()["W014"].startswith(
        f"DEFAULT_FROM_EMAIL is an address at {domain}, from which no server accepts email."
    )


def test_email_provider_that_does_not_exist(production, monkeypatch):
    monkeypatch.setenv("ANYMAIL_PROVIDER", "postmrk")
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.acme.com")
    production.EMAIL_BACKEND = "anymail.backends.postmrk.EmailBackend"
    texts = found()
    assert texts["E015"].startswith(
        "ANYMAIL_PROVIDER=postmrk can't be used: No module named 'anymail.backends.postmrk'"
    )
    assert texts["W016"] == "EMAIL_URL is ignored. Remove it, or ANYMAIL_PROVIDER."


def test_email_provider_without_its_token(production, monkeypatch):
    monkeypatch.setenv("ANYMAIL_PROVIDER", "postmark")
    monkeypatch.delenv("EMAIL_URL")
    production.EMAIL_BACKEND, production.ANYMAIL = "anymail.backends.postmark.EmailBackend", {}
    assert found()["E015"].startswith("ANYMAIL_PROVIDER=postmark can't be used: You must set")
    production.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "t"}
    assert found() == {}


def test_sqlite_in_production(production):
    production.DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3"}
    assert found()["W017"].startswith("DATABASE_URL is SQLite, which allows one writer at a time. Use PostgreSQL:")


@pytest.mark.parametrize("url", ["redis://8.8.8.8:6379/0", "redis://:p@8.8.8.8:6379/0", "rediss://8.8.8.8:6379/0"])
def test_public_redis_needs_a_password_and_tls(production, url):
    production.REDIS_URL = url
    assert found()["W018"].startswith("REDIS_URL is the public address 8.8.8.8, without a password or without TLS.")
    production.REDIS_URL = "rediss://:p@8.8.8.8:6379/0"
    assert found() == {}


@pytest.mark.django_db
def test_old_postgresql_is_refused(monkeypatch):
    connection = connections["default"]
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")

    def errors() -> list[str]:
        return [sentence(each) for each in run_checks(tags=[Tags.database], databases=["default"])]

    assert errors() == []
    monkeypatch.setitem(connection.__dict__, "pg_version", 140012)
    assert errors() == ["PostgreSQL is version 14. TeamAdmin needs PostgreSQL 15 or newer."]


def test_missing_file_of_breached_passwords_is_refused(production, tmp_path):
    production.PASSWORD_BREACH_CHECK = str(tmp_path / "hashes.txt")
    assert found()["E020"].startswith(f"PASSWORD_BREACH_CHECK: can't read the file {tmp_path}/hashes.txt, so breached")
    (tmp_path / "hashes.txt").touch()
    assert found() == {}
    production.PASSWORD_BREACH_CHECK = "https://api.pwnedpasswords.com/range/"
    assert found() == {}


def test_data_folder_that_can_not_be_written(production, tmp_path, monkeypatch):
    production.MEDIA_ROOT = tmp_path / "data" / "media"
    assert found() == {}
    (tmp_path / "data").touch()
    assert found()["W021"].startswith(f"TEAMADMIN_DATA: can't write to {tmp_path}/data, so uploads fail.")
    (tmp_path / "data").unlink()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    assert found()["W021"].startswith(f"TEAMADMIN_DATA: can't write to {tmp_path}, so uploads fail.")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BEHIND_PROXYS", "Did you mean BEHIND_PROXY?"),
        ("SECRET_KEY_FALLBACK", "Did you mean SECRET_KEY_FALLBACKS?"),
        ("DATABASE_URI", "Did you mean DATABASE_URL?"),
        ("SECRET_KEY_FILES", "Did you mean SECRET_KEY_FILE?"),
        ("base_url", "Did you mean BASE_URL?"),
        ("TEAMADMIN_TIMEZONE", "docs/operating.md lists all variables."),
    ],
)
def test_misspelled_variable(production, monkeypatch, name, meant):
    monkeypatch.setenv(name, "1")
    assert found() == {"W022": f"The variable {name} is unknown, so it is ignored. {meant}"}


@pytest.mark.parametrize(
    "name", ["REDIS_PORT", "EMAIL", "HOST", "POSTGRES_PASSWORD", "DATABASE_PORT", "SSL_CERT_FILE", "OTEL_SERVICE"]
)
def test_variables_of_others_are_no_misspellings(production, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert found() == {}
