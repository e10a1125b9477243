"""Users, the identities that sign in, with their second factors, sessions and known browsers."""

from accounts.models.attempts import AttemptCount
from accounts.models.browsers import KnownBrowser
from accounts.models.passwords import OldPassword
from accounts.models.sent_forms import SentForm
from accounts.models.sessions import Session
from accounts.models.two_factor import AuthenticatorApp, BackupCode
from accounts.models.users import CsvSeparator, Theme, User, UserManager

__all__ = [
    "AttemptCount",
    "AuthenticatorApp",
    "BackupCode",
    "CsvSeparator",
    "KnownBrowser",
    "OldPassword",
    "SentForm",
    "Session",
    "Theme",
    "User",
    "UserManager",
]
