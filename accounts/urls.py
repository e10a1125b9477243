"""URLs below /accounts/ that don't belong to allauth, or that replace its own."""

from django.urls import include, path, re_path

from accounts.views import (
    authenticator_removal,
    backup_codes,
    browsers,
    email_change,
    not_me,
    passkey_ceremonies,
    passkeys,
    passwords,
    reauthentication,
    second_factor,
    sessions,
    sign_in_again,
    theme,
    two_factor_setup,
)

passkey_urls = [
    path("", passkeys.passkeys, name="passkeys"),
    path("new/", passkeys.passkey_new, name="passkey_new"),
    path("signal/", passkeys.passkey_signal, name="passkey_signal"),
    path("offer/dismissal/", passkeys.passkey_offer_dismissal, name="passkey_offer_dismissal"),
    path("<int:passkey_id>/name/", passkeys.passkey_name, name="passkey_name"),
    path("<int:passkey_id>/removal/", passkeys.passkey_removal, name="passkey_removal"),
    path("registration/", passkey_ceremonies.registration, name="passkey_registration"),
    path("registration/options/", passkey_ceremonies.registration_options_view),
    path("sign-in/", passkey_ceremonies.passkey_sign_in, name="passkey_sign_in"),
    path("sign-in/options/", passkey_ceremonies.sign_in_options),
    path("second-factor/", passkey_ceremonies.passkey_second_factor, name="passkey_second_factor"),
    path("second-factor/options/", passkey_ceremonies.second_factor_options),
    path("confirmation/", passkey_ceremonies.passkey_confirmation, name="passkey_confirmation"),
    path("confirmation/options/", passkey_ceremonies.confirmation_options),
]
urlpatterns = [
    path("passkeys/", include(passkey_urls)),
    path("login/", passwords.sign_in, name="account_login"),
    path("password/change/", passwords.change, name="account_change_password"),
    path("password/set/", passwords.set_first, name="account_set_password"),
    path("password/reset/", passwords.reset, name="account_reset_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        passwords.reset_key,
        name="account_reset_password_from_key",
    ),
    path("theme/", theme.theme, name="theme"),
    path("csv-separator/", theme.csv_separator, name="csv_separator"),
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
    path("email-change/", email_change.email_change, name="email_change"),
    path("email-change/sent/", email_change.email_change_sent, name="email_change_sent"),
    path("email-change/<str:token>/", email_change.email_confirmation, name="email_confirmation"),
    path("not-me/<str:token>/", not_me.not_me, name="not_me"),
]
