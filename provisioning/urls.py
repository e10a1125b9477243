"""URLs of identity providers, outside of an organization's pages: single sign-on, SCIM and setup links."""

from django.urls import URLPattern, URLResolver, path

from provisioning.views.join_requests import join_organization
from provisioning.views.setup_links import setup_link

urlpatterns: list[URLPattern | URLResolver] = [
    path("organizations/<slug:slug>/joining/", join_organization, name="join_organization"),
    path("setup/<str:token>/", setup_link, name="setup_link"),
]
