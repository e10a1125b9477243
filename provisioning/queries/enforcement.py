"""What enforcing single sign-on would change, in numbers. None of them reads more rows than its cap."""

from collections import Counter
from dataclasses import dataclass

from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Session
from accounts.services.sign_in import SignIns
from base.counting import Count
from organizations.models import Membership, Organization, Status
from provisioning.models import ExternalIdentity
from provisioning.queries.domains import verified_domains

# Members and sessions that are looked at, the most recently active ones first.
CAP = 1_000


@dataclass(frozen=True)
class UnverifiedDomain:
    """A domain of members who can't sign in until it is verified: the provider may not speak for their addresses."""

    name: str
    members: Count


def count_pending(organization: Organization) -> Count:
    """Return how many pending invitations can still be accepted. One query."""
    rows = Membership.objects.filter(organization=organization, status=Status.INVITED, invite_expires_at__gt=Now())
    return Count(rows.order_by("invite_expires_at").values("pk")[: CAP + 1].count(), CAP)


def count_ending_sessions(organization: Organization) -> Count:
    """Return how many sessions opened the organization in another way than with its provider. Two queries."""
    members = Membership.objects.filter(organization=organization, status=Status.ACTIVE, user__isnull=False)
    users = list(members.order_by("-last_active_at").values_list("user_id", flat=True)[:CAP])
    rows = Session.objects.filter(user__in=users, expire_date__gt=timezone.now(), signed_in_at__isnull=False)
    key = str(organization.pk)
    found = sum(key in row.organization_ids and key not in _sign_ins(row).sso for row in rows[: CAP + 1])
    return Count(found if len(users) < CAP else max(found, CAP + 1), CAP)


def _sign_ins(row: Session) -> SignIns:
    return SignIns.of(row.get_decoded())  # type: ignore[arg-type] # it needs get() only


def unverified_domains(organization: Organization) -> list[UnverifiedDomain]:
    """Return the domains, with the most members first, of members who have never signed in with the provider.

    Three queries. Break-glass Admins don't count: they keep their password.
    """
    verified = set(verified_domains(organization))
    members = Membership.objects.filter(organization=organization, status=Status.ACTIVE, is_break_glass=False)
    rows = list(members.order_by("-last_active_at").values_list("user_id", "email_key")[:CAP])
    users = [user_id for user_id, _email in rows if user_id]
    identities = ExternalIdentity.objects.filter(organization=organization, user__in=users)
    linked = set(identities.values_list("user_id", flat=True))
    domains = Counter(email.rpartition("@")[2] for user_id, email in rows if user_id not in linked)
    counts = [(name, number) for name, number in domains.most_common() if name not in verified]
    return [UnverifiedDomain(name, Count(number if number < CAP else CAP + 1, CAP)) for name, number in counts]
