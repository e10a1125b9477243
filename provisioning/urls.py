"""URLs of identity providers, outside of an organization's pages: single sign-on, SCIM and setup links."""

from django.urls import URLPattern, URLResolver, path

from provisioning.scim.views import scim
from provisioning.views import confirmation, discovery, link, oidc, saml, saml_logout, sso
from provisioning.views.join_requests import join_organization
from provisioning.views.provisioned_account import provisioned_account
from provisioning.views.setup_links import setup_link

urlpatterns: list[URLPattern | URLResolver] = [
    path("sso/", discovery.discovery, name="sso"),
    path("sso/<slug:slug>/link/", link.link, name="sso_link"),
    path("sso/<slug:slug>/link/other-account/", link.other_account, name="sso_link_other_account"),
    # Below /invitations/, where browsers send the cookie of the invitation link.
    path("invitations/single-sign-on/<slug:slug>/", link.invitation, name="sso_invitation"),
    path("sso/<slug:slug>/", sso.sso_start, name="sso_start"),
    path("sso/<slug:slug>/confirmation/", confirmation.sso_confirmation, name="sso_confirmation"),
    path("sso/<slug:slug>/callback/", oidc.sso_callback, name="sso_callback"),
    path("sso/<slug:slug>/logout/", oidc.sso_logout, name="sso_logout"),
    path("sso/<slug:slug>/signed-out/", sso.sso_signed_out, name="sso_signed_out"),
    path("sso/<slug:slug>/acs/", saml.acs, name="sso_acs"),
    path("sso/<slug:slug>/complete/", saml.complete, name="sso_complete"),
    path("sso/<slug:slug>/metadata/", saml.metadata, name="sso_metadata"),
    path("sso/<slug:slug>/request/", saml.request_form, name="sso_post"),
    path("sso/<slug:slug>/slo/", saml_logout.slo, name="sso_slo"),
    path("organizations/<slug:slug>/joining/", join_organization, name="join_organization"),
    path("organizations/<slug:slug>/account/", provisioned_account, name="provisioned_account"),
    path("setup/<str:token>/", setup_link, name="setup_link"),
    path("scim/v2", scim),
    path("scim/v2/", scim, name="scim_root"),
    path("scim/v2/<path:path>", scim, name="scim"),
]
