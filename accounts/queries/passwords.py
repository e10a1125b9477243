"""A user's earlier passwords."""

from itertools import chain

from django.contrib.auth.hashers import check_password

from accounts.models import OldPassword, User
from accounts.passwords import password_forms

# Each comparison takes as long as a sign-in, so no more than this many are made.
MAX_HISTORY = 24


def is_old_password(user: User, password: str, history: int) -> bool:
    """Return whether the password is one of the user's last `history`, of which the current one is the first."""
    count = min(history, MAX_HISTORY)
    older = OldPassword.objects.filter(user=user).order_by("-created_at", "-pk")[: count - 1]
    hashes = chain([user.password], older.values_list("password", flat=True))
    return any(check_password(form, old) for old in hashes for form in password_forms(password))
