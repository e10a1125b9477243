"""The page for links that don't work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def link_problem(request: HttpRequest, title: str, text: str, status: int) -> HttpResponse:
    """Return a page that says why a link doesn't work."""
    return render(request, "account/link_problem.html", {"title": title, "text": text}, status=status)


def invalid_link(request: HttpRequest) -> HttpResponse:
    """Return the page for a link that was changed, cut off or made for something else, or has expired."""
    text = _("It’s incomplete, or it has expired. Open the link in the email again, or copy all of it.")
    return link_problem(request, _("This link doesn’t work"), text, 404)
