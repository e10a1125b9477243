"""Failed single sign-ons, in the organization's audit log. Its Admins can't see what its provider sent otherwise."""

import logging

from django.core.exceptions import ValidationError

from accounts.services.events import count_failure, log_event
from audit.services import record
from base.text import canonical_email
from organizations.queries import members_by_email
from provisioning.models import IdentityProvider
from provisioning.sso.profile import SsoError
from provisioning.sso.saml import gate

# A stranger can cause these without an answer of the provider, and people by waiting or by pressing twice.
NOT_RECORDED = gate.CODES | {"unknown", "changed", "kept", "no_link", "replay", "unanswered", "unsolicited", "unsigned"}


def record_failed_sso(*, identity_provider: IdentityProvider, error: SsoError) -> None:
    """Record that a sign-in failed, with the code and the reason, and the address if the answer was checked.

    Failures of one address for one reason are counted: the 1st, 2nd, 4th, 8th and so on of ten minutes are recorded.
    """
    email = _address(error)
    organization_id = identity_provider.organization_id
    count = count_failure(f"sso_failed:{organization_id}:{error.code}:{email}")
    event = {"organization": str(organization_id), "reason": error.code}
    log_event(action="sso.failed", data=event, level=logging.WARNING)
    if error.code in NOT_RECORDED or count & (count - 1):
        return
    data = {"provider": identity_provider.label, "reason": error.code, "error": str(error)}
    if email:
        data["email"] = email
    if count > 1:
        data["count"] = str(count)
    member = members_by_email(identity_provider.organization, [email]).get(email)
    record(organization_id=organization_id, actor=None, action="sso.failed", target=member, data=data)


def _address(error: SsoError) -> str:
    """Return the address of the checked answer in canonical form, "" if there is none or it isn't valid."""
    try:
        return canonical_email(error.profile.email) if error.profile else ""
    except ValidationError:
        return ""
