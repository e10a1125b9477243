"""Pages for what went wrong: they say what happened, what to do and the request's id; never a trace."""

import sys
from dataclasses import dataclass
from math import ceil

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import RateLimited, Refused


@dataclass(frozen=True)
class Problem:
    """A page's words: `home` offers the way to the homepage."""

    status: int
    heading: str
    reason: str
    home: bool = True


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself is malformed."""
    reason = _("The address or the form sent something that we cannot read. Go back and try again.")
    return _answer(request, Problem(400, _("This request does not work"), reason))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with the rule's own reason where a service refused; 429 where it would be allowed later."""
    if isinstance(exception, RateLimited):
        return _too_soon(request, exception)
    reason = str(exception) if isinstance(exception, Refused) else ""
    reason = reason or _("Your role does not allow this. Ask an Admin of your organization.")
    return _answer(request, Problem(403, _("You can’t open this"), reason))


def _too_soon(request: HttpRequest, exception: RateLimited) -> HttpResponse:
    response = _answer(request, Problem(429, _("Slow down a little"), str(exception), home=False))
    if exception.retry_at:
        response["Retry-After"] = str(max(1, ceil((exception.retry_at - timezone.now()).total_seconds())))
    return response


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: also what a stranger to an organization sees (A-5)."""
    reason = _("It may have been moved or deleted, or you are signed in with an account that cannot see it.")
    return _answer(request, Problem(404, _("This page does not exist"), reason))


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: a limit on tries or mails is reached."""
    reason = _("Too many tries in a short time. Wait a few minutes, then try again.")
    return _answer(request, Problem(429, _("Slow down a little"), reason, home=False))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF check: an old tab, or cookies that are off."""
    words = _("You signed in or out in another tab, or cookies are off. Nothing was saved. Go back, reload, try again.")
    response = _answer(request, Problem(403, _("This form is out of date"), words, home=False))
    response["X-Form-Stale"] = "1"  # for failure.js: what was typed can be sent with a new token
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it is the database that does not answer; uses no database, session or user itself."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        reason = _("The database is not answering. Nothing was changed. Try again in a minute.")
        problem = Problem(503, _("We’ll be right back"), reason, home=False)
    else:
        reason = _("This is our fault, not yours. Try again; if it stays, send us the reference below.")
        problem = Problem(500, _("Something went wrong"), reason, home=False)
    response = HttpResponse(_bare(request, problem), status=problem.status)
    if problem.status == 503:
        response["Retry-After"] = "30"
    return response


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The page, or for htmx a message that appears where messages do, whatever was to be swapped."""
    if getattr(request, "htmx", False):
        response = render(request, "ui/toast.html", {"text": problem.reason, "tone": "error"}, status=problem.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    template = "errors/inside.html" if hasattr(request, "organization") else "errors/outside.html"
    return render(request, template, _context(request, problem), status=problem.status)


def _context(request: HttpRequest, problem: Problem) -> dict:
    return {
        "heading": problem.heading,
        "reason": problem.reason,
        "home": problem.home,
        "request_id": getattr(request, "id", ""),
    }


def _bare(request: HttpRequest, problem: Problem) -> str:
    """The page without context processors, or plain words if even that fails."""
    try:
        context = _context(request, problem) | {"platform_name": settings.PLATFORM_NAME, "theme": "system"}
        return render_to_string("errors/outside.html", context)
    except Exception:  # the page for errors must not become one
        return f"{problem.heading}. {problem.reason} {getattr(request, 'id', '')}"
