"""URLs below /accounts/ that don't belong to allauth."""

from django.urls import path

from accounts.views import reauthentication, sign_in_again, theme

urlpatterns = [
    path("theme/", theme.theme, name="theme"),
    path("reauthenticate/", reauthentication.reauthentication, name="account_reauthenticate"),
    path("sign-in-again/", sign_in_again.sign_in_again, name="sign_in_again"),
]
