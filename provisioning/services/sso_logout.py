"""Sign-outs at an identity provider: they end the sessions here that they name."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.services.sso_sessions import end_sso_sessions
from audit.services import record
from organizations.models import Membership
from provisioning.models import ExternalIdentity, IdentityProvider, SsoLogin

# Sessions end after SESSION_COOKIE_AGE without use. A session in daily use may be older.
LOGIN_DAYS = 90


@transaction.atomic
def end_provider_sessions(*, identity_provider: IdentityProvider, subject: str = "", sid: str = "") -> int:
    """End the sessions that this provider opened for the subject, or the one that it calls `sid`. Return how many.

    With both, `sid` names a session of that subject. Sessions that were opened without a `sid` end with it, because
    nothing else tells them apart. Other organizations, and sign-ins with the user's own password, go on.
    """
    if not subject and not sid:
        return 0
    issuer = identity_provider.issuer or identity_provider.metadata.get("issuer", "")
    identities = ExternalIdentity.objects.filter(organization=identity_provider.organization_id, issuer=issuer)
    if subject:
        identities = identities.filter(subject=subject)
    else:
        identities = identities.filter(logins__sid=sid)
    user_ids = set(identities.values_list("user_id", flat=True))
    sids = None if not sid else {sid, ""} if subject else {sid}
    organization_id = identity_provider.organization_id
    ended = end_sso_sessions(organization_id=organization_id, user_ids=user_ids, sids=sids)
    if sid:
        SsoLogin.objects.filter(identity__in=list(identities.values_list("pk", flat=True)), sid=sid).delete()
    for member in Membership.objects.filter(organization=organization_id, user__in=user_ids) if ended else ():
        data = {"sessions": ended, "provider": identity_provider.label}
        record(organization_id=organization_id, actor=None, action="sso.signed_out", target=member, data=data)
    return ended


def delete_old_logins() -> int:
    """Delete providers' names of sessions that have ended long ago, and return how many."""
    return SsoLogin.objects.filter(at__lt=timezone.now() - timedelta(days=LOGIN_DAYS)).delete()[0]
