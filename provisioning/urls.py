"""URLs of identity providers, outside of an organization's pages: single sign-on, SCIM and setup links."""

from django.urls import URLPattern, URLResolver, path

from provisioning.scim.views import scim

urlpatterns: list[URLPattern | URLResolver] = [
    path("scim/v2", scim),
    path("scim/v2/", scim, name="scim_root"),
    path("scim/v2/<path:path>", scim, name="scim"),
]
