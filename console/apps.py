from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "console"
    verbose_name = _("Console")

    def ready(self) -> None:
        from organizations.pages import Page, Section, register
        from organizations.permissions import Permission

        register(
            Page(
                key="users",
                label=_("Users"),
                welcome_label=_("Account - Users"),
                url_name="users",
                icon="users",
                permission=Permission.PEOPLE_VIEW,
                section=Section.ACCOUNT,
                order=10,
            )
        )
        register(
            Page(
                key="groups",
                label=_("Groups"),
                welcome_label=_("Account - Groups"),
                url_name="groups",
                icon="groups",
                permission=Permission.PEOPLE_VIEW,
                section=Section.ACCOUNT,
                order=20,
            )
        )
        register(
            Page(
                key="security",
                label=_("Security"),
                welcome_label=_("Account - Security"),
                url_name="security",
                icon="shield",
                permission=Permission.SECURITY_VIEW,
                section=Section.ACCOUNT,
                order=40,
            )
        )
