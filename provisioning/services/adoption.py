"""Answering the provider's requests to take over members who exist already (C-3).

Approving hands the member over: name, email and membership come from the provider from then on. Role, groups, projects
and sessions stay. The invitation of a pending member stays valid until it is accepted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Decision, deny, not_applicable, require
from organizations.models import ManagedBy, Membership
from organizations.permissions import Permission
from organizations.policies import can, outranks
from organizations.queries import stored_member
from organizations.services import lock_actor, lock_members
from provisioning.models import AdoptionRequest
from provisioning.services.takeover import take_over_member


@dataclass
class AdoptionAnswers:
    """What became of the requests.

    answered: the members of those that were answered now. refused: why others were not, by name. unchanged:
    how many were answered before, or are about a member who is gone.
    """

    answered: list[Membership] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0


def can_answer_adoption(actor: Membership) -> Decision:
    """Members who manage security settings answer. can_hand_over() decides for each member."""
    return can(actor, Permission.SECURITY_MANAGE)


def can_hand_over(actor: Membership, member: Membership) -> Decision:
    """R-7: no one hands over a member who has an administrative permission that they lack.

    The break-glass Admin stays manual: they must be able to sign in when the provider fails (O-4).
    """
    if member.managed_by == ManagedBy.SCIM:
        return not_applicable(_("%(name)s is already managed externally.") % {"name": member.name})
    if member.is_break_glass:
        return deny(
            _("%(name)s is the break-glass Admin and stays manually managed. Choose another one first.")
            % {"name": member.name}
        )
    return outranks(actor, member)


@transaction.atomic
def approve_adoption(*, actor: Membership, requests: Iterable[AdoptionRequest]) -> AdoptionAnswers:
    """Hand the members of these requests over to the provider. Raises Refused if the actor can't answer at all.

    Requests that someone else answered meanwhile, or whose member is gone, are left out: two people who approve at once
    hand each member over once.
    """
    actor, current, answers = _lock(actor, requests)
    for request in current:
        member = request.membership
        if not (decision := can_hand_over(actor, member)):
            answers.refused[member.name] = decision.reason
            continue
        if reason := take_over_member(actor=actor, member=member, request=request):
            answers.refused[member.name] = reason
            continue
        _answer(actor, request, AdoptionRequest.Status.APPROVED)
        answers.answered.append(member)
    return answers


@transaction.atomic
def refuse_adoption(*, actor: Membership, requests: Iterable[AdoptionRequest]) -> AdoptionAnswers:
    """Leave the members of these requests as they are. The provider keeps getting the error 409 for them.

    Same result and errors as approve_adoption().
    """
    actor, current, answers = _lock(actor, requests)
    for request in current:
        _answer(actor, request, AdoptionRequest.Status.REFUSED)
        answers.answered.append(request.membership)
    return answers


def _lock(
    actor: Membership, requests: Iterable[AdoptionRequest]
) -> tuple[Membership, list[AdoptionRequest], AdoptionAnswers]:
    """Lock the organization and the members. Return the actor and the requests that are still open, as they are now."""
    requests = list(requests)
    actor = lock_actor(actor)
    require(can_answer_adoption(actor))
    organization = actor.organization
    members = lock_members(organization, [Membership(pk=request.membership_id) for request in requests])
    rows = AdoptionRequest.objects.select_for_update().filter(
        pk__in=[request.pk for request in requests],
        organization=organization,
        status=AdoptionRequest.Status.OPEN,
        membership__in=members,
    )
    current = list(rows.order_by("created_at", "pk"))
    for request in current:
        request.membership = members[request.membership_id]
        request.membership.organization = organization
    return actor, current, AdoptionAnswers(unchanged=len(requests) - len(current))


def _answer(actor: Membership, request: AdoptionRequest, status: str) -> None:
    request.status, request.answered_by, request.answered_at = status, stored_member(actor), timezone.now()
    request.save(update_fields=["status", "answered_by", "answered_at"])
    if status == AdoptionRequest.Status.REFUSED:
        member = request.membership
        record(organization_id=member.organization_id, actor=actor, action="scim.adoption_refused", target=member)
