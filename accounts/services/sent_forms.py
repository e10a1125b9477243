"""Forms that were sent, for a second press of their button."""

from datetime import timedelta

from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from accounts.models import SentForm

# Later, the same form is sent on purpose. Not sooner than services.suspension forgets a form that it keeps.
SENT_TWICE_WITHIN = timedelta(minutes=settings.FRESH_SIGN_IN_MINUTES)
# What PostgreSQL says when a statement has waited too long: query_canceled, lock_not_available.
WAITED_TOO_LONG = ("57014", "55P03")


class FirstPressRunning(Exception):  # noqa: N818 - not an error
    """The first press of the form's button is still being carried out."""


def claim_form(digest: str) -> SentForm:
    """Return the form's row: a new one, or the one with the response of the first press. Call it in a transaction.

    A second press waits here until the transaction of the first one ends. Raises FirstPressRunning if that takes longer
    than a statement may.
    """
    try:
        SentForm.objects.filter(pk=digest, sent_at__lt=timezone.now() - SENT_TWICE_WITHIN).delete()
        form, _created = SentForm.objects.get_or_create(pk=digest)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") in WAITED_TOO_LONG:
            raise FirstPressRunning from error
        raise
    return form


def save_response(form: SentForm, response: str) -> None:
    """Keep the response for a second press."""
    form.response = response
    form.save(update_fields=["response"])


def release_form(form: SentForm) -> None:
    """Forget a form that was refused, so that it can be sent again."""
    form.delete()


def delete_sent_forms(*, limit: int = 10_000) -> int:
    """Delete up to `limit` forms whose response is no longer needed. Return how many were deleted."""
    old = SentForm.objects.filter(sent_at__lt=timezone.now() - SENT_TWICE_WITHIN).order_by("sent_at")
    return SentForm.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
