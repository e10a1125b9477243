from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkspaceConfig(AppConfig):
    name = "workspace"
    verbose_name = _("Workspace")

    def ready(self) -> None:
        from organizations.pages import HOMEPAGE, Page, register
        from organizations.permissions import Permission

        view = Permission.WORKSPACE_VIEW
        register(Page(HOMEPAGE, _("Homepage"), _("Homepage"), "homepage", "home", view, order=10))
        register(Page("projects", _("Projects"), _("Projects"), "projects", "projects", view, order=20))
        register(Page("workspace", _("Workspace"), _("Workspace"), "workspace", "workspace", view, order=30))
        view = Permission.DATASETS_VIEW
        register(Page("datasets", _("Datasets"), _("Datasets"), "datasets", "datasets", view, order=40))
        label, view = _("Integrations"), Permission.INTEGRATIONS_VIEW
        register(Page("integrations", label, label, "integrations", "integrations", view, order=50))

        from organizations import ownership
        from workspace.records.owned import texts_of_owned

        ownership.register(texts_of_owned)
