"""URLs below /accounts/ that don't belong to allauth."""

from django.urls import path

from accounts.views import (
    authenticator_removal,
    backup_codes,
    second_factor,
    sign_in_again,
    theme,
    two_factor_setup,
)

urlpatterns = [
    path("theme/", theme.theme, name="theme"),
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
