"""Second factors in tests: users with an authenticator app, and the codes that it shows."""

import time
from base64 import b32decode

from django.test import Client
from django_otp.oath import TOTP

from accounts.models import AuthenticatorApp, BackupCode, User
from accounts.services import notify_two_factor_listeners
from teamadmin.testing.cast import PASSWORD


def code_of(app: AuthenticatorApp | str, seconds: int = 0) -> str:
    """Return the code that the app shows, or will show in so many seconds. `app` may be its key."""
    secret = app if isinstance(app, str) else app.secret
    totp = TOTP(b32decode(secret.replace(" ", "")))
    totp.time = time.time() + seconds
    return f"{totp.token():06}"


def add_authenticator(user: User, *, codes: tuple[str, ...] = ()) -> AuthenticatorApp:
    """Give the user an authenticator app, and backup codes in canonical form."""
    app = AuthenticatorApp.objects.create(user=user, name="app")
    BackupCode.objects.bulk_create(BackupCode(user=user, code_hash=BackupCode.hash(code)) for code in codes)
    notify_two_factor_listeners(user=user)
    return app


def enter_password(user: User, client: Client | None = None, **data: str) -> Client:
    """Return a client that has entered the password, and nothing else."""
    client = client or Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, **data})
    return client


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
