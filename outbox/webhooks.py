"""The webhook of the email provider that is set, which reports whether emails were delivered.

django-anymail checks the secret or the provider's signature and reads the events. Its own views aren't used, because
they would open the webhooks of every provider, and accept unsigned ones where no secret is set.
"""

import logging
from functools import cache

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outbox.services import record_events

logger = logging.getLogger(__name__)


def current_provider() -> str:
    """Return the provider's name in django-anymail, such as "postmark", or "" for SMTP."""
    package, _, rest = settings.EMAIL_BACKEND.partition(".backends.")
    return rest.partition(".")[0] if package == "anymail" else ""


@cache
def _view_class(provider: str) -> type[AnymailBaseWebhookView] | None:
    """Return anymail's view for the provider's webhooks, None if it has no webhooks."""
    try:
        return resolve(f"/{provider}/tracking/", "anymail.urls").func.view_class  # type: ignore[attr-defined]
    except Resolver404:
        return None


def webhook_of(provider: str) -> AnymailBaseWebhookView | None:
    """Return anymail's view if this provider is set and its webhooks can be trusted: by secret or by signature."""
    view_class = _view_class(provider) if provider and provider == current_provider() else None
    if view_class is None:
        return None
    if not settings.ANYMAIL.get("WEBHOOK_SECRET") and view_class.warn_if_no_basic_auth:
        return None
    try:
        return view_class()
    except ImproperlyConfigured as error:  # the provider signs, but its key isn't set
        logger.error("The webhook of %s is off: %s", provider, error)
        return None


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def email_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Record what the provider reports about delivery. HEAD tells the provider that the address exists."""
    view = webhook_of(provider)
    if view is None:
        raise Http404
    if request.method == "POST":
        return _record(request, view)
    return HttpResponse()


def _record(request: HttpRequest, view: AnymailBaseWebhookView) -> HttpResponse:
    try:
        events = _read(request, view)
    except AnymailWebhookValidationFailure:  # its text may contain the secret
        logger.warning("Rejected a webhook from the email provider: wrong secret or signature.")
        return HttpResponse("Wrong secret or signature.", status=403, content_type="text/plain")
    except SuspiciousOperation:  # too large
        raise
    except Exception as error:  # whatever anymail raises for a payload that it doesn't expect
        logger.warning("Can't read a webhook from the email provider: %s", type(error).__name__)
        return HttpResponse("Can't read the request body.", status=400, content_type="text/plain")
    record_events(events)
    return HttpResponse()


def _read(request: HttpRequest, view: AnymailBaseWebhookView) -> list[AnymailTrackingEvent]:
    view.setup(request)
    view.run_validators(request)
    return [event for event in view.parse_events(request) if isinstance(event, AnymailTrackingEvent)]
