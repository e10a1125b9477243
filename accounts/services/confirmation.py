"""Confirming that it is still the user who acts (S-7). IdentityForm checks the factor that they use."""

from accounts.services.sign_in import confirm_identity
from accounts.sessions import SessionStore


def complete_confirmation(session: SessionStore, *, organization_id: str = "") -> None:
    """Save that the session's user has just proven who they are, and give it a new key (ASVS 7.2.4).

    With `organization_id`, to this organization's identity provider. Raise UpdateError if the session was ended
    in the meantime.
    """
    session.rotate_key()
    confirm_identity(session, organization_id=organization_id)
