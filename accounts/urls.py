"""URLs below /accounts/ that don't belong to allauth, or that replace its own."""

from django.urls import path, re_path

from accounts.views import passwords, sign_in_again, theme

urlpatterns = [
    path("login/", passwords.sign_in, name="account_login"),
    path("password/change/", passwords.change, name="account_change_password"),
    path("password/reset/", passwords.reset, name="account_reset_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        passwords.reset_key,
        name="account_reset_password_from_key",
    ),
    path("theme/", theme.theme, name="theme"),
    path("sign-in-again/", sign_in_again.sign_in_again, name="sign_in_again"),
]
