"""The documentation page: complete, within the CSP, and its forms send requests (A-7)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from api.docs import sections
from api.openapi import document
from api.problems import KINDS, type_of
from api.tests.keys import add_key

PAGE = "/api/v1/docs"


@pytest.mark.spec("A-7")
def test_everyone_can_read_it_and_it_has_every_operation(db):
    html = Client().get(PAGE).content.decode()
    ids = [details["operationId"] for item in document()["paths"].values() for details in item.values()]
    assert sorted(each.id for section in sections() for each in section.operations) == sorted(ids)
    assert all(f'id="{each}"' in html for each in ids)
    assert "style=" not in html and not re.search(r"<script(?! src=)", html)


def test_the_type_of_each_problem_leads_to_its_description(db):
    html = Client().get(PAGE).content.decode()
    for status in KINDS:
        path, _hash, anchor = type_of(status).partition("#")
        assert path.endswith(PAGE) and f'id="{anchor}"' in html


def test_it_takes_no_query(db, django_assert_num_queries):
    client = Client()
    client.get(PAGE)
    with django_assert_num_queries(0):
        client.get(PAGE)


@pytest.mark.spec("A-7")
def test_trying_an_operation(live_cast, live_server, page, axe):
    _key, secret = add_key(live_cast.olga)
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(live_server.url + reverse("api_docs") + "#get_group")
    form = page.locator("#get_group [data-api-try]")
    form.get_by_label("group_id").fill(str(live_cast.groups["research"].pk))
    form.get_by_role("button", name="Send request").click()
    assert form.get_by_text("Enter an access key").is_visible()
    page.get_by_role("textbox", name="Access key").fill(secret)
    form.get_by_role("button", name="Send request").click()
    form.get_by_text("200 OK").wait_for()
    assert '"name": "Research"' in form.locator("output pre").inner_text()
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert problems == []
    axe(page)
