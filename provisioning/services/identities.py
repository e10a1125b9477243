"""Whom an identity provider signs in: its subject is linked to a user once, and decides from then on (O-3)."""

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_event
from audit.services import record
from base.policies import Refused
from base.text import canonical_email
from invitations.services import request_new_link
from organizations.models import ManagedBy, Membership, Organization, Status
from organizations.services import lock_organization
from provisioning.models import ExternalIdentity, IdentityProvider, SsoLogin
from provisioning.policies.sign_in import can_sign_in_through, needs_own_sign_in
from provisioning.queries.domains import owns_address
from provisioning.services.joining import InvitationExpired, Newcomer, join, name_part
from provisioning.sso.profile import SsoError, SsoProfile


class Outcome(StrEnum):
    """What follows from a checked answer.

    SIGNED_IN: the session opens. ACCOUNT_EXISTS: the address has an account, whose owner must sign in to it once.
    INVITED: the domain isn't the organization's, but the invitation's link may prove the address. ASKED: an Admin
    decides about the request to join.
    """

    SIGNED_IN = "signed_in"
    ACCOUNT_EXISTS = "account_exists"
    INVITED = "invited"
    ASKED = "asked"


@dataclass(frozen=True)
class Identified:
    """The outcome, with the identity if it is linked."""

    outcome: Outcome
    identity: ExternalIdentity | None = None


def identify(
    *,
    identity_provider: IdentityProvider,
    profile: SsoProfile,
    account: User | None = None,
    invited: Membership | None = None,
) -> Identified:
    """Find the user of a checked answer, or let them join, in one transaction. Raise SsoError if neither is possible.

    `account` is a user who has signed in to their own account and confirmed that the provider may sign them in.
    `invited` is the pending member whose invitation link this browser has: the link proves their address.
    """
    if not (decision := can_sign_in_through(identity_provider)):
        raise SsoError(decision.reason, code="closed")
    attempt = _Attempt(identity_provider, profile, account, invited)
    try:
        return attempt.run()
    except InvitationExpired as expired:
        request_new_link(invitation=expired.invitation)
        raise


@transaction.atomic
def save_login(*, identity: ExternalIdentity, profile: SsoProfile) -> None:
    """Save that the identity was used, and its provider's name of the session, which a logout request names."""
    identity.email, identity.last_used_at = profile.email[:254], timezone.now()
    identity.save(update_fields=["email", "last_used_at"])
    if profile.sid:
        SsoLogin.objects.create(identity=identity, sid=profile.sid[:500])


@dataclass
class _Attempt:
    identity_provider: IdentityProvider
    profile: SsoProfile
    account: User | None
    invited: Membership | None

    @property
    def organization(self) -> Organization:
        return self.identity_provider.organization

    def run(self) -> Identified:
        try:
            return self._run()
        except IntegrityError:  # the address got a user or a member in the meantime
            return self._run()

    @transaction.atomic
    def _run(self) -> Identified:
        identity = self._find_identity()
        if identity and (member := self._membership_of(identity.user)):
            return self._sign_in(identity, member)
        # Two first sign-ins at once: the second one waits here, and finds the identity that the first one linked.
        self.identity_provider.organization = lock_organization(self.identity_provider.organization_id)
        if identity := self._find_identity():
            if member := self._membership_of(identity.user):
                return self._sign_in(identity, member)
            self._check_account(identity.user)
            self.account = identity.user
        return self._join(identity)

    def _find_identity(self) -> ExternalIdentity | None:
        identities = ExternalIdentity.objects.select_related("user").filter(
            organization=self.organization,
            issuer=self.profile.issuer,
            subject=self.profile.subject,
        )
        return identities.first() if self.profile.issuer and self.profile.subject else None

    def _membership_of(self, user: User) -> Membership | None:
        members = Membership.objects.filter(organization=self.organization, user=user)
        return members.first()

    def _sign_in(self, identity: ExternalIdentity, member: Membership) -> Identified:
        self._check_account(identity.user)
        if member.status != Status.ACTIVE:
            raise self._deactivated()
        _fill_names(member, self.profile)
        return Identified(Outcome.SIGNED_IN, identity)

    def _check_account(self, user: User) -> None:
        """The person confirmed as one user, and the provider's subject or address is another's."""
        if self.account and self.account != user:
            raise self._other_account()

    def _join(self, identity: ExternalIdentity | None) -> Identified:
        email = self._email()
        members = Membership.objects.select_for_update(of=("self",)).filter(organization=self.organization)
        member = members.select_related("user").filter(email_key=email).first()
        if not owns_address(self.organization, email) and not self._is_invited(member):
            if member and member.status == Status.INVITED:
                return Identified(Outcome.INVITED)
            text = _("%(provider)s says that your address is %(email)s. %(organization)s can’t vouch for its domain.")
            raise SsoError(text % {**self._names(), "email": email}, code="domain")
        if member and member.status == Status.DEACTIVATED:
            raise self._deactivated()
        return self._join_as(member, email, identity)

    def _is_invited(self, member: Membership | None) -> bool:
        """Return whether this browser has the link of this pending member's invitation."""
        if self.invited is None:
            return False
        if member is None or member.pk != self.invited.pk or member.status != Status.INVITED:
            text = _("The invitation was sent to a different address from the one you used with %(provider)s.")
            raise SsoError(text % self._names(), code="other_address")
        return True

    def _join_as(self, member: Membership | None, email: str, identity: ExternalIdentity | None) -> Identified:
        owner = member.user if member and member.user else User.objects.filter(email=email).first()
        newcomer = Newcomer(self.organization, email, self.profile, member, self.account)
        if owner:
            self._check_account(owner)
        if owner and not self.account:
            if needs_own_sign_in(self.organization, owner, member):
                if owner.email != email:  # signing in to that account would prove another address
                    raise self._other_account()
                newcomer.check_join_rule()
                return Identified(Outcome.ACCOUNT_EXISTS)
            newcomer.account = owner
        is_new_user = newcomer.account is None
        try:
            joined = join(newcomer)
        except Refused as refused:
            raise SsoError(refused, code="refused") from None
        assert newcomer.account is not None
        identity = identity or self._link(newcomer.account, joined, is_new_user)
        if joined is None:
            return Identified(Outcome.ASKED, identity)
        _fill_names(joined, self.profile)
        return Identified(Outcome.SIGNED_IN, identity)

    def _link(self, user: User, member: Membership | None, is_new_user: bool) -> ExternalIdentity:
        identity = ExternalIdentity.objects.create(
            organization=self.organization,
            issuer=self.profile.issuer,
            subject=self.profile.subject,
            user=user,
            email=self.profile.email[:254],
        )
        data = {"provider": self.identity_provider.label, "organization": self.organization.name}
        actor = member or user
        record(organization_id=self.organization.pk, actor=actor, action="sso.linked", target=actor, data=data)
        if not is_new_user:  # their account can now be used in another way than before
            record_event(user=user, action="sso.linked", data={**data, "identity": str(identity.pk)})
        return identity

    def _email(self) -> str:
        try:
            return canonical_email(self.profile.email)
        except ValidationError:
            text = _("%(provider)s didn’t send a valid email address. Ask an Admin of %(organization)s to check it.")
            raise SsoError(text % self._names(), code="email") from None

    def _other_account(self) -> SsoError:
        text = _("Another account already uses this address in %(organization)s. Ask one of its Admins.")
        return SsoError(text % self._names(), code="other_account")

    def _deactivated(self) -> SsoError:
        text = _("Your access to %(organization)s is deactivated. Ask an Admin to reactivate it.")
        return SsoError(text % self._names(), code="deactivated")

    def _names(self) -> dict[str, str]:
        return {"provider": capfirst(self.identity_provider.label), "organization": self.organization.name}


def _fill_names(member: Membership, profile: SsoProfile) -> None:
    """Give a member without any name the provider's. Other names stay: people and Admins chose them, or SCIM."""
    first, last = name_part(profile.first_name), name_part(profile.last_name)
    is_blank = not member.first_name and not member.last_name
    if is_blank and member.managed_by == ManagedBy.MANUAL and (first or last):
        member.first_name, member.last_name = first, last
        member.save(update_fields=["first_name", "last_name"])
