"""The components in templates/ui/."""

import pytest
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.safestring import mark_safe
from django_htmx.middleware import HtmxDetails

from base.lists.columns import Heading


@pytest.fixture
def request_of(rf: RequestFactory):
    """A function that returns a request as the middleware leaves it: request_of(path, htmx=False)."""

    def make(path: str, *, htmx: bool = False):
        request = rf.get(path, headers={"HX-Request": "true"} if htmx else {})
        request.htmx = HtmxDetails(request)
        return request

    return make


def test_table_shows_its_sort_order(request_of):
    request = request_of("/o/acme/users/?q=ana&after=x")
    rows = mark_safe('<tr role="row"><td>Ana</td></tr>')
    headings = [
        Heading("name", "Name", "sticky", url="?q=ana&sort=name", direction="descending"),
        Heading("role", "Role", ""),
        Heading("more", "Actions", "more", hide_label=True),
    ]
    html = render_to_string("ui/table.html", {"headings": headings, "rows_html": rows, "label": "Users"}, request)
    assert 'class="sticky" aria-sort="descending"' in html and html.count("aria-sort") == 1
    assert 'href="?q=ana&amp;sort=name"' in html
    assert "<td>Ana</td>" in html and html.count("<a ") == 1
    assert '<span class="sr-only">Actions</span>' in html


def test_pager_links_only_to_existing_pages():
    html = render_to_string("ui/pager.html", {"summary": "50 of 148", "next": "?after=x"})
    assert 'href="?after=x" rel="next"' in html and 'aria-disabled="true"' in html and "50 of 148" in html


CONFIRMATION = """{% extends "ui/dialog.html" %}{% block title %}Delete{% endblock %}
{% block heading %}Delete Ana?{% endblock %}
{% block actions %}<button type="submit">Delete user</button>{% endblock %}"""


def test_confirmation_is_a_page_or_a_dialog(request_of, cast):
    request = request_of("/o/acme/users/1/deletion/")
    request.user = cast.olga.user
    page = Template(CONFIRMATION).render(Context({"request": request, "user": cast.olga.user, "platform_name": "X"}))
    assert "<title>Delete · X</title>" in page and '<h1 id="dialog-title">Delete Ana?</h1>' in page
    assert 'action="/o/acme/users/1/deletion/"' in page and "hx-post" not in page.split("<main")[1].split("</main>")[0]
    part = Template(CONFIRMATION).render(Context({"request": request_of("/x/", htmx=True)}))
    assert part.strip().startswith("<dialog") and 'hx-post="/x/"' in part and 'hx-target="#dialog"' in part


def test_messages_are_toasts_in_a_live_region():
    toasts = [Message(messages.SUCCESS, "Sent <3"), Message(messages.ERROR, "Not sent")]
    html = render_to_string("ui/toasts.html", {"messages": toasts, "oob": True})
    assert 'role="status" hx-swap-oob="beforeend"' in html
    assert "Sent &lt;3" in html and 'data-tone="success"' in html and 'data-tone="danger"' in html


def test_stepper_marks_the_current_step():
    html = render_to_string("ui/stepper.html", {"steps": ["One", "Two", "Three"], "current": 2})
    steps = [line.strip() for line in html.splitlines() if "<li" in line]
    assert steps == ["<li data-done>One</li>", '<li aria-current="step">Two</li>', "<li>Three</li>"]


def test_menu_entries_are_links_or_forms():
    entries = [
        {"label": "Edit", "url": "/e", "icon": "pencil", "dialog": True},
        {"label": "Resend", "url": "/r", "icon": "send", "post": True},
        {"label": "Delete", "url": "/d", "icon": "trash", "danger": True, "divider": True},
    ]
    html = render_to_string("ui/menu.html", {"id": "m1", "label": "More", "entries": entries})
    assert 'popovertarget="m1" aria-label="More"' in html and '<form method="post" action="/r">' in html
    assert 'hx-get="/e" hx-target="#dialog"' in html and "<hr>" in html and "menu-item danger" in html


def test_empty_state_notice_and_breadcrumbs():
    empty = {"heading": "No members", "text": "Yet", "url": "/add", "action": "Add User", "picture": True}
    assert 'class="btn primary" href="/add"' in render_to_string("ui/empty.html", empty)
    notice = render_to_string("ui/notice.html", {"title": "Careful", "tone": "warning", "live": True})
    assert 'data-tone="warning" role="alert"' in " ".join(notice.split())
    crumbs = render_to_string("ui/breadcrumbs.html", {"parents": [("Users", "/u")], "label": "Add users"})
    assert '<a href="/u">Users</a>' in crumbs and 'aria-current="page">Add users</span>' in crumbs


@pytest.mark.spec("U-1", "A-5")
def test_frame_links_to_the_pages_you_can_open(request_of, cast):
    section = {
        "title": "Account",
        "items": [{"label": "Users", "url": "/o/acme/users/", "icon": "users", "current": True}],
    }
    context = {"user": cast.olga.user, "organization": cast.acme, "memberships": [cast.olga], "navigation": [section]}
    html = render_to_string("ui/frame.html", context | {"permissions": {"people.view"}})
    assert '<a class="nav-item" href="/o/acme/users/" aria-current="page">' in html
    assert 'href="/o/acme/preferences/"' in html and html.count('popovertarget="account-menu"') == 2
    assert '<a class="menu-item" href="/o/acme/users/">' in html and 'href="/organizations/"' in html
    without = render_to_string("ui/frame.html", context | {"permissions": set()})
    assert '<a class="menu-item" href="/o/acme/users/">' not in without
