"""URLs of identity providers, outside of an organization's pages: single sign-on, SCIM and setup links."""

from django.urls import URLPattern, URLResolver, path

from provisioning.views import oidc, saml, saml_logout, sso

urlpatterns: list[URLPattern | URLResolver] = [
    path("sso/<slug:slug>/", sso.sso_start, name="sso_start"),
    path("sso/<slug:slug>/callback/", oidc.sso_callback, name="sso_callback"),
    path("sso/<slug:slug>/logout/", oidc.sso_logout, name="sso_logout"),
    path("sso/<slug:slug>/signed-out/", sso.sso_signed_out, name="sso_signed_out"),
    path("sso/<slug:slug>/acs/", saml.acs, name="sso_acs"),
    path("sso/<slug:slug>/complete/", saml.complete, name="sso_complete"),
    path("sso/<slug:slug>/metadata/", saml.metadata, name="sso_metadata"),
    path("sso/<slug:slug>/request/", saml.request_form, name="sso_post"),
    path("sso/<slug:slug>/slo/", saml_logout.slo, name="sso_slo"),
from provisioning.views.join_requests import join_organization
from provisioning.views.setup_links import setup_link

    path("organizations/<slug:slug>/joining/", join_organization, name="join_organization"),
    path("setup/<str:token>/", setup_link, name="setup_link"),
]
