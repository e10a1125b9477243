from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class TeamadminConfig(AppConfig):
    name = "teamadmin"


class BackofficeConfig(AdminConfig):
    """Django's admin with our own site."""

    default_site = "accounts.backoffice.Backoffice"
