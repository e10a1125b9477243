"""Search: a page of its own, and with JavaScript the command palette over every page (U-21)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from base.lists.params import read_search
from base.responses import is_htmx_fragment
from organizations.access import member_required
from organizations.requests import MemberRequest
from workspace.search.find import find
from workspace.search.results import Search

# The id of the element that the palette's results are swapped into.
RESULTS = "palette-results"
FRAGMENT = "_results"


@member_required()
@require_safe
def search(request: MemberRequest) -> HttpResponse:
    """Find people, groups, projects, pages, actions and saved views (query parameter `q`).

    htmx gets the results if it asks for them, otherwise the palette's dialog. A browser gets a page.
    """
    asked = Search(request.membership, read_search(request.GET))
    sections = find(asked)
    number = sum(len(section.results) for section in sections)
    template = _template(request)
    context = {
        "q": asked.q,
        "sections": sections,
        "said": _said(asked, number),
        "is_search": bool(asked.words),
        "is_fragment": template == FRAGMENT,
    }
    response = render(request, f"workspace/search/{template}.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _template(request: MemberRequest) -> str:
    if not is_htmx_fragment(request):
        return "page"
    return FRAGMENT if request.htmx.target == RESULTS else "palette"


def _said(asked: Search, number: int) -> str:
    """Return the number of results, which screen readers announce."""
    if not asked.words:
        return ""
    return ngettext("%(count)d result", "%(count)d results", number) % {"count": number}
