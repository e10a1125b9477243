"""The webhook of the email provider that is set, which reports whether emails were delivered.

django-anymail checks the secret or the provider's signature and reads the events. Its own views aren't used, because
they would open the webhooks of every provider, and accept unsigned ones where no secret is set.
"""

import logging
from functools import cache

from anymail.exceptions import AnymailImproperlyInstalled, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.postal import PostalTrackingWebhookView
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from base.mail import email_provider
from outbox.services import record_events

logger = logging.getLogger(__name__)

CHALLENGE = 'Basic realm="Email events"'
# The keys of providers that sign their reports only if that is set up there. All others sign always or never.
OPTIONAL_KEYS = {
    "mailtrap": "MAILTRAP_TRACKING_SECRET",
    "resend": "RESEND_SIGNING_SECRET",
    "sendgrid": "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",
}


class UnusableKey(ImproperlyConfigured):
    """The key for the signatures of the provider's reports is malformed, or needs a package that isn't installed."""


@cache
def _view_class(provider: str) -> type[AnymailBaseWebhookView] | None:
    """Return anymail's view for the provider's webhooks, None if it has no webhooks."""
    try:
        return resolve(f"/{provider}/tracking/", "anymail.urls").func.view_class  # type: ignore[attr-defined]
    except Resolver404:
        return None


def _is_proven(provider: str, view_class: type[AnymailBaseWebhookView]) -> bool:
    """Whether the provider's events are proven by the secret or by a signature."""
    signs = not view_class.warn_if_no_basic_auth or settings.ANYMAIL.get(OPTIONAL_KEYS.get(provider, ""))
    return bool(signs or settings.ANYMAIL.get("WEBHOOK_SECRET"))


def load_webhook(provider: str) -> AnymailBaseWebhookView | None:
    """Return anymail's view if this provider is set and its webhooks can be trusted: by secret or by signature.

    Raise UnusableKey if the key for the signatures is set, but can't be used. Raise ImproperlyConfigured if it must be
    set, but isn't.
    """
    view_class = _view_class(provider) if provider and provider == email_provider() else None
    if view_class is None or not _is_proven(provider, view_class):
        return None
    try:
        view = view_class()
        if isinstance(view, PostalTrackingWebhookView):  # the others read their key themselves, Postal at each report
            load_pem_public_key(f"-----BEGIN PUBLIC KEY-----\n{view.webhook_key}\n-----END PUBLIC KEY-----".encode())
    except AnymailImproperlyInstalled as error:  # it has a line break
        raise UnusableKey(" ".join(str(error).split())) from error
    except (ValueError, UnsupportedAlgorithm) as error:  # its text may contain a part of the key
        hint = "Set it as the provider shows it, without the lines BEGIN and END"
        raise UnusableKey(f"The key for its signatures is malformed ({type(error).__name__}). {hint}.") from None
    return view


def webhook_of(provider: str) -> AnymailBaseWebhookView | None:
    """Return the same as load_webhook(), and None with a line in the log if the key can't be used or isn't set."""
    try:
        return load_webhook(provider)
    except ImproperlyConfigured as error:
        logger.error("The webhook of %s is off: %s", provider, error)
        return None


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def email_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Record what the provider reports about delivery.

    HEAD tells the provider that the address exists. Unisender Go asks with GET.
    """
    view = webhook_of(provider)
    if view is None:
        raise Http404
    if request.method == "POST":
        return _record(request, view)
    if request.method == "GET" and "get" not in view.http_method_names:
        return HttpResponseNotAllowed(["HEAD", "POST"])
    return HttpResponse()


def _record(request: HttpRequest, view: AnymailBaseWebhookView) -> HttpResponse:
    if view.basic_auth and "Authorization" not in request.headers:
        # Amazon sends the name and password of the address only when it's asked for them.
        return HttpResponse(
            "The secret is missing.", status=401, content_type="text/plain", headers={"WWW-Authenticate": CHALLENGE}
        )
    try:
        events = _read(request, view)
    except AnymailWebhookValidationFailure:  # its text may contain the secret
        logger.warning("Rejected a webhook from the email provider: wrong secret or signature.")
        return HttpResponse("Wrong secret or signature.", status=403, content_type="text/plain")
    except SuspiciousOperation:  # too large
        raise
    except ImproperlyConfigured as error:  # a key isn't set, or the address is set for incoming email
        logger.error("Can't use a webhook from the email provider: %s", error)
        return HttpResponse("Can't use this report.", status=400, content_type="text/plain")
    except Exception as error:  # whatever anymail raises for a payload that it doesn't expect
        logger.warning("Can't read a webhook from the email provider: %s", type(error).__name__)
        return HttpResponse("Can't read the request body.", status=400, content_type="text/plain")
    record_events(events)
    return HttpResponse()


def _read(request: HttpRequest, view: AnymailBaseWebhookView) -> list[AnymailTrackingEvent]:
    view.setup(request)
    view.run_validators(request)
    return [event for event in view.parse_events(request) if isinstance(event, AnymailTrackingEvent)]
