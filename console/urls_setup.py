"""URLs of the pages that a setup link opens, outside of an organization's pages (O-6)."""

from django.urls import include, path

from console.setup_links import pages, scim, sso
from console.sso.steps import STEPS

sso_urls = [
    path("", sso.setup_sso, name="setup_sso"),
    *(path(f"{step}/", sso.setup_sso_step, {"step": step}, name=f"setup_sso_{step}") for step in STEPS),
    path("tests/new/", sso.setup_sso_test_new, name="setup_sso_test_new"),
    path("tests/<uuid:test_id>/", sso.setup_sso_test, name="setup_sso_test"),
]

scim_urls = [
    path("", scim.setup_scim, name="setup_scim"),
    path("connection/", scim.setup_scim_connection, name="setup_scim_connection"),
    path("tokens/", scim.setup_scim_token, name="setup_scim_token"),
    path("tests/", scim.setup_scim_test, name="setup_scim_test"),
]

urlpatterns = [
    path("setup/<uuid:link_id>/", pages.setup_page, name="setup_page"),
    path("setup/<uuid:link_id>/single-sign-on/", include(sso_urls)),
    path("setup/<uuid:link_id>/provisioning/", include(scim_urls)),
    path("setup/<uuid:link_id>/domains/", pages.setup_domains, name="setup_domains"),
    path("setup/<uuid:link_id>/domains/<uuid:domain_id>/checks/", pages.setup_domain_check, name="setup_domain_check"),
]
