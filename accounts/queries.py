"""Reading users."""

from accounts.models import User


def user_exists(email: str) -> bool:
    """Whether this canonical address signs somebody in."""
    return User.objects.filter(email=email).exists()
