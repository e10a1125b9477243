"""Remember for a short time that a provider doesn't answer, so that it doesn't keep many of our threads waiting."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from base.outgoing import OutgoingError
from provisioning.models import IdentityProvider

REMEMBERED_SECONDS = 15
T = TypeVar("T")


def fetch(identity_provider: IdentityProvider, url: str, send: Callable[[], T]) -> T:
    """Return what `send` returns, which makes a request to `url`. Raise OutgoingError.

    After a failure, the next requests to the same URL fail at once with the same sentence.
    """
    digest = hashlib.sha256(url.encode()).hexdigest()
    key = f"sso-failure:{identity_provider.pk}:{identity_provider.version}:{digest}"
    if reason := cache.get(key):
        raise OutgoingError(reason)
    try:
        return send()
    except OutgoingError as error:
        cache.set(key, str(error), REMEMBERED_SECONDS)
        raise
