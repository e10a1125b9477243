"""URLs below /accounts/ that don't belong to allauth."""

from django.urls import path

from accounts.views import (
    authenticator_removal,
    backup_codes,
    browsers,
    reauthentication,
    second_factor,
    sessions,
    sign_in_again,
    theme,
    two_factor_setup,
)

urlpatterns = [
    path("theme/", theme.theme, name="theme"),
    path("reauthenticate/", reauthentication.reauthentication, name="account_reauthenticate"),
    path("sessions/ending/", sessions.other_sessions_ending, name="other_sessions_ending"),
    path("sessions/<slug:key>/ending/", sessions.session_ending, name="session_ending"),
    path("browsers/forgetting/", browsers.browsers_forgetting, name="browsers_forgetting"),
    path("browsers/<uuid:browser_id>/forgetting/", browsers.browser_forgetting, name="browser_forgetting"),
    path("sign-in-again/", sign_in_again.sign_in_again, name="sign_in_again"),
    path("two-factor/", two_factor_setup.two_factor_setup, name="two_factor_setup"),
    path("two-factor/removal/", authenticator_removal.authenticator_removal, name="authenticator_removal"),
    path("two-factor/verify/", second_factor.second_factor, name="second_factor"),
    path(
        "two-factor/verify/cancellation/", second_factor.second_factor_cancellation, name="second_factor_cancellation"
    ),
    path("two-factor/backup-codes/", backup_codes.backup_codes, name="backup_codes"),
    path("two-factor/backup-codes/file/", backup_codes.backup_codes_file, name="backup_codes_file"),
    path("two-factor/backup-codes/saved/", backup_codes.backup_codes_saved, name="backup_codes_saved"),
]
