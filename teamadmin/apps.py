from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig

from teamadmin.masking import add_secrets, is_secret_name


class TeamadminConfig(AppConfig):
    name = "teamadmin"

    def ready(self) -> None:
        """Register the system checks, and tell the log which values it must never contain."""
        from teamadmin import checks  # noqa: F401

        add_secrets(secrets_of(settings))


def secrets_of(source: Any) -> Iterator[str]:
    """Yield the keys and passwords in the settings."""
    yield source.SECRET_KEY
    yield source.EMAIL_HOST_PASSWORD
    yield getattr(source, "METRICS_TOKEN", "")
    redis = urlsplit(source.REDIS_URL).password or ""
    yield from (redis, unquote(redis))
    for name in ("SECRET_KEY_FALLBACKS", "INVITATION_KEYS", "ENCRYPTION_KEYS"):
        yield from getattr(source, name)
    yield from (database.get("PASSWORD") or "" for database in source.DATABASES.values())
    yield from (value for name, value in source.ANYMAIL.items() if isinstance(value, str) and is_secret_name(name))


class BackofficeConfig(AdminConfig):
    """Django's admin with our own site."""

    default_site = "accounts.backoffice.Backoffice"
