from celery import current_app
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Outgoing email")

    def ready(self) -> None:
        from outbox import checks  # noqa: F401
        from outbox.worker import ConnectionStep, SweepStep

        current_app.steps["worker"].add(SweepStep)
        current_app.steps["consumer"].add(ConnectionStep)
