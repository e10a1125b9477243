from django.apps import AppConfig


class TeamadminConfig(AppConfig):
    name = "teamadmin"
