"""The brand of an organization: its color, names, reply address and logo (A-2)."""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Self
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from audit.services import record
from base.policies import require
from base.uploads import delete_after_commit
from organizations import policies
from organizations.brand_rules import (
    FROM_NAME_LIMIT,
    PLATFORM_NAME_LIMIT,
    clean_brand_name,
    clean_color,
    clean_reply_to,
)
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.services.locks import lock_actor
from outbox.queries import latest_email
from outbox.services import queue_email

BRAND_TEST = "organizations.brand_test"
TEST_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True)
class BrandSettings:
    """The brand settings except the logo, named like the columns of Organization. "" means the platform's own."""

    brand_color: str = ""
    platform_name: str = ""
    from_name: str = ""
    reply_to: str = ""

    @classmethod
    def of(cls, organization: Organization) -> Self:
        """Return the settings of an organization."""
        return cls(**{name: getattr(organization, name) for name in asdict(cls())})

    def cleaned(self) -> "BrandSettings":
        """Return the settings in their canonical form. Raise ValidationError."""
        return BrandSettings(
            clean_color(self.brand_color),
            clean_brand_name(self.platform_name, limit=PLATFORM_NAME_LIMIT),
            clean_brand_name(self.from_name, limit=FROM_NAME_LIMIT),
            clean_reply_to(self.reply_to),
        )


def _lock_organization(actor: Membership) -> tuple[Membership, Organization]:
    actor = lock_actor(actor)
    require(policies.can(actor, Permission.BRANDS_MANAGE))
    return actor, actor.organization


@transaction.atomic
def set_brand(*, actor: Membership, settings: BrandSettings) -> bool:
    """Change the brand. Return False if nothing changed. Raises Refused and ValidationError.

    A color on which white text isn't readable is never saved (ContrastTooLow).
    """
    new = asdict(settings.cleaned())
    actor, organization = _lock_organization(actor)
    old = asdict(BrandSettings.of(organization))
    changed = [name for name in new if new[name] != old[name]]
    if not changed:
        return False
    for name in changed:
        setattr(organization, name, new[name])
    organization.save(update_fields=changed)
    data = {"from": {name: old[name] for name in changed}, "to": {name: new[name] for name in changed}}
    record(organization_id=organization.pk, actor=actor, action="brand.changed", target=organization, data=data)
    return True


@transaction.atomic
def set_logo(*, actor: Membership, picture: bytes) -> None:
    """Save a logo from base.uploads.clean_picture(), under a name that no one can guess, and delete the old one."""
    actor, organization = _lock_organization(actor)
    old = organization.logo.name
    organization.logo.save(f"{secrets.token_hex(16)}.webp", ContentFile(picture), save=False)
    organization.save(update_fields=["logo"])
    record(organization_id=organization.pk, actor=actor, action="brand.logo_changed", target=organization)
    delete_after_commit(old)


@transaction.atomic
def remove_logo(*, actor: Membership) -> bool:
    """Remove the logo. The organization's initial takes its place. Return False if there is none."""
    actor, organization = _lock_organization(actor)
    old = organization.logo.name
    if not old:
        return False
    organization.logo = ""
    organization.save(update_fields=["logo"])
    record(organization_id=organization.pk, actor=actor, action="brand.logo_removed", target=organization)
    delete_after_commit(old)
    return True


@transaction.atomic
def send_brand_test(*, actor: Membership) -> None:
    """Queue an email in the saved brand to the actor, at most one a minute. Raises Refused."""
    actor, organization = _lock_organization(actor)
    last = latest_email(subject_id=actor.pk, kind=BRAND_TEST)
    if last and last.created_at > timezone.now() - TEST_INTERVAL:
        return
    queue_email(
        kind=BRAND_TEST,
        subject_id=actor.pk,
        key=f"brand_test:{actor.pk}:{uuid4()}",
        organization_id=organization.pk,
    )
