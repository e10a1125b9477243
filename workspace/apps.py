from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "workspace"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        from organizations.pages import HOMEPAGE, Page, register
        from organizations.permissions import Permission

        may = Permission.WORKSPACE_VIEW
        register(Page(HOMEPAGE, _("Homepage"), _("Homepage"), "homepage", "home", may, order=10))
        register(Page("projects", _("Projects"), _("Projects"), "projects", "projects", may, order=20))
        register(Page("workspace", _("Workspace"), _("Workspace"), "workspace", "workspace", may, order=30))
