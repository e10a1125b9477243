"""Checking a user's password, with limits on attempts and the same work for known and unknown addresses (S-1, S-10)."""

from django.contrib.auth.hashers import check_password as check_hash
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from accounts.models import User
from accounts.passwords import normalize_password, password_forms
from accounts.queries import find_user, get_account_rules
from accounts.services.attempts import ATTEMPTS, attempt_keys, clear_attempts, start_attempt

# Signing in, and the password of a user who is signed in: two counts, so that neither way is open to more guesses.
SIGN_IN, CONFIRMATION = "sign_in", "confirmation"


def check_credentials(request: HttpRequest, *, email: str, password: str) -> User | None:
    """Return the user with this address and password, None if either is wrong. Must not run inside a transaction.

    Raise RateLimited after too many failures. Nothing that strangers see depends on whether the address is known: not
    the number of attempts, queries or hashes. So where an organization allows fewer attempts (S-6), all further ones
    fail as if the password was wrong, until they are blocked as usual. In a browser that the user has signed in with
    before, they are blocked at once.
    """
    user = find_user(email)
    checked = user or User()
    keys = attempt_keys(request, SIGN_IN, email)
    allowed = allowed_attempts(checked)
    known_browser = len(keys) == 1 and ":browser:" in keys[0]
    number = start_attempt(*keys, limit=allowed if known_browser else ATTEMPTS)
    is_right = checked.check_password(password)
    if user is None or not is_right or number > allowed:
        user_login_failed.send(sender=__name__, credentials={"email": email}, request=request)
        return None
    clear_attempts(*keys)
    _replace_older_hash(user, password)
    return user


def allowed_attempts(user: User) -> int:
    """Return how many failures block the user: fewer than ATTEMPTS if one of their organizations says so. One query."""
    return min(get_account_rules(user).lockout_attempts or ATTEMPTS, ATTEMPTS)


def confirm_password(request: HttpRequest, *, user: User, password: str) -> bool:
    """Return whether this is the password of a user who is signed in. Must not run inside a transaction.

    Raise RateLimited after too many failures. They are counted by user and browser, for all pages that ask for it.
    """
    keys = attempt_keys(request, CONFIRMATION, user.email)
    start_attempt(*keys, limit=allowed_attempts(user))
    if not user.check_password(password):
        return False
    clear_attempts(*keys)
    return True


def _replace_older_hash(user: User, password: str) -> None:
    """Hash the password again if its hash is from before passwords were normalized.

    Only at sign-in, because a new hash ends the user's sessions.
    """
    current = normalize_password(password)
    if len(password_forms(password)) > 1 and not check_hash(current, user.password):
        user.set_password(current)
        user.save(update_fields=["password"])
