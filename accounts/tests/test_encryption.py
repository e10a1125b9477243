"""Secrets are encrypted in the database, with keys that can be rotated while the site runs."""

import logging
import time
from base64 import b32decode
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_otp.oath import TOTP

from accounts.models import AuthenticatorApp
from accounts.queries import has_two_factor
from base import rotation
from base.encryption import DecryptionFailed, decrypt, encrypt, uses_first_key

pytestmark = pytest.mark.django_db
OLD, NEW = "old-" + "o" * 40, "new-" + "n" * 40
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def stored_values() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_authenticatorapp ORDER BY id")
        return [value for (value,) in cursor.fetchall()]


def code(secret: str) -> str:
    totp = TOTP(b32decode(secret), 30, 0, 6, 0)
    totp.time = time.time()
    return f"{totp.token():06d}"


def rotate(*options: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def apps(cast, settings) -> list[AuthenticatorApp]:
    """Authenticator apps of four users, encrypted with the old key."""
    settings.ENCRYPTION_KEYS = [OLD]
    users = [cast.user(name) for name in ("olga", "max", "bo", "opal")]
    return [AuthenticatorApp.objects.create(user=user, name="App", secret=SECRET) for user in users]


def test_a_dump_contains_no_secret(apps):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_authenticatorapp")
        dump = repr(cursor.fetchall())
    raw = b32decode(SECRET)
    assert not any(form in dump for form in (SECRET, SECRET.lower(), raw.hex(), repr(raw)[2:-1]))
    assert len(set(stored_values())) == 4  # equal secrets can't be recognized


def test_rotation_encrypts_everything_with_the_first_key(apps, settings):
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert [app.secret for app in AuthenticatorApp.objects.all()] == [SECRET] * 4
    output = rotate("--batch-size", "3")
    assert "accounts.AuthenticatorApp.secret: 4 encrypted again, 0 already current." in output
    assert "You can remove the other keys" in output and SECRET not in output and OLD not in output
    assert all(map(uses_first_key, stored_values()))
    settings.ENCRYPTION_KEYS = [NEW]
    assert [app.secret for app in AuthenticatorApp.objects.all()] == [SECRET] * 4
    settings.ENCRYPTION_KEYS = [OLD]
    with pytest.raises(DecryptionFailed):
        decrypt(stored_values()[0])


def test_rotation_can_be_run_again_and_changes_nothing(apps, settings):
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    AuthenticatorApp.objects.get(pk=apps[1].pk).save()  # saved with the new key
    assert "3 encrypted again, 1 already current." in rotate()
    before = stored_values()
    assert "0 encrypted again, 4 already current." in rotate()
    assert stored_values() == before


def test_rotation_does_not_undo_a_change_made_meanwhile(apps, settings, monkeypatch):
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    changed, original = apps[2], rotation.decrypt

    def change_first(stored):
        if AuthenticatorApp.objects.filter(pk=changed.pk, name="App").update(secret="B" * 32, name="Changed"):
            AuthenticatorApp.objects.filter(pk=apps[3].pk).delete()
        return original(stored)

    monkeypatch.setattr(rotation, "decrypt", change_first)
    assert "2 encrypted again, 1 already current." in rotate()
    assert AuthenticatorApp.objects.get(pk=changed.pk).secret == "B" * 32
    assert AuthenticatorApp.objects.count() == 3


def test_a_row_that_changes_at_each_try_is_reported(apps, settings, monkeypatch):
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    original = rotation.decrypt

    def change_again(stored):
        settings.ENCRYPTION_KEYS = [OLD, NEW]  # an old process goes on writing with the old key
        AuthenticatorApp.objects.filter(pk=apps[0].pk).update(secret=SECRET)
        settings.ENCRYPTION_KEYS = [NEW, OLD]
        return original(stored)

    monkeypatch.setattr(rotation, "decrypt", change_again)
    with pytest.raises(CommandError, match="Don't remove any key"):
        rotate()


def test_undecryptable_rows_are_reported_without_their_content(apps, settings):
    settings.ENCRYPTION_KEYS = ["lost-" + "x" * 40]
    lost = AuthenticatorApp.objects.create(user=apps[0].user, name="Lost")
    token = stored_values()[-1]
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    out = StringIO()
    with pytest.raises(CommandError, match="Don't remove any key"):
        call_command("rotate_keys", stdout=out, stderr=out)
    assert f"1 can't be decrypted, with these ids: {lost.pk}" in out.getvalue()
    assert "4 encrypted again" in out.getvalue() and token not in out.getvalue()
    assert stored_values()[-1] == token


@pytest.mark.spec("S-2")
def test_without_the_key_codes_are_wrong_and_the_operator_is_told(apps, settings, caplog):
    app, right = apps[0], code(SECRET)
    before = stored_values()[0]
    settings.ENCRYPTION_KEYS = [NEW]
    app = AuthenticatorApp.objects.get(pk=app.pk)
    with caplog.at_level(logging.ERROR):
        assert not app.verify_token(right)
    assert f"authenticator app {app.pk} can't be decrypted" in caplog.text and SECRET not in caplog.text
    assert has_two_factor(app.user) and repr(app.secret) == "<Undecryptable>"
    with pytest.raises(DecryptionFailed):
        str(app.secret)
    app.save()  # keeps the stored value, which the key may decrypt again one day
    assert stored_values()[0] == before
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    app = AuthenticatorApp.objects.get(pk=app.pk)
    app.throttle_reset()  # the refused code may count as a wrong one
    assert app.verify_token(right)


def test_every_value_is_encrypted_differently_and_changes_are_detected(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    first, second = encrypt("value"), encrypt("value")
    assert first != second and decrypt(first) == decrypt(second) == "value"
    with pytest.raises(DecryptionFailed):
        decrypt(first[:-6] + ("AAAA" if first[-6:-2] != "AAAA" else "BBBB") + first[-2:])
