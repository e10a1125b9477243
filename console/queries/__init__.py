from console.queries.offboarding import Offboarding, administrative_invitations, offboarding_of, open_sessions

__all__ = ["Offboarding", "administrative_invitations", "offboarding_of", "open_sessions"]
