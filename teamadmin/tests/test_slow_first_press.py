"""A second press whose first press takes longer than a statement may says so, and can be sent again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from threading import Event, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from accounts.models import SentForm
from organizations.models import AccessKey, Group
from teamadmin.testing.aging import age, confirm
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.forms import PageForm, form_in, form_on, results, same_browser
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import HANGING, run_in_parallel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("A-6")]
ACME = "/o/acme/"
# What the views call at their end.
GROUPS, KEYS = "console.groups.views.groups.htmx_redirect", "console.access_keys.actions.render"


@pytest.fixture
def olga(live_cast) -> Client:
    return live_cast.client("olga")


@contextmanager
def first_press(client: Client, form: PageForm, monkeypatch, end: str = GROUPS, **typed: Any) -> Iterator[list[Any]]:
    """Press the button in another thread. Its view calls `end` after the block. Yield the list of responses."""
    is_running, may_end, responses = Event(), Event(), []
    module, _dot, name = end.rpartition(".")
    go_on = getattr(import_module(module), name)

    def wait(*args: Any, **options: Any) -> HttpResponse:
        is_running.set()
        assert may_end.wait(HANGING)
        return go_on(*args, **options)

    monkeypatch.setattr(end, wait)
    thread = Thread(target=lambda: responses.extend(run_in_parallel(1, lambda _n: form.press(client, **typed))))
    thread.start()
    assert is_running.wait(HANGING)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
        try:
            yield responses
        finally:
            cursor.execute("RESET lock_timeout")
            may_end.set()
            thread.join(HANGING)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_a_second_press_that_waits_too_long_says_so_and_can_continue(olga, monkeypatch):
    form = form_on(olga, f"{ACME}groups/new/", "groups/new/")
    typed = {"name": "Explorers", "other": '<b>&"one"\r\ntwo'}
    with first_press(same_browser(olga), form, monkeypatch, **typed) as first:
        page = form.press(olga, **typed)
        again = form_in(page.content.decode(), "groups/new/")
        assert page.status_code == 409 and "we’re still working on the first press" in text_of(page)
        assert again.fields == {**form.fields, **typed} and again.action == form.action
        assert again.press(olga).status_code == 409, "still running"
    assert first[0].status_code == 302 and Group.objects.filter(name="Explorers").count() == 1
    assert results([again.press(olga)]) == results(first)
    assert Group.objects.filter(name="Explorers").count() == 1


@pytest.mark.spec("S-7")
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_after_a_fresh_sign_in_the_page_can_be_reloaded(olga, monkeypatch):
    """Its own address has the token of the confirmation, not of the form that was kept."""
    form = form_on(olga, f"{ACME}access-keys/new/", "access-keys/new/")
    age(olga, 30)
    key = {"name": "Nightly report", "expires": "90", "scopes": "projects:read", "owner": "me"}
    page = confirm(olga, form.press(olga, **key), password=PASSWORD, without_scripts="1")
    again = form_on(olga, page["Location"], "reauthenticate/")
    with first_press(same_browser(olga), again, monkeypatch, KEYS) as first:
        slow = again.press(olga)
        assert slow.status_code == 409 and "Wait a minute, then reload this page." in text_of(slow)
        assert "<form" not in slow.content.decode()
    assert results([again.press(olga)]) == results(first) and AccessKey.objects.count() == 1


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_htmx_shows_a_toast_and_keeps_the_form(olga, monkeypatch):
    form, headers = form_on(olga, f"{ACME}groups/new/", "groups/new/"), {"HX-Request": "true"}
    sent = {**form.fields, "name": "Explorers"}
    same = replace(form, fields=sent)
    monkeypatch.setattr(PageForm, "press", lambda self, client: client.post(self.action, self.fields, headers=headers))
    with first_press(same_browser(olga), same, monkeypatch):
        toast = same.press(olga)
        assert (toast.status_code, toast["HX-Retarget"], toast["HX-Reswap"]) == (409, "#toasts", "beforeend")
        assert "Wait a minute, then press the button again." in text_of(toast)
    assert same.press(olga)["HX-Redirect"] and Group.objects.filter(name="Explorers").count() == 1


@pytest.mark.parametrize("state, status", [("57014", 409), ("55P03", 409), ("57P01", 503)])
def test_secrets_are_not_put_into_the_page(olga, monkeypatch, state, status):
    form = form_on(olga, f"{ACME}integrations/sources/new/", "sources/new/")
    cause = type("Cause", (Exception,), {"sqlstate": state})()

    def fail_to_claim(**options: Any) -> None:
        raise OperationalError("canceled") from cause

    monkeypatch.setattr(SentForm.objects, "get_or_create", fail_to_claim)
    olga.raise_request_exception = False
    page = form.press(olga, name="Shop", state="active", kind="postgresql", secret="hunter2-hunter2")
    assert page.status_code == status and "hunter2" not in page.content.decode()
    assert ("Wait a minute, then reload this page." in text_of(page)) == (status == 409)
