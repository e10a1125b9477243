"""How people get into an organization whose domain they have a proven address at (O-2, O-5, J-6, J-7)."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import create_verified_user
from base.policies import require
from base.text import clean_line
from invitations.models import Invitation
from invitations.queries import pending_invitation
from invitations.services import accept_by_single_sign_on
from organizations.models import JoinRule, Membership, Organization, Status
from organizations.policies import NoFreeSeats, domain_allowed, has_free_seats
from organizations.services import add_active_member, link_provisioned_member
from provisioning.models import JoinRequest
from provisioning.policies.joining import effective_join_rule, join_role_of
from provisioning.services.join_requests import request_to_join
from provisioning.sso.profile import SsoError, SsoProfile


class InvitationExpired(SsoError):
    """The person was invited, but too long ago. The caller tells the inviter, outside of the transaction."""

    def __init__(self, organization: Organization, invitation: Invitation):
        self.invitation = invitation
        text = _("Your invitation to %(organization)s has expired. Ask the person who invited you to send it again.")
        super().__init__(text % {"organization": organization.name}, code="expired")


@dataclass
class Newcomer:
    """Someone whom an identity provider signs in for the first time: their checked address and profile.

    `member` is the locked member with this address, if any. `account` is their user, whom join() creates if it's None:
    then no user has the address.
    """

    organization: Organization
    email: str
    profile: SsoProfile
    member: Membership | None
    account: User | None = None

    def check_join_rule(self) -> None:
        """Raise SsoError if no one without an invitation can join. Says the same whether the address has a user."""
        if self.member is None and effective_join_rule(self.organization) == JoinRule.INVITATION:
            raise not_invited(self.organization)

    def get_account(self) -> User:
        """Return the user, a new one without a password if there is none."""
        if self.account is None:
            member = self.member
            first, last = (member.first_name, member.last_name) if member else ("", "")
            if not first and not last:
                first, last = name_part(self.profile.first_name), name_part(self.profile.last_name)
            self.account = create_verified_user(email=self.email, first_name=first, last_name=last, password=None)
        return self.account


def name_part(text: str) -> str:
    """Return a name from an identity provider as it can be stored, "" if it can't."""
    try:
        return clean_line(text[:100])
    except ValidationError:
        return ""


def not_invited(organization: Organization) -> SsoError:
    """Return the refusal of people who need an invitation. It names no one."""
    text = _("You aren’t a member of %(organization)s. Ask one of its Admins to invite you.")
    return SsoError(text % {"organization": organization.name}, code="not_invited")


def join(newcomer: Newcomer) -> Membership | None:
    """Make the newcomer a member, or return None if they have asked to become one. Call it in a transaction.

    People who would join automatically also have to ask while the organization has no free seat (A-9).

    Raises SsoError or Refused if they can't. The caller has locked the organization, and linked no one yet.
    """
    member = newcomer.member
    if member is None:
        return _join_uninvited(newcomer)
    if member.status == Status.INVITED:
        return _accept_invitation(newcomer, member)
    if member.user_id is None:
        if not link_provisioned_member(member=member, user=newcomer.get_account()):
            raise not_invited(newcomer.organization)
        member.refresh_from_db()
    return member


def _accept_invitation(newcomer: Newcomer, member: Membership) -> Membership:
    invitation = pending_invitation(member)
    if invitation is None:
        raise not_invited(newcomer.organization)
    if member.is_expired:
        raise InvitationExpired(newcomer.organization, invitation)
    accept_by_single_sign_on(invitation=invitation, user=newcomer.get_account())
    member.refresh_from_db()
    return member


def _join_uninvited(newcomer: Newcomer) -> Membership | None:
    organization = newcomer.organization
    newcomer.check_join_rule()
    require(domain_allowed(organization, newcomer.email))
    user = newcomer.get_account()
    has_seat = has_free_seats(organization)
    if effective_join_rule(organization) == JoinRule.AUTOMATIC and has_seat:
        first, last = name_part(newcomer.profile.first_name), name_part(newcomer.profile.last_name)
        return join_by_domain(
            organization=organization, user=user, first_name=first, last_name=last, email=newcomer.email
        )
    asked = request_to_join(organization=organization, user=user, email=newcomer.email)
    if asked.status == JoinRequest.Status.APPROVED and not has_seat:
        raise SsoError(NoFreeSeats(has_seat.reason, organization).public_reason, code="no_seats")
    if asked.status != JoinRequest.Status.OPEN:  # refused, or removed since it was approved
        raise not_invited(organization)
    return None


@transaction.atomic
def join_by_domain(
    *, organization: Organization, user: User, first_name: str, last_name: str, email: str = ""
) -> Membership | None:
    """Make a user with a proven address at the organization's domain a member, if its rule is automatic (O-5, J-6).

    The caller has checked the address: `email`, or the user's own. Return None if the rule is another one, also
    because the role is no longer an everyday one (R-6). Raises IntegrityError if they are members, and NoFreeSeats.
    """
    role = join_role_of(organization)
    if role is None or effective_join_rule(organization) != JoinRule.AUTOMATIC:
        return None
    asked = JoinRequest.objects.filter(organization=organization, user=user, status=JoinRequest.Status.OPEN)
    asked.update(status=JoinRequest.Status.APPROVED)
    return add_active_member(
        organization=organization,
        user=user,
        roles=[role],
        actor=None,
        first_name=first_name or user.first_name,
        last_name=last_name or user.last_name,
        email=email or user.email,
    )
