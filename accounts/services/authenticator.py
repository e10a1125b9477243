"""Setting up, replacing and removing an authenticator app (S-2)."""

from dataclasses import dataclass, field
from enum import StrEnum

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts.models import AuthenticatorApp, User
from accounts.policies import can_turn_off_two_factor
from accounts.queries import get_second_factors, has_two_factor
from accounts.services.events import record_event
from accounts.services.factors import finish_adding, finish_removing
from accounts.services.second_factor import clean_code
from accounts.services.users import lock_user
from base.encryption import Undecryptable
from base.policies import require

# Steps by which the clock of a new app may differ: five minutes. Later codes are compared with the difference found.
SET_UP_TOLERANCE = 10


class SetUpState(StrEnum):
    """DONE: the app is confirmed. ALREADY_DONE: it was before. OUTDATED: another set-up was started since."""

    DONE = "done"
    ALREADY_DONE = "already_done"
    WRONG_CODE = "wrong_code"
    OUTDATED = "outdated"


@dataclass(frozen=True)
class SetUp:
    """The result of confirm_authenticator(): `codes` are new backup codes to show, if any."""

    state: SetUpState
    codes: list[str] = field(default_factory=list)


@transaction.atomic
def start_authenticator(*, user: User, app_id: int | None) -> AuthenticatorApp:
    """Return the user's unconfirmed app `app_id`, or a new one. There is one at a time.

    `app_id` comes from the session, so that no one else's session knows the key that is confirmed here. Reloading the
    page shows the same key.
    """
    user = lock_user(user)
    pending = AuthenticatorApp.objects.filter(user=user, confirmed=False)
    app = pending.filter(pk=app_id).first()
    if app and not isinstance(app.secret, Undecryptable):
        return app
    pending.delete()
    return AuthenticatorApp.objects.create(user=user, name="app", confirmed=False)


@transaction.atomic
def confirm_authenticator(*, user: User, app_id: int | None, code: str) -> SetUp:
    """Turn on the app that shows this code, instead of the one that the user had. The code can't be used again."""
    user = lock_user(user)
    app = AuthenticatorApp.objects.select_for_update().filter(user=user, pk=app_id).first()
    if app is None:
        return SetUp(SetUpState.OUTDATED)
    if app.confirmed:
        return SetUp(SetUpState.ALREADY_DONE)
    if not app.accept(clean_code(code), SET_UP_TOLERANCE):
        return SetUp(SetUpState.WRONG_CODE)
    factors = get_second_factors(user)
    AuthenticatorApp.objects.filter(user=user, confirmed=True).delete()
    app.confirmed = True
    app.save()
    codes = finish_adding(user=user, method="app", is_first=not factors)
    if factors:
        record_event(user=user, action="authenticator.replaced" if factors.app else "authenticator.added")
    return SetUp(SetUpState.DONE, codes)


@transaction.atomic
def remove_authenticator(*, user: User, session: SessionBase) -> bool:
    """Remove the user's app. Return whether two-factor authentication is off now.

    Raises Refused if it was the last factor and an organization requires one (S-3).
    """
    user = lock_user(user)
    removed = AuthenticatorApp.objects.filter(user=user).delete()[0]
    if removed and not has_two_factor(user):
        require(can_turn_off_two_factor(user))
    if not removed:
        return False
    is_off = finish_removing(user=user, session=session)
    if not is_off:
        record_event(user=user, action="authenticator.removed")
    return is_off
