from invitations.services.accepting import Outcome, accept_as_new_user, accept_as_user, ask_for_new_link
from invitations.services.drafts import DraftChanged, discard_draft, save_draft
from invitations.services.roles import retire_role
from invitations.services.sending import BatchInvalid, resend_invitation, send_batch, withdraw_invitation
from invitations.services.spending import forget_sends

__all__ = [
    "BatchInvalid",
    "DraftChanged",
    "Outcome",
    "accept_as_new_user",
    "accept_as_user",
    "ask_for_new_link",
    "discard_draft",
    "forget_sends",
    "resend_invitation",
    "retire_role",
    "save_draft",
    "send_batch",
    "withdraw_invitation",
]
