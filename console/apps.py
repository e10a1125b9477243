from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "console"
    verbose_name = _("Console")

    def ready(self) -> None:
        from organizations.pages import Page, Section, register
        from organizations.permissions import Permission

        # Key (also the URL name), label, label as a welcome page, icon, required permission.
        pages = (
            ("users", _("Users"), _("Account - Users"), "users", Permission.PEOPLE_VIEW),
            ("groups", _("Groups"), _("Account - Groups"), "groups", Permission.PEOPLE_VIEW),
            ("roles", _("Roles"), _("Account - Roles"), "roles", Permission.PEOPLE_VIEW),
            ("security", _("Security"), _("Account - Security"), "shield", Permission.SECURITY_VIEW),
            ("brands", _("Brands"), _("Account - Brands"), "brands", Permission.BRANDS_MANAGE),
            ("access_keys", _("Access keys"), _("Account - Access keys"), "key", Permission.KEYS_MANAGE),
            ("subscription", _("Subscription"), _("Subscription"), "card", Permission.BILLING_VIEW),
            ("sub_accounts", _("Sub-accounts"), _("Account - Sub-accounts"), "tree", Permission.SUB_ACCOUNTS_MANAGE),
            ("audit_log", _("Audit log"), _("Account - Audit log"), "audit", Permission.AUDIT_VIEW),
        )
        for position, (key, label, welcome_label, icon, permission) in enumerate(pages, start=1):
            register(
                Page(
                    key=key,
                    label=label,
                    welcome_label=welcome_label,
                    url_name=key,
                    icon=icon,
                    permission=permission,
                    section=Section.ACCOUNT,
                    order=position * 10,
                )
            )
