"""URLs of identity providers, outside of an organization's pages: single sign-on, SCIM and setup links."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
