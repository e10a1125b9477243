"""Tokens on the Provisioning page: created, shown once, revoked (C-1, C-6)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from console.tests.provisioning_data import URL, connect
from provisioning.models import ScimToken
from provisioning.services.scim_tokens import find_connection
from teamadmin.testing.html import text_of

NEW = f"{URL}tokens/new/"
pytestmark = pytest.mark.spec("C-1", "C-6")


def create(client, name="Okta production", expires="365") -> str:
    """Create a token and return its text, which this page shows once."""
    response = client.post(NEW, {"name": name, "expires": expires})
    found = re.search(r'id="token">([^<]+)<', response.content.decode())
    assert response.status_code == 200 and found and response["Cache-Control"] == "no-store"
    return found[1]


def test_a_token_is_shown_once_and_works(cast):
    connect(cast.acme)
    client = cast.client("olga")
    assert client.get(NEW).status_code == 200
    text = create(client)
    token = ScimToken.objects.get()
    assert find_connection(text) == token and token.digest != text and token.expires_at is not None
    for url in (URL, NEW, f"{URL}tokens/{token.pk}/revocation/"):
        assert text not in client.get(url).content.decode(), url
    page = text_of(client.get(URL))
    assert "Okta production" in page and token.prefix in page and "Olga Ivanova" in page and "Never" in page
    entry = Entry.objects.get(action="scim.token_created")
    assert text not in str(entry.data)


def test_a_token_can_live_for_ever(cast):
    connect(cast.acme)
    create(cast.client("olga"), expires="")
    assert ScimToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"name": "", "expires": "90"}, "Enter a name."),
        ({"name": "  ", "expires": "90"}, "Enter a name."),
        ({"name": "x" * 101, "expires": "90"}, "Use at most 100 characters."),
        ({"name": "Okta", "expires": "9999"}, "Choose when it expires."),
    ],
)
def test_errors_are_beside_the_field_and_nothing_typed_is_lost(cast, data, error):
    connect(cast.acme)
    response = cast.client("olga").post(NEW, data)
    assert response.status_code == 422 and error in text_of(response) and not ScimToken.objects.exists()
    if data["name"].strip():
        assert f'value="{data["name"]}"' in response.content.decode()


def test_there_are_two_at_most_and_expired_ones_do_not_count(cast):
    connection = connect(cast.acme)
    client = cast.client("olga")
    create(client, "One")
    create(client, "Two")
    assert 'aria-disabled="true"' in client.get(URL).content.decode()
    response = client.post(NEW, {"name": "Three", "expires": "90"})
    assert response.status_code == 422 and "There are already two tokens. Revoke one first." in text_of(response)
    ScimToken.objects.filter(name="One").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Expired" in text_of(client.get(URL))
    create(client, "Three")
    assert ScimToken.objects.filter(connection=connection).count() == 3


def test_revoking_asks_first_and_says_what_happens(cast):
    connect(cast.acme)
    client = cast.client("olga")
    text = create(client, "One")
    url = f"{URL}tokens/{ScimToken.objects.get().pk}/revocation/"
    asked = text_of(client.get(url))
    assert "Revoke One?" in asked and "Okta can’t sync until you enter another token" in asked
    assert find_connection(text) is not None, "asking revokes nothing"
    response = client.post(url, follow=True)
    assert "The token One no longer works." in text_of(response) and find_connection(text) is None
    assert client.post(url).status_code == 404, "a second click"
    assert Entry.objects.filter(action="scim.token_revoked").count() == 1


def test_without_a_connection_there_are_no_tokens(cast):
    assert cast.client("olga").get(NEW).status_code == 404
