"""Stylesheets of brand colors: cached forever, without a session, and nothing but colors gets into them."""

import re

import pytest

from base.brands import Brand, stylesheet, stylesheet_url
from organizations.brands import brand_of

URL = stylesheet_url("app", "#0b6b4f")


@pytest.mark.spec("A-2")
def test_a_stylesheet_is_cached_forever_and_needs_no_database(client):
    response = client.get(URL)
    assert response.status_code == 200 and response["Content-Type"] == "text/css; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    parts = set(response["Cache-Control"].split(", "))
    assert parts == {"public", "immutable", "max-age=31536000"}
    assert not response.cookies and "Cookie" not in response["Vary"]
    css = response.content.decode()
    assert "--brand:light-dark(#0b6b4f,#41bd93)" in css and "--accent:var(--brand)" in css


def test_it_is_the_same_for_everyone(client):
    first = client.get(URL, headers={"cookie": "sessionid=abc", "accept-language": "de"})
    assert first.content == client.get(URL).content and not first.cookies


@pytest.mark.parametrize(
    "path",
    [
        URL.replace("0b6b4f", "0b6b50"),
        URL.replace("/app/", "/preview/"),
        URL.replace("/app/", "/other/"),
        re.sub(r"/\w+\.css", "/0000000000000000.css", URL),
        re.sub(r"/\w+\.css", "/é.css", URL),
        URL.replace("0b6b4f", "0B6B4F"),
        URL.replace("0b6b4f", "red"),
        URL.replace("0b6b4f", "0b6b4f;}body{display:none"),
        URL.replace("0b6b4f", "0b6b4f%0a"),
        URL.replace("0b6b4f", "platform"),
        URL.replace("0b6b4f", "０b6b4f"),
        "/brand/app/0b6b4f/.css",
        "/brand/app/%00/0000000000000000.css",
    ],
)
def test_others_are_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("kind", ["app", "preview"])
@pytest.mark.parametrize("color", ["#0b6b4f", "#ffd400", "#000000", "#ffffff"])
def test_only_colors_get_into_the_css(kind, color):
    css = stylesheet(kind, color)
    values = re.findall(r"(?:light-dark\(|:|,)(#[^,;)}]*)", css)
    assert values and all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in values)
    assert not re.search(r"url|import|expression|<|\\", css)


def test_the_platform_needs_no_stylesheet_on_pages(client):
    assert Brand().stylesheet_url == ""
    assert client.get(Brand().preview_url).status_code == 200


@pytest.mark.django_db
def test_a_color_that_is_none_never_reaches_the_css(cast):
    cast.acme.brand_color = "red;}*"
    assert brand_of(cast.acme).color == "" and brand_of(cast.acme).stylesheet_url == ""
