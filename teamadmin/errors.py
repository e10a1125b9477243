"""Error pages: what happened, what to do and the request's id, never a traceback."""

import sys
from dataclasses import dataclass

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from api.problems import Problem as ApiProblem
from api.problems import problem_response
from base.policies import RateLimited, Refused
from base.responses import limit_reached, referring_page
from teamadmin import stale_forms

# Pages where someone signs in, or proves who they are.
SIGN_IN = ("account_login", "second_factor", "account_reauthenticate", "sign_in_again")


@dataclass(frozen=True)
class Problem:
    """The content of an error page. `home` adds a link to the homepage, and `back` one to the page before."""

    status: int
    heading: str
    reason: str
    home: bool = True
    back: str = ""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 400: the request is malformed. If the session was ended in the meantime, redirect to the sign-in page."""
    if isinstance(exception, SessionInterrupted):
        return redirect("account_login")
    reason = _("The address or the form contains something we can’t read. Go back and try again.")
    return _render(request, Problem(400, _("This request isn’t valid"), reason))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 403 with the reason of the rule that denied the request, or 429 if it will be allowed later."""
    if isinstance(exception, RateLimited):
        return _too_soon(request, exception)
    reason = str(exception) if isinstance(exception, Refused) else ""
    reason = reason or _("Your role doesn’t allow this. Ask an Admin of your organization.")
    return _render(request, Problem(403, _("You don’t have access to this"), reason))


def _too_soon(request: HttpRequest, exception: RateLimited) -> HttpResponse:
    response = _render(request, Problem(429, _("Too many requests"), str(exception), home=False))
    return limit_reached(response, exception)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 404. People outside an organization get it for all of the organization's pages (A-5)."""
    reason = _("It may have been moved or deleted, or the account you’re signed in with can’t see it.")
    return _render(request, Problem(404, _("Page not found"), reason))


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """Return 405: someone opened an address that only receives forms. teamadmin.wrong_methods shows it."""
    reason = _("This address only accepts submitted forms. Nothing was changed.")
    return _render(request, Problem(405, _("You can’t open this address directly"), reason, back=_page_before(request)))


def _page_before(request: HttpRequest) -> str:
    """Return the page with the form, as the browser names it for a Reload, too. Not a page where someone signs in."""
    page = referring_page(request)
    return "" if page.partition("?")[0] in {request.path, *map(reverse, SIGN_IN)} else page


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 429: a limit on attempts or emails is reached."""
    reason = _("Too many attempts in a short time. Wait a few minutes, then try again.")
    return _render(request, Problem(429, _("Too many requests"), reason, home=False))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403: the CSRF check failed, because of an old tab or disabled cookies. Keeps what was typed."""
    if not _is_api(request) and (response := stale_forms.respond(request)):
        return response
    text = _(
        "You signed in or out in another tab, or cookies are disabled. Nothing was saved."
        " Go back, reload the page, and try again."
    )
    response = _render(request, Problem(403, _("This form is out of date"), text, home=False))
    response["X-Form-Stale"] = "1"  # failure.js sends the form again with a new token
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 500, or 503 if the database doesn't respond. This view uses no database, session or user."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        reason = _("The database isn’t responding. No changes were made. Try again in a minute.")
        problem = Problem(503, _("We’ll be right back"), reason, home=False)
    else:
        reason = _("This is our fault, not yours. Try again. If it keeps happening, send us the reference below.")
        problem = Problem(500, _("Something went wrong"), reason, home=False)
    if _is_api(request):
        response = problem_response(request, ApiProblem(problem.status, problem.reason))
    else:
        response = HttpResponse(_render_without_context(request, problem), status=problem.status)
    if problem.status == 503:
        response["Retry-After"] = "30"
    return response


def _render(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the page, or for htmx a toast, whatever the request wanted to swap. The API gets a problem document."""
    if _is_api(request):
        return problem_response(request, ApiProblem(problem.status, problem.reason))
    if getattr(request, "htmx", False):
        response = render(request, "ui/toast.html", {"text": problem.reason, "tone": "error"}, status=problem.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    template = "errors/inside.html" if hasattr(request, "organization") else "errors/outside.html"
    return render(request, template, _context(request, problem), status=problem.status)


def _is_api(request: HttpRequest) -> bool:
    """Return whether the request is for the API. Only errors of middleware get here; the API handles its own."""
    return request.path.startswith("/api/") and not request.path.startswith("/api/v1/docs")


def _context(request: HttpRequest, problem: Problem) -> dict:
    return {
        "heading": problem.heading,
        "reason": problem.reason,
        "home": problem.home,
        "back": problem.back,
        "request_id": getattr(request, "id", ""),
    }


def _render_without_context(request: HttpRequest, problem: Problem) -> str:
    """Return the page without context processors, or plain text if even that fails."""
    try:
        context = _context(request, problem) | {"platform_name": settings.PLATFORM_NAME, "theme": "system"}
        return render_to_string("errors/outside.html", context)
    except Exception:  # the error page itself must not fail
        return f"{problem.heading}. {problem.reason} {getattr(request, 'id', '')}"
