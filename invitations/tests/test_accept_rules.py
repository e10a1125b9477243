"""The password of a new member follows the rules of the organization that invited them; attempts are limited (S-1)."""

import pytest
from django.urls import reverse

from accounts.models import AttemptCount
from invitations.links import make_token
from invitations.models import Invitation
from organizations.models import TwoFactorRule
from teamadmin.testing.cast import Cast

ACCEPT = "/invitations/accept/"


def open_link(cast: Cast, invitation: Invitation):
    client = cast.client()
    client.get(reverse("invitation", args=[make_token(invitation)]), follow=True)
    return client


@pytest.mark.spec("S-1", "J-1")
def test_twelve_characters_where_a_second_factor_is_required(cast):
    client = open_link(cast, cast.invite()[0])
    assert "At least 15 characters" in client.get(ACCEPT).content.decode()
    assert "at least 15" in client.post(ACCEPT, {"password": "herd-of-gnus"}).content.decode()
    cast.acme.require_two_factor = TwoFactorRule.ADMINS
    cast.acme.save()
    assert "At least 15 characters" in client.get(ACCEPT).content.decode()  # a Builder isn't concerned
    cast.acme.require_two_factor = TwoFactorRule.EVERYONE
    cast.acme.save()
    page = client.get(ACCEPT).content.decode()
    assert "At least 12 characters" in page and 'data-min="12"' in page
    assert client.post(ACCEPT, {"password": "herd-of-gnu"}).status_code == 422
    assert client.post(ACCEPT, {"password": "herd-of-gnus"}).status_code == 302


@pytest.mark.spec("S-1", "S-6", "J-1")
def test_the_minimum_of_the_organization_counts(cast):
    cast.acme.password_min_length = 20
    cast.acme.save()
    client = open_link(cast, cast.invite()[0])
    assert "At least 20 characters" in client.get(ACCEPT).content.decode()
    assert client.post(ACCEPT, {"password": "herd-of-elephants"}).status_code == 422
    assert client.post(ACCEPT, {"password": "herd-of-elephants-in-town"}).status_code == 302


@pytest.mark.spec("S-10")
def test_password_tries_are_limited_and_the_page_stays(cast):
    client = open_link(cast, cast.invite(reason="Come and build.")[0])
    statuses = [client.post(ACCEPT, {"password": "short"}).status_code for _attempt in range(100)]
    assert statuses == [422] * 100
    response = client.post(ACCEPT, {"password": "herd-of-elephants-in-town"})
    text = response.content.decode()
    assert response.status_code == 429 and int(response["Retry-After"]) <= 60
    assert "Too many attempts. Try again in" in text and "Come and build." in text and "herd-of" not in text
    other = open_link(cast, cast.invite(people=[("Omar", "Said", "omar@acme.example")])[0])
    assert other.post(ACCEPT, {"password": "herd-of-elephants-in-town"}).status_code == 302


@pytest.mark.spec("S-10", "I-7")
def test_invalid_links_are_limited_by_ip_address(cast):
    client, token = cast.client(), make_token(cast.invite()[0])
    wrong = reverse("invitation", args=[token[:-4] + "AAAA"])
    statuses = [client.get(wrong).status_code for _attempt in range(51)]
    assert statuses == [404] * 50 + [429]
    assert client.get(reverse("invitation", args=[token])).status_code == 429
    assert cast.client(REMOTE_ADDR="198.51.100.9").get(reverse("invitation", args=[token])).status_code == 302
    assert token not in str(list(AttemptCount.objects.values_list("key")))
