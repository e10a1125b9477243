"""Answers that htmx and a browser without it get from one address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from base.context_processors import frame_key
from base.keeping import TOKEN, Kept, fill, mark

PAGES = Kept(128)


@dataclass(frozen=True)
class Facts:
    """A page that is kept: `key` is every fact that it shows but those of its frame, `context` makes its context of
    them where it has to be written, `holes` are the variables of it whose HTML is filled in each time."""

    key: tuple
    context: Callable[[], dict[str, Any]]
    holes: Mapping[str, str] = field(default_factory=dict)


def wants_part(request: Any) -> bool:
    """Whether htmx asks for the part that changes. Going back it wants the whole page."""
    htmx: HtmxDetails = request.htmx
    return bool(htmx and not htmx.history_restore_request)


def answer(request: Any, *, whole: str, part: str, context: dict[str, Any] | Facts, address: str = "") -> HttpResponse:
    """The page `whole`, or for htmx the template `part`, which puts `address` into the address bar unless it stands
    there."""
    wanted = wants_part(request)
    template, more = (part, {"part": True}) if wanted else (whole, {})
    if isinstance(context, Facts):
        response = HttpResponse(_kept(request, template, context, more))
    else:
        response = render(request, template, context | more)
    if wanted and address and not _stands_at(request, address):
        response["HX-Push-Url"] = address
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _stands_at(request: Any, address: str) -> bool:
    try:
        return request.htmx.current_url_abs_path == address
    except ValueError:  # the header holds no address
        return False


def _kept(request: Any, template: str, facts: Facts, more: dict[str, Any]) -> str:
    if len(get_messages(request)):  # shown once
        return render_to_string(template, facts.context() | facts.holes | more, request)

    def write() -> str:
        marks = {name: mark(name) if html else "" for name, html in facts.holes.items()}
        return render_to_string(template, facts.context() | marks | more | {"csrf_token": TOKEN}, request)

    there = tuple(name for name, html in facts.holes.items() if html)
    key = (template, get_language(), frame_key(request), there, facts.key)
    return fill(PAGES.get(key, write), request, facts.holes)


def lead_to(request: Any, url: str) -> HttpResponse:
    """To another page as a whole, for htmx as for others."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
