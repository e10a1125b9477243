"""Every address of the product."""

from django.urls import include, path

from teamadmin import media

urlpatterns = [
    path("media/logos/<str:name>", media.logo, name="logo"),
    path("accounts/", include("allauth.urls")),
]
