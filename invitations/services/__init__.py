from invitations.services.acceptance import (
    Outcome,
    accept_as_new_user,
    accept_as_user,
    accept_by_single_sign_on,
    request_new_link,
)
from invitations.services.addresses import AlreadyCorrected, correct_address
from invitations.services.batches import BatchInvalid, send_batch
from invitations.services.deliveries import follow_emails, follow_events
from invitations.services.drafts import DraftChanged, discard_draft, save_draft, save_list_choices
from invitations.services.invitations import AlreadyResent, resend_invitation, withdraw_invitation
from invitations.services.inviting import Person, invite_people
from invitations.services.links import copy_link
from invitations.services.quota import delete_old_sends
from invitations.services.released import add_expired_invitations
from invitations.services.repair import repair_deliveries
from invitations.services.resets import resend_after_reset
from invitations.services.roles import retire_role

__all__ = [
    "AlreadyCorrected",
    "AlreadyResent",
    "BatchInvalid",
    "DraftChanged",
    "Outcome",
    "Person",
    "accept_as_new_user",
    "accept_as_user",
    "accept_by_single_sign_on",
    "add_expired_invitations",
    "copy_link",
    "correct_address",
    "delete_old_sends",
    "discard_draft",
    "follow_emails",
    "follow_events",
    "invite_people",
    "repair_deliveries",
    "request_new_link",
    "resend_after_reset",
    "resend_invitation",
    "retire_role",
    "save_draft",
    "save_list_choices",
    "send_batch",
    "withdraw_invitation",
]
