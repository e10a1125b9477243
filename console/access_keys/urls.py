"""URLs of the page "Access keys"."""

from django.urls import path

from console.access_keys import views

access_keys_urls = [
    path("", views.access_keys, name="access_keys"),
]
