from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class TeamadminConfig(AppConfig):
    name = "teamadmin"

    def ready(self) -> None:
        from teamadmin import checks  # noqa: F401


class BackofficeConfig(AdminConfig):
    """Django's admin with our own site."""

    default_site = "accounts.backoffice.Backoffice"
