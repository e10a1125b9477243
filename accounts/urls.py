"""URLs below /accounts/ that don't belong to allauth."""

from django.urls import path

from accounts.views import email_change, not_me, sign_in_again, theme

urlpatterns = [
    path("theme/", theme.theme, name="theme"),
    path("sign-in-again/", sign_in_again.sign_in_again, name="sign_in_again"),
    path("email-change/", email_change.email_change, name="email_change"),
    path("email-change/sent/", email_change.email_change_sent, name="email_change_sent"),
    path("email-change/<str:token>/", email_change.email_confirmation, name="email_confirmation"),
    path("not-me/<str:token>/", not_me.not_me, name="not_me"),
]
