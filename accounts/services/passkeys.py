"""Passkeys: adding, naming, removing, and checking one that is used (S-2)."""

import time
from datetime import timedelta
from typing import Any, cast

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle

from accounts.ceremonies import (
    MAX_COUNT,
    AlreadyRegistered,
    Assertion,
    NoChallenge,
    PasskeyError,
    UnknownPasskey,
    check_assertion,
    read_assertion,
)
from accounts.models import Session, User
from accounts.policies import can_remove_factor
from accounts.queries import get_second_factors, has_passkey, propose_name
from accounts.services.events import log_event, record_event, record_failed_sign_in
from accounts.services.factors import finish_adding, finish_removing
from accounts.services.users import lock_user
from accounts.sessions import SessionStore
from base.policies import Refused, require

# More than anyone needs. Limits what one account can store.
MAX_PASSKEYS = 20
# A sign-in page may stay open for a while before a passkey is chosen from the browser's suggestions.
CHALLENGE_AGE = timedelta(hours=1)
# Key in the session: whether to offer a passkey on the next pages.
OFFER = "passkey_offer"
# "Not now" means for this long.
OFFER_INTERVAL = timedelta(days=30)


def keep_challenge(request: HttpRequest, purpose: str, options: dict[str, Any]) -> dict[str, Any]:
    """Save the challenge in these options for one use. Return the options."""
    request.session[f"passkey_{purpose}"] = [options["challenge"], time.time()]
    return options


@transaction.atomic
def take_challenge(request: HttpRequest, purpose: str) -> str:
    """Return the challenge and forget it. Of parallel requests, one gets it. Raises NoChallenge."""
    name, session = f"passkey_{purpose}", cast(SessionStore, request.session)
    row = session.row and Session.objects.select_for_update().filter(pk=session.row.pk).first()
    kept = row.get_decoded().get(name) if row else None
    session.pop(name, None)
    if not kept:
        raise NoChallenge("none")
    session.save()
    if time.time() - kept[1] > CHALLENGE_AGE.total_seconds():
        raise NoChallenge("too old")
    return kept[0]


@transaction.atomic
def add_passkey(*, user: User, passkey: WebAuthnCredential) -> list[str]:
    """Save a checked passkey under a proposed name. Return new backup codes to show, if the user has none left.

    Raises AlreadyRegistered, and Refused for more than MAX_PASSKEYS.
    """
    user = lock_user(user)
    factors = get_second_factors(user)
    if factors.passkeys >= MAX_PASSKEYS:
        raise Refused(_("You have %(count)d passkeys. Remove one first.") % {"count": MAX_PASSKEYS})
    passkey.user, passkey.name = user, propose_name(user, passkey.aaguid)
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
    except IntegrityError:
        raise AlreadyRegistered from None
    record_event(user=user, action="passkey.added", data={"passkey": passkey.name})
    return finish_adding(user=user, method="passkey", is_first=not factors)


@transaction.atomic
def rename_passkey(*, passkey: WebAuthnCredential, name: str) -> None:
    """Change the passkey's name."""
    before, passkey.name = passkey.name, name
    renamed = WebAuthnCredential.objects.filter(pk=passkey.pk).update(name=name)  # unless it has been removed
    if renamed and before != name:
        record_event(user=passkey.user, action="passkey.renamed", data={"from": before, "passkey": name})


@transaction.atomic
def remove_passkey(*, passkey: WebAuthnCredential, session: SessionBase) -> None:
    """Delete the passkey. With the last second factor, two-factor authentication is turned off (finish_removing).

    Raises Refused if it is the last one and an organization requires one.
    """
    user = lock_user(passkey.user)
    require(can_remove_factor(user))
    if not WebAuthnCredential.objects.filter(pk=passkey.pk).delete()[0]:
        return  # removed in the meantime
    record_event(user=user, action="passkey.removed", data={"passkey": passkey.name})
    finish_removing(user=user, session=session)


def check_passkey(request: HttpRequest, *, purpose: str, data: object, user: User | None = None) -> WebAuthnCredential:
    """Return the passkey that the browser's JSON proves, and save its use. `user` is None if no one is known yet.

    Raises PasskeyError, and records the failure.
    """
    passkey: WebAuthnCredential | None = None
    try:
        challenge = take_challenge(request, purpose)
        assertion = read_assertion(data)
        passkey = _find(assertion, user)
        return _use(assertion, challenge=challenge, passkey=passkey, user_known=user is not None)
    except PasskeyError as error:
        _record_failure(user or (passkey.user if passkey else None), purpose, error)
        raise


def _find(assertion: Assertion, user: User | None) -> WebAuthnCredential:
    passkeys = WebAuthnCredential.objects.select_related("user").filter(confirmed=True)
    if user is not None:
        passkeys = passkeys.filter(user=user)
    key = WebAuthnCredential.get_credential_id_sha256(assertion.passkey_id)
    if (passkey := passkeys.filter(credential_id_sha256=key).first()) is None:
        raise UnknownPasskey
    return passkey


@transaction.atomic
def _use(assertion: Assertion, *, challenge: str, passkey: WebAuthnCredential, user_known: bool) -> WebAuthnCredential:
    """Check the passkey with its row locked, so that no count is accepted twice."""
    handle = WebAuthnUserHandle.get_handle_for_user(passkey.user)
    locked = WebAuthnCredential.objects.select_for_update().filter(pk=passkey.pk).first()
    if locked is None:
        raise UnknownPasskey
    result = check_assertion(assertion, challenge=challenge, passkey=locked, handle=handle, user_known=user_known)
    locked.sign_count = min(result.new_sign_count, MAX_COUNT)
    locked.backup_state, locked.last_used_at = result.credential_backed_up, timezone.now()
    locked.save(update_fields=["sign_count", "backup_state", "last_used_at"])
    locked.user = passkey.user
    return locked


def _record_failure(user: User | None, purpose: str, error: PasskeyError) -> None:
    """Record it for the user whose passkey it is, and otherwise in the web log only."""
    data = {"method": "passkey", "step": purpose, "problem": error.code}
    if user is not None and not isinstance(error, NoChallenge):
        record_failed_sign_in(reason="passkey", user=user, data=data)
    log_event(action="passkey.refused", user=user, data={**data, "detail": str(error.reason or "")})


def offer_passkey(request: HttpRequest, user: User) -> None:
    """Offer a passkey on the next pages, right after a sign-in with a password, unless the user has or declined one."""
    methods = {record.get("method") for record in get_authentication_records(request, user)}
    recent = user.passkey_offered_at and timezone.now() - user.passkey_offered_at < OFFER_INTERVAL
    if "password" not in methods or user.passkey_declined or recent or has_passkey(user):
        return
    user.passkey_offered_at = timezone.now()
    user.save(update_fields=["passkey_offered_at"])
    request.session[OFFER] = True


def dismiss_passkey_offer(request: HttpRequest, *, user: User, forever: bool) -> None:
    """Hide the offer: for OFFER_INTERVAL, or for good."""
    request.session.pop(OFFER, None)
    if forever:
        user.passkey_declined = True
        user.save(update_fields=["passkey_declined"])
