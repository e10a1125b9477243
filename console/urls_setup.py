"""URLs of the pages that a setup link opens, outside of an organization's pages (O-6)."""

from django.urls import path

from console.setup_links import pages

urlpatterns = [
    path("setup/<uuid:link_id>/", pages.setup_page, name="setup_page"),
    path("setup/<uuid:link_id>/domains/", pages.setup_domains, name="setup_domains"),
    path("setup/<uuid:link_id>/domains/<uuid:domain_id>/checks/", pages.setup_domain_check, name="setup_domain_check"),
]
