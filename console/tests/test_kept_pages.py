"""Pages that were written once are shown again only while all that they show is the same, and to nobody else (U-18)."""

import re

import pytest
from django.test import Client

from base.answers import PAGES
from base.keeping import TOKEN, mark
from base.templatetags.kept import PARTS
from console.tests.people import PENDING, USERS, pending, words
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from teamadmin.testing.cast import add_member, add_role
from teamadmin.testing.keeping import forget

pytestmark = pytest.mark.spec("U-18")
VIEWS = [
    USERS, USERS + "?sort=-name", USERS + "?q=max", USERS + "?q=guest", USERS + "?q=zzz", USERS + "?status=everyone",
    USERS + "?two_factor=on", USERS + "?columns=role,joined", PENDING,
    PENDING + "?status=expired", PENDING + "?q=guest",
]  # fmt: skip
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _empty():
    forget()


def page(client: Client, address: str, **options) -> str:
    """Without what differs by request: form tokens."""
    answer = client.get(address, **options)
    assert answer.status_code == 200, address
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w{64}', r"\1", answer.content.decode())


def anew(client: Client, address: str, **options) -> str:
    forget()
    return page(client, address, **options)


def test_a_kept_page_is_what_would_be_written(cast):
    """Everybody looks at everything, in turns, before and after each change."""
    own = add_role(cast.acme, "Desk", Permission.PEOPLE_VIEW, Permission.PEOPLE_INVITE)
    add_member(cast.globex, cast.olga.user, "admin")
    names = ("olga", "max")
    clients = {name: cast.client(name) for name in names}
    globex = USERS.replace("acme", "globex")

    def bring(**fields):
        return lambda: Organization.objects.filter(pk=cast.acme.pk).update(**fields)

    def me(**fields):
        return lambda: type(cast.max.user).objects.filter(pk=cast.max.user_id).update(**fields)

    changes = [
        lambda: None,
        bring(name="Acme Holding"),
        bring(sso_enforced=True),
        lambda: pending(cast.acme, 1),
        lambda: pending(cast.acme, 60, days=-1),
        lambda: type(own).objects.filter(pk=own.pk).update(name="Help desk"),
        me(first_name="Maximilian"),
        me(theme="dark"),
        lambda: cast.acme.groups.update(name="Renamed"),
        lambda: Membership.objects.filter(pk=cast.bo.pk).update(status="deactivated"),
        lambda: cast.max.role_links.update(role=own),
    ]
    for change in changes:
        change()
        asked = [(name, view, part) for name in names for view in VIEWS for part in ({}, HTMX)]
        asked += [("olga", globex, {}), ("olga", globex + "?q=zzz", HTMX)]
        expected = [anew(clients[name], view, headers=part) for name, view, part in asked]
        for _turn in range(2):
            assert [page(clients[name], view, headers=part) for name, view, part in asked] == expected
    assert len(PAGES.pieces) == len(asked)


def test_a_page_that_was_kept_is_not_written_again(cast, monkeypatch):
    client = cast.client("olga")
    for headers in ({}, HTMX):
        page(client, USERS, headers=headers)
    monkeypatch.setattr("base.answers.render_to_string", None)
    for headers in ({}, HTMX):
        assert "Max Keller" in page(client, USERS, headers=headers)


def test_its_token_is_its_readers_and_works(cast):
    cast.client("max").get(USERS)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.olga.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    tokens = set()
    for _time in range(2):
        html = client.get(USERS).content.decode()
        found = set(re.findall(r'X-CSRFToken": "(\w+)"|csrfmiddlewaretoken" value="(\w+)"', html))
        assert len(found) == 2 or len(found) == 1
        tokens |= {token for pair in found for token in pair if token}
        assert TOKEN not in html and str(mark("")) not in html
    assert len(tokens) == 2 and all(len(token) == 64 for token in tokens)
    for token in tokens:
        columns = {"columns": ["role"], "csrfmiddlewaretoken": token}
        assert client.post(USERS + "columns/", columns).status_code == 302
    assert client.post(USERS + "columns/", {"columns": ["role"]}).status_code == 403
    kept = "".join([*PAGES.pieces.values(), *PARTS.pieces.values()])
    assert TOKEN in kept and not any(token in kept for token in tokens)


def test_a_message_is_shown_once(cast):
    client = cast.client("olga")
    page(client, USERS)
    client.post(f"{USERS}{cast.bo.pk}/deactivation/")
    assert "was deactivated" in words(client.get(USERS))
    assert "was deactivated" not in words(client.get(USERS))


def test_no_more_are_kept_than_fit(cast, monkeypatch):
    monkeypatch.setattr(PAGES, "limit", 4)
    client = cast.client("olga")
    for view in VIEWS:
        page(client, view)
        assert len(PAGES.pieces) + len(PAGES.older) <= 4
