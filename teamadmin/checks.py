"""System checks of the settings that this installation's environment gives: manage.py, web, worker and beat run them.

Errors prevent the start: nothing safe can run with these settings. Warnings are logged. What is wrong in itself, such
as a malformed URL, is refused before, when the settings are loaded (teamadmin.env and teamadmin.service_urls).
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import connections
from django.http.request import validate_host

from teamadmin import env

# Keys that are in this repository, or that examples use.
PUBLISHED_KEY = re.compile(r"^(demo-only-|used-only-while-|django-insecure-)|change-?me|replace-?me", re.I)
# Domains that no one can own (RFC 2606 and 6761).
NO_DOMAIN = re.compile(r"(^|\.)(example\.(com|net|org)|localhost|localdomain|local|test|invalid)$")
# Variables of docker-compose.yml and the tests, which no setting reads.
OTHER_VARIABLES = {"POSTGRES_PASSWORD", "CHROMIUM", "DJANGO_SETTINGS_MODULE"}
# Of variables that differ this little from one of ours, people mean ours.
SIMILARITY = 0.86
OLDEST_POSTGRESQL = 15


def setting_check(check: Callable[[], Iterable[CheckMessage]]) -> Callable[[], list[CheckMessage]]:
    """Register a function that yields what is wrong, as a system check with the tag "teamadmin"."""

    def run(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
        return list(check())

    run.__doc__, run.__name__ = check.__doc__, check.__name__
    register(run, "teamadmin")
    return run


def is_loopback(host: str) -> bool:
    """Return whether this machine is meant: a loopback address, a socket, localhost or nothing."""
    name = host.strip("[]").lower()
    if not name or name.startswith("/") or name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return bool(address and address.is_loopback)


def is_local(host: str) -> bool:
    """Return whether a host can only be reached from inside: a private address, or a name without a dot."""
    address = _address(host.strip("[]"))
    return is_loopback(host) or (address.is_private if address else "." not in host)


def _address(host: str) -> Any:
    try:
        return ip_address(host)
    except ValueError:
        return None


# --- the demo and keys --------------------------------------------------------------------------


@setting_check
def check_demo() -> Iterator[CheckMessage]:
    """The demo's passwords and keys are public, so it must not run for others or with their data (E001, E002)."""
    if not settings.DEMO:
        return
    if settings.SECURE:
        yield Error(
            "The demo (bin/run or TEAMADMIN_DEMO=1) has public passwords and keys, but BASE_URL is https.",
            hint="Remove TEAMADMIN_DEMO in production. For the demo, use http on this machine.",
            id="teamadmin.E001",
        )
    database = settings.DATABASES["default"]
    hosts = {
        "DATABASE_URL": str(database.get("HOST") or database.get("OPTIONS", {}).get("host") or ""),
        "REDIS_URL": urlsplit(settings.REDIS_URL).hostname or "",
        "EMAIL_URL": settings.SMTP.host,
        "ANYMAIL_PROVIDER": settings.ANYMAIL.get("PROVIDER", ""),
    }
    others = [name for name, host in hosts.items() if not is_loopback(host)]
    if others:
        yield Error(
            f"TEAMADMIN_DEMO=1 runs the demo, but these variables name other hosts: {', '.join(others)}.",
            hint="Remove TEAMADMIN_DEMO in production, or remove these variables.",
            id="teamadmin.E002",
        )


def _keys() -> dict[str, list[str]]:
    """Return the variables with keys that are set, and their keys."""
    names = ("SECRET_KEY_FALLBACKS", "INVITATION_KEYS", "ENCRYPTION_KEYS")
    return {"SECRET_KEY": [settings.SECRET_KEY], **{name: env.items(name) for name in names if env.text(name)}}


@setting_check
def check_keys() -> Iterator[CheckMessage]:
    """Keys are neither published (E003) nor used for two purposes (W004)."""
    if settings.DEMO:
        return
    published = [name for name, keys in _keys().items() if any(map(PUBLISHED_KEY.search, keys))]
    if published:
        yield Error(
            f"A key of the demo or of an example, which everyone knows, is in {', '.join(published)}.",
            hint='Create one: python -c "import secrets; print(secrets.token_urlsafe(50))"',
            id="teamadmin.E003",
        )
    # Older keys may be the same: that's how the others start when they are set for the first time.
    first = {name: keys[0] for name, keys in _keys().items() if name != "SECRET_KEY_FALLBACKS"}
    same = [name for name, key in first.items() if list(first.values()).count(key) > 1]
    if same:
        yield Warning(
            f"{' and '.join(same)} start with the same key. If one of them leaks, so do the others.",
            hint="Use a different key for each, and keep the old one at the end of the list.",
            id="teamadmin.W004",
        )


# --- addresses ----------------------------------------------------------------------------------


@setting_check
def check_base_url() -> Iterator[CheckMessage]:
    """BASE_URL is https (W005), and its host is allowed (E006), but not every host (W007)."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if not settings.DEMO and not settings.SECURE and not is_local(host):
        yield Warning(
            "BASE_URL is http: passwords and session cookies cross the network unencrypted, and passkeys don't work.",
            hint="Use https, with a proxy that terminates TLS.",
            id="teamadmin.W005",
        )
    if not validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        yield Error(
            f"ALLOWED_HOSTS lacks {host}, the host of BASE_URL, so every request would be refused.",
            hint=f"Add it: ALLOWED_HOSTS={','.join([*settings.ALLOWED_HOSTS, host])}",
            id="teamadmin.E006",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Warning(
            "ALLOWED_HOSTS contains *, so requests with forged host names are answered.",
            hint=f"List the names that users open: ALLOWED_HOSTS={host}",
            id="teamadmin.W007",
        )


@setting_check
def check_proxies() -> Iterator[CheckMessage]:
    """BEHIND_PROXY and TRUSTED_PROXIES agree with each other and with BASE_URL (W008, W009, W010)."""
    if settings.SECURE_SSL_REDIRECT and not settings.BEHIND_PROXY:
        yield Warning(
            "BASE_URL is https, but BEHIND_PROXY isn't set, so every page redirects to itself.",
            hint="Set BEHIND_PROXY=1 if your proxy sets X-Forwarded-Proto and X-Forwarded-For.",
            id="teamadmin.W008",
        )
    if settings.TRUSTED_PROXIES and not settings.BEHIND_PROXY:
        yield Warning(
            f"TRUSTED_PROXIES={settings.TRUSTED_PROXIES}, but BEHIND_PROXY isn't set: without a proxy, clients can"
            " forge their address.",
            hint="Set BEHIND_PROXY=1, or remove TRUSTED_PROXIES.",
            id="teamadmin.W009",
        )
    if settings.BEHIND_PROXY and not settings.TRUSTED_PROXIES:
        yield Warning(
            "BEHIND_PROXY=1, but TRUSTED_PROXIES=0: all users share the proxy's address in limits, sessions and logs.",
            hint="Remove TRUSTED_PROXIES, or set it to the number of your proxies.",
            id="teamadmin.W010",
        )


@setting_check
def check_outgoing() -> Iterator[CheckMessage]:
    """OUTGOING_ALLOWED_NETWORKS doesn't allow every address (E011)."""
    networks = [item for item in settings.OUTGOING_ALLOWED_NETWORKS if not ip_network(item).prefixlen]
    if networks:
        yield Error(
            f"OUTGOING_ALLOWED_NETWORKS contains {networks[0]}: customers could make the server connect to any"
            " address in your network.",
            hint="List only the networks of identity providers and receivers, such as 10.20.0.0/16.",
            id="teamadmin.E011",
        )


# --- services -----------------------------------------------------------------------------------


@setting_check
def check_email() -> Iterator[CheckMessage]:
    """The password of the mail server is sent encrypted (E012, W013), and the sender can exist (W014)."""
    smtp = settings.SMTP
    if smtp.password and not smtp.tls and not smtp.ssl and not is_loopback(smtp.host):
        text = f"EMAIL_URL sends the password to {smtp.host} without TLS."
        if smtp.plaintext:
            yield Warning(text, hint="Use ?tls=1 or smtps:// unless the network is trusted.", id="teamadmin.W013")
        else:
            hint = "Add ?tls=1 (STARTTLS), or use smtps:// (TLS). If the network is trusted, add ?tls=0."
            yield Error(text, hint=hint, id="teamadmin.E012")
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >").lower()
    if not settings.DEMO and NO_DOMAIN.search(domain):
        yield Warning(
            f"DEFAULT_FROM_EMAIL is an address at {domain}, from which no server accepts email.",
            hint="Use an address of your own domain, such as TeamAdmin <people@your-domain>.",
            id="teamadmin.W014",
        )


@setting_check
def check_email_provider() -> Iterator[CheckMessage]:
    """The provider of ANYMAIL_PROVIDER exists and has its settings (E015). EMAIL_URL isn't set too (W016)."""
    if not settings.EMAIL_BACKEND.startswith("anymail."):
        return
    try:
        get_connection()
    except (ImportError, ImproperlyConfigured) as error:
        yield Error(
            f"ANYMAIL_PROVIDER={env.text('ANYMAIL_PROVIDER')} can't be used: {error}",
            hint="See the documentation of django-anymail for the providers and their ANYMAIL_... variables.",
            id="teamadmin.E015",
        )
    if env.text("EMAIL_URL"):
        yield Warning("EMAIL_URL is ignored.", hint="Remove it, or ANYMAIL_PROVIDER.", id="teamadmin.W016")


@setting_check
def check_servers() -> Iterator[CheckMessage]:
    """Production uses PostgreSQL (W017), and a public Redis has a password and TLS (W018)."""
    if not settings.DEMO and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        hint = "Use PostgreSQL: postgresql://user:password@host:5432/name"
        yield Warning("DATABASE_URL is SQLite, which allows one writer at a time.", hint=hint, id="teamadmin.W017")
    url = urlsplit(settings.REDIS_URL)
    address = _address(url.hostname or "")
    if address and address.is_global and not (url.password and url.scheme == "rediss"):
        yield Warning(
            f"REDIS_URL is the public address {url.hostname}, without a password or without TLS.",
            hint="Use rediss:// and a password, or a private network.",
            id="teamadmin.W018",
        )


@register(Tags.database)
def check_postgresql_version(app_configs: object, databases: Any = None, **kwargs: object) -> list[CheckMessage]:
    """PostgreSQL is new enough (E019). Only `migrate` and `check --database default` connect to it."""
    found = [connections[alias] for alias in databases or () if connections[alias].vendor == "postgresql"]
    return [
        Error(
            f"PostgreSQL is version {connection.pg_version // 10000}.",  # type: ignore[attr-defined]
            hint=f"TeamAdmin needs PostgreSQL {OLDEST_POSTGRESQL} or newer.",
            id="teamadmin.E019",
        )
        for connection in found
        if connection.pg_version < OLDEST_POSTGRESQL * 10000  # type: ignore[attr-defined]
    ]


# --- files and names ----------------------------------------------------------------------------


@setting_check
def check_files() -> Iterator[CheckMessage]:
    """The file of PASSWORD_BREACH_CHECK can be read (E020), and TEAMADMIN_DATA can be written (W021)."""
    source = settings.PASSWORD_BREACH_CHECK
    if (
        source
        and not source.startswith(("https://", "http://"))
        and not (Path(source).is_file() and os.access(source, os.R_OK))
    ):
        yield Error(
            f"PASSWORD_BREACH_CHECK: can't read the file {source}, so breached passwords would be accepted.",
            hint="Set it to a readable file or an https:// service, or remove it.",
            id="teamadmin.E020",
        )
    folder = Path(settings.MEDIA_ROOT)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        yield Warning(
            f"TEAMADMIN_DATA: can't write to {existing}, so uploads fail.",
            hint="Give the user that runs TeamAdmin write permission to this folder.",
            id="teamadmin.W021",
        )


@setting_check
def check_names() -> Iterator[CheckMessage]:
    """No variable is almost named like one of ours (W022). OpenTelemetry reads its own."""
    known = env.names_read | OTHER_VARIABLES
    known |= {f"{name}_FILE" for name in known}
    for name in sorted(name for name in os.environ.keys() - known if not name.startswith("OTEL_")):
        meant = get_close_matches(name.upper(), known, 1, SIMILARITY)
        if meant or name.startswith("TEAMADMIN_"):
            hint = f"Did you mean {meant[0]}?" if meant else "docs/operating.md lists all variables."
            yield Warning(f"The variable {name} is unknown, so it is ignored.", hint=hint, id="teamadmin.W022")
