"""URLs below /accounts/ that don't belong to allauth."""

from django.urls import include, path

from accounts.views import passkey_ceremonies, passkeys, sign_in_again, theme

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
    path("theme/", theme.theme, name="theme"),
    path("sign-in-again/", sign_in_again.sign_in_again, name="sign_in_again"),
]
