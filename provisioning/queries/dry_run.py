"""What would happen if a person whom the identity provider described signed in now. Nothing is changed (O-1)."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from base.text import canonical_email
from organizations.models import JoinRule, Membership, Organization, Status
from organizations.policies import domain_allowed, requires_two_factor
from organizations.queries import direct_roles_of
from provisioning.models import ExternalIdentity, IdentityProvider
from provisioning.policies.joining import effective_join_rule, join_role_of
from provisioning.policies.sign_in import needs_own_sign_in
from provisioning.queries.domains import domain_of, owns_address
from provisioning.sso.profile import SsoProfile


@dataclass
class DryRun:
    """`can_sign_in` with `lines`, sentences about what follows, and the member who it would be, if there is one."""

    can_sign_in: bool = True
    lines: list[str] = field(default_factory=list)
    member: Membership | None = None
    is_linked: bool = False

    def refuse(self, reason: str) -> "DryRun":
        self.can_sign_in, self.lines = False, [reason]
        return self


def describe_sign_in(identity_provider: IdentityProvider, profile: SsoProfile, *, now: Any) -> DryRun:
    """Return what would happen if this person signed in now, and the provider were turned on."""
    organization = identity_provider.organization
    run = DryRun()
    identity = _identity(organization, profile)
    if identity is not None:
        members = Membership.objects.filter(organization=organization, user=identity.user)
        run.member, run.is_linked = members.select_related("user", "organization").first(), True
        if run.member is not None:
            return _describe_member(run, identity_provider, profile, now)
    try:
        email = canonical_email(profile.email)
    except ValidationError:
        return run.refuse(_("Refused, because no valid email address came back. Map the attribute that has it."))
    members = Membership.objects.filter(organization=organization, email_key=email)
    run.member = members.select_related("user", "organization").first()
    if not owns_address(organization, email) and not (run.member and run.member.status == Status.INVITED):
        text = _("Refused, because %(domain)s isn’t a verified domain of %(organization)s.")
        return run.refuse(text % {"domain": domain_of(email), "organization": organization.name})
    if run.member is None:
        return _describe_newcomer(run, organization, email)
    return _describe_member(run, identity_provider, profile, now)


def _identity(organization: Organization, profile: SsoProfile) -> ExternalIdentity | None:
    identities = ExternalIdentity.objects.select_related("user").filter(organization=organization)
    return identities.filter(issuer=profile.issuer, subject=profile.subject).first()


def _describe_newcomer(run: DryRun, organization: Organization, email: str) -> DryRun:
    rule = effective_join_rule(organization)
    if rule == JoinRule.INVITATION:
        text = _("Refused, because people join %(organization)s by invitation only.")
        return run.refuse(text % {"organization": organization.name})
    if not (decision := domain_allowed(organization, email)):
        return run.refuse(decision.reason)
    if User.objects.filter(email=email).exists():
        run.lines.append(_("Asked to sign in once to the account that already has this address"))
    role = join_role_of(organization)
    if rule == JoinRule.AUTOMATIC and role is not None:
        run.lines.append(_("Joins automatically with the role %(role)s") % {"role": role.label})
    else:
        run.lines.append(_("Asks to join. An Admin approves or refuses the request."))
    return run


def _describe_member(run: DryRun, identity_provider: IdentityProvider, profile: SsoProfile, now: Any) -> DryRun:
    member, label = run.member, {"provider": identity_provider.label}
    assert member is not None
    if member.status == Status.DEACTIVATED:
        return run.refuse(_("Refused, because %(name)s is deactivated here.") % {"name": member.name})
    if member.status == Status.INVITED:
        return _describe_invited(run, member, now)
    if run.is_linked:
        run.lines.append(_("Signs in as this member. They are linked already."))
    elif member.user is None:
        run.lines.append(_("Linked to this member immediately, because they have never signed in"))
    elif needs_own_sign_in(identity_provider.organization, member.user, member):
        run.lines.append(_("Linked to this member after one sign-in to their own account"))
    else:
        run.lines.append(_("Linked to this member immediately"))
    run.lines.append(_("Name, role, groups and projects stay. Signing in doesn’t change them."))
    run.lines.append(_second_factor(member, profile, label, now))
    return run


def _describe_invited(run: DryRun, member: Membership, now: Any) -> DryRun:
    if member.invite_expires_at and member.invite_expires_at <= now:
        return run.refuse(_("Refused, because the invitation for this address has expired. Resend it."))
    roles = ", ".join(str(role.label) for role in direct_roles_of(member))
    run.lines.append(_("Joins through their invitation, with the role %(roles)s") % {"roles": roles})
    if not owns_address(member.organization, member.email):
        run.lines.append(_("Asked to open the link in their invitation first, because the domain isn’t verified"))
    return run


def _second_factor(member: Membership, profile: SsoProfile, label: dict[str, str], now: Any) -> str:
    if profile.mfa:
        return _("Not asked for a second factor: %(provider)s says that it checked one") % label
    if not requires_two_factor(member, now):
        return _("Not asked for a second factor: %(organization)s doesn’t require one") % {
            "organization": member.organization.name
        }
    return _("Asked for their second factor here, because %(provider)s doesn’t say that it checked one") % label
