"""Every address of the product."""

from django.conf import settings
from django.urls import include, path

from teamadmin import media

urlpatterns = [
    path("media/logos/<str:name>", media.logo, name="logo"),
    path("accounts/", include("allauth.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("dev/mail/", include("teamadmin.devmail.urls")))
