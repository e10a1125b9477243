"""Parts that are kept: the same for the same facts, never anybody else's, and never with somebody's token."""

import pytest
from django.http import HttpRequest
from django.template import Context, Template

from base.keeping import TOKEN, Kept
from base.templatetags.kept import PARTS
from console.tests.people import USERS, words


@pytest.fixture(autouse=True)
def _empty():
    PARTS.clear()


def render(key: tuple, **facts) -> str:
    context = Context({"key": key, "request": HttpRequest(), **facts})
    source = '{% load kept %}{% kept "part" key %}{{ word }}{% csrf_token %}{% endkept %}'
    return Template(source).render(context)


def test_by_its_key_and_with_a_token_of_its_own():
    first, again, other = render((1,), word="<a>"), render((1,), word="unseen"), render((2,), word="b")
    assert first.startswith("&lt;a&gt;<input") and again.startswith("&lt;a&gt;") and other.startswith("b<")
    assert TOKEN not in first and first != again  # tokens differ by request


def test_no_more_than_its_limit(monkeypatch):
    monkeypatch.setattr(PARTS, "limit", 4)
    for number in range(10):
        render((number,), word=str(number))
        assert len(PARTS.pieces) + len(PARTS.older) <= 4


def test_what_is_asked_for_stays_and_the_rest_goes():
    kept, written = Kept(8), []

    def ask(name: str) -> None:
        kept.get((name,), lambda: written.append(name) or name)

    for number in range(30):
        ask("always")
        ask(str(number))
    assert written.count("always") == 1 and len(written) == 31
    ask("3")
    assert written.count("3") == 2 and len(kept.pieces) + len(kept.older) <= 8


@pytest.mark.django_db
@pytest.mark.spec("U-18")
def test_what_the_frame_shows_is_never_that_of_before(cast):
    client = cast.client("olga")
    assert "Olga Ivanova" in words(client.get(USERS)) and "Max Keller Account menu" in words(
        cast.client("max").get(USERS)
    )
    cast.olga.user.first_name = "Olena"
    cast.olga.user.save()
    cast.acme.name = "Acme Holding"
    cast.acme.save()
    page = client.get(USERS)
    assert "Olena Ivanova Account menu" in words(page) and "Acme Holding Switch organization" in words(page)
    tokens = {client.get(USERS).content.decode().split('csrfmiddlewaretoken" value="')[1][:64] for _ in range(2)}
    assert len(tokens) == 2
    assert 'aria-current="page"' in page.content.decode().split(f'href="{USERS}"')[1][:30]
    home = client.get("/o/acme/").content.decode()
    assert 'aria-current="page"' not in home.split(f'href="{USERS}"')[1][:30]
