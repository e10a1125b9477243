"""Setting up an organization's identity provider (O-1). Members and setup links (O-6) are the actors."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Refused, require
from organizations.models import Membership, Organization
from provisioning.models import ExternalIdentity, IdentityProvider, SetupIntent, SetupLink
from provisioning.models.sso import Protocol
from provisioning.policies.sso import can_change_provider, can_disable_provider, is_complete
from provisioning.services.managers import Manager, lock_manager
from provisioning.services.saml_keys import ensure_key_pair

Actor = Membership | SetupLink
# What the forms of the guided setup set. A change of one of them makes a new version, which no test has proved yet.
PROVEN = (
    "provider",
    "protocol",
    "issuer",
    "discovery_url",
    "client_id",
    "client_secret",
    "metadata_url",
    "sso_url",
    "slo_url",
    "certificates",
    "email_attribute",
    "first_name_attribute",
    "last_name_attribute",
)
# What was read from the provider on the way. It may change without a new version.
READ = ("metadata", "metadata_read_at", "certificates_expire_at")
# The parts of a provider's metadata that a test proves.
ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "sso_binding")


class SettingsConflict(Exception):
    """Someone else changed the settings since the editor loaded them. `current` is what they are now, if anything."""

    def __init__(self, current: IdentityProvider | None) -> None:
        self.current = current
        super().__init__(_("Someone else changed these settings in the meantime."))


@transaction.atomic
def save_provider(
    *, actor: Manager, organization: Organization, values: Mapping[str, Any], version_seen: int
) -> IdentityProvider:
    """Save some of the settings, named like the columns, and return the provider.

    `version_seen` is the version that the editor loaded, 0 if there was no provider. A change makes a new version. A
    provider whose connection is incomplete afterwards is turned off. Raises Refused and SettingsConflict.
    """
    actor = lock_manager(actor, organization, SetupIntent.SSO)
    current = IdentityProvider.objects.filter(organization=organization).first()
    provider = current or IdentityProvider(organization=organization, version=0)
    provider.organization = actor.organization
    if current is None and "provider" not in values and not version_seen:
        raise Refused(_("Choose your provider first."))
    changed = _changes(provider, values)
    if changed and provider.version != version_seen:
        raise SettingsConflict(current)
    if changed:
        require(can_change_provider(actor, actor.organization, current))
    _require_same(provider, changed)
    for name, value in values.items():
        setattr(provider, name, value)
    _settle(provider, changed)
    provider.save()
    if provider.protocol == Protocol.SAML and not provider.sp_certificate:
        ensure_key_pair(provider)
    if changed:
        _record(actor, provider, "sso.settings_changed", {"fields": changed})
    if provider.is_enabled and not is_complete(provider):
        _set_enabled(actor, provider, False)
    return provider


def _changes(provider: IdentityProvider, values: Mapping[str, Any]) -> list[str]:
    """Return the names of the proven settings that are different in `values`."""
    unknown = set(values) - {*PROVEN, *READ}
    if unknown:
        raise ValueError(f"not a setting: {unknown}")
    if provider._state.adding:
        return [name for name in PROVEN if name in values]
    changed = [name for name in PROVEN if name in values and getattr(provider, name) != values[name]]
    if "metadata" in values and _endpoints(provider.metadata) != _endpoints(values["metadata"]):
        changed.append("metadata")
    return changed


def _endpoints(metadata: Mapping[str, Any]) -> list[Any]:
    return [metadata.get(name) for name in ENDPOINTS]


def _require_same(provider: IdentityProvider, changed: list[str]) -> None:
    """While single sign-on is enforced, people's only way in can be renewed but not exchanged."""
    other = {"protocol", "issuer"} & set(changed)
    if other and provider.organization.sso_enforced:
        reason = _("Single sign-on is enforced. Stop enforcing it before you connect another provider.")
        raise Refused(reason)


def _settle(provider: IdentityProvider, changed: list[str]) -> None:
    """Set what follows from the settings: the version, and what is no longer known."""
    if "protocol" in changed and "issuer" not in changed:
        is_oidc = provider.protocol == Protocol.OIDC
        provider.issuer = provider.metadata.get("issuer", "") if is_oidc else ""
        provider.sso_url = provider.slo_url = ""
        provider.certificates, provider.certificates_expire_at = [], None
    if {"metadata", "issuer", "protocol"} & set(changed):
        provider.keys, provider.keys_read_at = {}, None
    if "certificates" in changed:
        provider.certificates_reminded_days = None
    provider.version += bool(changed)


@transaction.atomic
def turn_on_sso(*, actor: Membership, organization: Organization) -> IdentityProvider:
    """Offer single sign-on beside the other ways to sign in (O-2). Raises Refused."""
    current = lock_manager(actor, organization, SetupIntent.SSO)
    provider = _locked_provider(current)
    require(is_complete(provider))
    if not provider.is_enabled:
        _set_enabled(current, provider, True)
    return provider


@transaction.atomic
def turn_off_sso(*, actor: Membership, organization: Organization) -> IdentityProvider:
    """Offer it no longer. Sessions go on, and links between accounts stay. Raises Refused while it is enforced."""
    current = lock_manager(actor, organization, SetupIntent.SSO)
    provider = _locked_provider(current)
    require(can_disable_provider(provider))
    if provider.is_enabled:
        _set_enabled(current, provider, False)
    return provider


@transaction.atomic
def delete_provider(*, actor: Membership, organization: Organization) -> None:
    """Delete the settings, the tests and the links between accounts. Members and their accounts stay.

    If the same provider is set up again, people have to confirm their accounts again. Raises Refused.
    """
    current = lock_manager(actor, organization, SetupIntent.SSO)
    provider = _locked_provider(current)
    require(can_disable_provider(provider))
    links = ExternalIdentity.objects.filter(organization=organization).delete()[1]
    _record(current, provider, "sso.deleted", {"links": links.get("provisioning.ExternalIdentity", 0)})
    provider.delete()


def _locked_provider(actor: Actor) -> IdentityProvider:
    """Return the provider of the actor's locked organization. Raises Refused if there is none."""
    provider = IdentityProvider.objects.filter(organization=actor.organization).first()
    if provider is None:
        raise Refused(_("Choose your provider first."))
    provider.organization = actor.organization
    return provider


def _set_enabled(actor: Actor, provider: IdentityProvider, is_enabled: bool) -> None:
    provider.is_enabled = is_enabled
    provider.save(update_fields=["is_enabled"])
    _record(actor, provider, "sso.turned_on" if is_enabled else "sso.turned_off", {})


def _record(actor: Actor, provider: IdentityProvider, action: str, data: dict[str, Any]) -> None:
    record(organization_id=provider.organization_id, actor=actor, action=action, target=provider, data=data)


@transaction.atomic
def update_certificates(*, identity_provider: IdentityProvider, values: Mapping[str, Any]) -> bool:
    """Replace the certificates and addresses of a SAML provider by those that its metadata has now.

    Return whether the certificates changed. Nothing is changed if the entity ID is no longer the same, because that
    would be another provider. Its owner chose the metadata URL, so a rotated certificate doesn't need a new test.
    """
    provider = IdentityProvider.objects.select_for_update(of=("self",)).filter(pk=identity_provider.pk).first()
    if provider is None or provider.issuer != values["issuer"] or provider.protocol != Protocol.SAML:
        return False
    is_new = provider.certificates != values["certificates"]
    for name in ("sso_url", "slo_url", "certificates", "certificates_expire_at", "metadata"):
        setattr(provider, name, values[name])
    provider.metadata_read_at = timezone.now()
    if is_new:
        provider.certificates_reminded_days = None
        record(organization_id=provider.organization_id, actor=None, action="sso.certificates_changed", target=provider)
    provider.save()
    return is_new
