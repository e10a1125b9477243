"""A form whose button is pressed twice runs once, and both presses get the same response.

So a double click, or reloading the response, creates one access key, and the secret on the screen is the one that
works. Each page has a different CSRF token in its forms, because Django masks it anew. So two requests with the same
token and the same fields are two presses of one button.
"""

import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.kept_fields import CSRF_TOKEN, kept_fields
from accounts.services.sent_forms import FirstPressRunning, claim_form, release_form, save_response


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view whose POST creates something. Put it below the decorators that check who may.

    The view runs in one transaction with the row of the form: if it fails, the form can be sent again.
    """

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        is_search = "search" in request.POST  # of a picker in the form
        if request.method != "POST" or is_search or CSRF_TOKEN not in request.POST:
            return view(request, *args, **kwargs)
        try:
            return _run(request, lambda: view(request, *args, **kwargs))
        except FirstPressRunning:
            return _still_running(request)

    wrapped.runs_once = True  # type: ignore[attr-defined]
    return wrapped


def _run(request: Any, view: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        form = claim_form(_digest(request))
        if form.response:
            return _replay(request, str(form.response))
        response = view()
        if response.status_code < 400:
            save_response(form, _store(request, response))
        else:
            release_form(form)
        return response


def _still_running(request: Any) -> HttpResponse:
    """Say that the first press takes long. For htmx a toast, because the form is still on the page.

    The page has the same form with the same token, so that sending it again gives the result of the first press. If it
    was kept during a sign-in, reloading the page does that: it confirms the sign-in again.
    """
    if request.htmx:
        text = _("This is taking longer than usual. Wait a minute, then press the button again. Nothing is done twice.")
        response = render(request, "ui/toast.html", {"text": text, "tone": "warning"}, status=409)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    can_send = kept_fields(request) and not getattr(request, "was_kept", False)
    fields = [(name, value) for name, values in request.POST.lists() for value in values] if can_send else []
    return render(request, "errors/still_running.html", {"fields": fields}, status=409)


def _digest(request: Any) -> str:
    by, to, kind = request.session.session_key or "", request.get_full_path(), str(bool(request.htmx))
    return sha256("\n".join((by, to, kind, request.POST.urlencode())).encode()).hexdigest()


def _store(request: Any, response: HttpResponse) -> str:
    """Return the response as text, with the messages that the next page will show."""
    storage = messages.get_messages(request)
    were_shown = storage.used
    waiting = [] if were_shown else list(storage)
    storage.used = were_shown  # reading them here isn't showing them
    parts = (response.status_code, dict(response.items()), response.content.decode(), waiting)
    return json.dumps(parts, cls=MessageEncoder)


def _replay(request: Any, stored: str) -> HttpResponse:
    status, headers, body, waiting = json.loads(stored, cls=MessageDecoder)
    for message in waiting:
        messages.add_message(request, message.level, message.message, message.extra_tags)
    return HttpResponse(body, status=status, headers=headers)
