"""Sessions that an organization's identity provider opened."""

from django.test import Client
from django.utils import timezone

from accounts.services.sign_in import SSO_CONFIRMED_AT, SignIns, SsoSignIn
from organizations.models import Organization


def with_sso(client: Client, *organizations: Organization, own: bool = False, mfa: bool = False) -> Client:
    """Make the session of a signed-in client one that the identity providers of these organizations opened.

    With `own`, the user's password opened it as well. `mfa` is whether the providers checked a second factor.
    """
    session = client.session
    sign_ins = {str(each.pk): SsoSignIn(str(each.pk), "", mfa) for each in organizations}
    SignIns(own, sign_ins).save(session)
    session[SSO_CONFIRMED_AT] = dict.fromkeys(sign_ins, timezone.now().timestamp())
    session.save()
    return client
