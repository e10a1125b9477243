"""URLs below /accounts/ that don't belong to allauth."""

from django.urls import path

from accounts.views import browsers, reauthentication, sessions, sign_in_again, theme

urlpatterns = [
    path("theme/", theme.theme, name="theme"),
    path("reauthenticate/", reauthentication.reauthentication, name="account_reauthenticate"),
    path("sessions/ending/", sessions.other_sessions_ending, name="other_sessions_ending"),
    path("sessions/<slug:key>/ending/", sessions.session_ending, name="session_ending"),
    path("browsers/forgetting/", browsers.browsers_forgetting, name="browsers_forgetting"),
    path("browsers/<uuid:browser_id>/forgetting/", browsers.browser_forgetting, name="browser_forgetting"),
    path("sign-in-again/", sign_in_again.sign_in_again, name="sign_in_again"),
]
