"""Joining without an invitation: asking, answering, and joining at once where that is the rule (O-5).

All of it runs under the organization's lock, so of two approvals, or an approval and an accepted invitation, the second
one sees what the first one did.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import can_sign_in
from accounts.queries import is_address_verified
from audit.services import record
from base.policies import Refused, require
from base.text import canonical_email
from organizations.models import JoinRule, Membership, Organization, Role
from organizations.permissions import Permission
from organizations.policies import can, can_give_roles, domain_allowed
from organizations.queries import stored_member
from organizations.services import add_active_member, lock_actor, lock_organization
from outbox.services import queue_email
from provisioning.models import JoinRequest
from provisioning.policies.joining import effective_join_rule, join_role_of
from provisioning.queries.domains import owns_address
from provisioning.queries.join_requests import is_at_domain, is_known

Status = JoinRequest.Status


@transaction.atomic
def request_to_join(*, organization: Organization, user: User, email: str = "") -> JoinRequest:
    """Save that the user asks to join, or return their earlier request, answered or not: users ask once.

    `email` is the proven address at the organization's domain, by default the user's own. Raises Refused.
    """
    organization = lock_organization(organization.pk)
    email = canonical_email(email or user.email)
    earlier = JoinRequest.objects.filter(organization=organization, user=user).first()
    if earlier:
        return earlier
    _require_can_join(organization, user, email)
    join_request = JoinRequest.objects.create(organization=organization, user=user, email=email)
    record(organization_id=organization.pk, actor=user, action="join.requested", target=join_request)
    return join_request


@transaction.atomic
def join_at_once(*, organization: Organization, user: User) -> Membership:
    """Make a signed-in user a member because of their own address, where people join automatically. Raises Refused."""
    organization = lock_organization(organization.pk)
    _require_can_join(organization, user, user.email)
    if organization.sso_enforced:
        raise Refused(_("%(organization)s requires single sign-on.") % {"organization": organization.name})
    role = join_role_of(organization)
    if role is None or effective_join_rule(organization) != JoinRule.AUTOMATIC:
        raise Refused(_("%(organization)s needs to approve you first.") % {"organization": organization.name})
    JoinRequest.objects.filter(organization=organization, user=user, status=Status.OPEN).update(status=Status.APPROVED)
    return _add(organization, user, user.email, role, None)


@transaction.atomic
def approve_join_request(*, actor: Membership, join_request: JoinRequest, role: Role | None = None) -> bool:
    """Make the person who asked a member with the role, by default the organization's for this, and tell them.

    Return False if someone has answered, or the person has become a member by then. Raises Refused if the actor can't
    invite or give the role (R-6), or the domain is no longer the organization's, and JoinRequest.DoesNotExist.
    """
    actor, current = _lock(actor, join_request)
    if current.status != Status.OPEN:
        return False
    organization, user = actor.organization, current.user
    if is_known(organization, user, current.email):
        _answer(current, Status.APPROVED, actor)
        return False
    if not is_at_domain(current):
        text = _("%(domain)s is no longer a verified domain. Invite %(email)s instead.")
        raise Refused(text % {"domain": current.email.rpartition("@")[2], "email": current.email})
    require(can_sign_in(user))
    role = role or join_role_of(organization)
    if role is None:
        raise Refused(_("Choose a role."))
    require(can_give_roles(actor, [role]))
    member = _add(organization, user, current.email, role, actor)
    _answer(current, Status.APPROVED, actor)
    queue_email(
        kind="provisioning.join_approved",
        subject_id=member.pk,
        key=f"join_approved:{current.pk}",
        organization_id=organization.pk,
    )
    return True


@transaction.atomic
def refuse_join_request(*, actor: Membership, join_request: JoinRequest) -> JoinRequest | None:
    """Refuse the request, and return it as it is now. Return None if someone has answered by then.

    Raises Refused and JoinRequest.DoesNotExist.
    """
    actor, current = _lock(actor, join_request)
    if current.status != Status.OPEN:
        return None
    _answer(current, Status.REFUSED, actor)
    record(organization_id=actor.organization_id, actor=actor, action="join.refused", target=current)
    return current


@transaction.atomic
def reopen_join_request(*, actor: Membership, join_request: JoinRequest, answered_at: str) -> bool:
    """Let a request wait again that was refused at `answered_at` (ISO 8601). Return False if it does already.

    Raises Refused, also if someone has answered it again since, and JoinRequest.DoesNotExist.
    """
    actor, current = _lock(actor, join_request)
    if current.status == Status.OPEN:
        return False
    if current.answered_at is None or current.answered_at.isoformat() != answered_at:
        raise Refused(_("Someone has already answered this request."))
    current.status, current.answered_by, current.answered_at = Status.OPEN, None, None
    current.save(update_fields=["status", "answered_by", "answered_at"])
    record(organization_id=actor.organization_id, actor=actor, action="join.reopened", target=current)
    return True


def _lock(actor: Membership, join_request: JoinRequest) -> tuple[Membership, JoinRequest]:
    actor = lock_actor(actor, join_request.organization_id)
    require(can(actor, Permission.PEOPLE_INVITE))
    rows = JoinRequest.objects.select_for_update(of=("self",)).select_related("user")
    current = rows.get(pk=join_request.pk, organization=actor.organization)
    current.organization = actor.organization
    return actor, current


def _answer(join_request: JoinRequest, status: JoinRequest.Status, actor: Membership) -> None:
    join_request.status, join_request.answered_by, join_request.answered_at = (
        status,
        stored_member(actor),
        timezone.now(),
    )
    join_request.save(update_fields=["status", "answered_by", "answered_at"])


def _require_can_join(organization: Organization, user: User, email: str) -> None:
    """Raise Refused unless the rule lets people at this address ask or join, and they aren't known here."""
    name = {"organization": organization.name}
    if not organization.is_active or effective_join_rule(organization) == JoinRule.INVITATION:
        raise Refused(_("%(organization)s needs to invite you. Ask one of its Admins.") % name)
    if not owns_address(organization, email) or (email == user.email and not is_address_verified(user)):
        raise Refused(_("%(organization)s needs to invite you. Ask one of its Admins.") % name)
    if is_known(organization, user, email):
        raise Refused(
            _("You’re already a member of %(organization)s, or you’ve been invited. Ask one of its Admins.") % name
        )
    require(domain_allowed(organization, email))
    require(can_sign_in(user))


def _add(organization: Organization, user: User, email: str, role: Role, actor: Membership | None) -> Membership:
    return add_active_member(
        organization=organization,
        user=user,
        roles=[role],
        actor=actor,
        first_name=user.first_name,
        last_name=user.last_name,
        email=email,
    )
