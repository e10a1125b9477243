"""URLs of single sign-on, below /o/<slug>/security/single-sign-on/."""

from django.urls import path

from console.sso import break_glass, enforcement, testing, views
from console.sso.steps import STEPS

urlpatterns = [
    path("", views.sso_settings, name="sso_settings"),
    *(path(f"{step}/", views.sso_step, {"step": step}, name=f"sso_{step}") for step in STEPS),
    path("mode/", views.sso_mode, name="sso_mode"),
    path("enforcement/", enforcement.sso_enforcement, name="sso_enforcement"),
    path("break-glass/", break_glass.sso_break_glass, name="sso_break_glass"),
    path("break-glass/<uuid:member_id>/", break_glass.sso_break_glass_admin, name="sso_break_glass_admin"),
    path("break-glass/<uuid:member_id>/removal/", break_glass.sso_break_glass_removal, name="sso_break_glass_removal"),
    path("break-glass/<uuid:member_id>/undo/", break_glass.sso_break_glass_undo, name="sso_break_glass_undo"),
    path("deletion/", views.sso_deletion, name="sso_deletion"),
    path("tests/new/", testing.sso_test_new, name="sso_test_new"),
    path("tests/<uuid:test_id>/", testing.sso_test, name="sso_test"),
]
