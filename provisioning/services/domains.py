"""Adding and removing domains (O-5). Checking them is in domain_checks."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Refused, require
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies import can
from organizations.services import lock_actor
from provisioning.models import Domain, SetupIntent, SetupLink
from provisioning.policies.domains import can_remove_domain
from provisioning.queries.domains import verified_domains
from provisioning.services.domain_checks import PENDING_EVERY
from provisioning.services.managers import Manager, lock_manager

MAX_DOMAINS = 50


class DomainExists(Exception):  # noqa: N818 - an outcome, not a mistake
    """The organization has already added this domain."""


@transaction.atomic
def add_domain(*, actor: Manager, organization: Organization, name: str) -> Domain:
    """Add a domain, whose name clean_domain() returned. It counts once its TXT record is found.

    A setup link may also take up a domain that was added before and isn't verified: it sees only its own. Raises
    Refused and DomainExists.
    """
    actor = lock_manager(actor, organization, SetupIntent.DOMAIN)
    link = actor if isinstance(actor, SetupLink) else None
    domains = Domain.objects.filter(organization=organization)
    current = domains.filter(name=name).first()
    if current and (link is None or current.verified_at):
        raise DomainExists(_("%(domain)s is already in the list.") % {"domain": name})
    if current:
        current.setup_link = link
        current.save(update_fields=["setup_link"])
        return current
    if domains.count() >= MAX_DOMAINS:
        raise Refused(_("An organization can have %(count)s domains. Remove one first.") % {"count": MAX_DOMAINS})
    domain = Domain.objects.create(
        organization=organization,
        name=name,
        token=secrets.token_hex(16),
        next_check_at=timezone.now() + PENDING_EVERY,
        setup_link=link,
    )
    record(organization_id=organization.pk, actor=actor, action="domain.added", target=domain)
    return domain


@transaction.atomic
def remove_domain(*, actor: Membership, domain: Domain) -> bool:
    """Remove a domain: it immediately stops owning addresses. Return False if it is already gone. Raises Refused."""
    actor = lock_actor(actor, domain.organization_id)
    require(can(actor, Permission.SECURITY_MANAGE))
    current = Domain.objects.select_for_update().filter(pk=domain.pk, organization=actor.organization).first()
    if current is None:
        return False
    require(can_remove_domain(actor.organization, current.name, verified_domains(actor.organization)))
    data = {"verified": current.verified_at is not None}
    record(organization_id=actor.organization_id, actor=actor, action="domain.removed", target=current, data=data)
    current.delete()
    return True
