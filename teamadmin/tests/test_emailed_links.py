"""Links from emails open although something was added at their end, and only with their signature (I-6, I-7)."""

import time
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client

from accounts.emails import password_reset_url
from accounts.links import email_confirmation_url, not_me_url
from audit.models import Entry
from audit.services import record
from invitations.links import accept_url
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
# What email programs and people add, before or after the slash at the end.
ADDED = [")", ">", ".", ",", " ", "%20", "&gt;", '"', "’", ">.", ").", "\u00a0", "\r\n", "/)", "]"]


def path_of(url: str) -> str:
    return urlsplit(url).path


@pytest.mark.spec("I-6")
@pytest.mark.parametrize("added", ADDED, ids=ascii)
def test_an_invitation_opens_with_something_at_its_end(cast, added):
    (invitation,) = cast.invite()
    link = path_of(accept_url(invitation))
    for path in (link + quote(added), link.rstrip("/") + quote(added)):
        response = Client().get(path, follow=True)
        assert response.redirect_chain[0] == (link, 302)
        assert "Join Acme" in text_of(response), path


@pytest.mark.spec("I-6")
def test_links_as_they_are_and_other_pages_are_not_redirected(cast):
    (invitation,) = cast.invite()
    link = path_of(accept_url(invitation))
    assert Client().get(link)["Location"] == "/invitations/accept/"
    assert Client().get(f"{link}accept/").status_code == 404
    assert Client().post(link + ")").status_code in (403, 404, 405)
    assert cast.client("olga").get("/o/acme/users/)").status_code == 404


@pytest.mark.spec("I-6", "I-7")
@pytest.mark.parametrize("change", ["x{}", "{}x", "{}.1", "{}-", "{}_", "{}/%41"])
def test_a_changed_token_stays_invalid(cast, change):
    (invitation,) = cast.invite()
    token = path_of(accept_url(invitation)).strip("/").rpartition("/")[2]
    response = Client().get(f"/invitations/{change.format(token)}/)", follow=True)
    assert "Join Acme" not in text_of(response)


@pytest.mark.parametrize("added", [")", "/>", "/%20"])
def test_other_links_from_emails_open_too(cast, added):
    user = cast.bo.user
    record(organization_id=cast.acme.pk, actor=user, action="user.signed_in", target=user)
    user.pending_email = "new@acme.example"
    user.save()
    entry = Entry.objects.filter(action="user.signed_in").latest("at")
    for url in (password_reset_url(user), email_confirmation_url(user), not_me_url(entry.pk, user)):
        link = path_of(url)
        assert Client().get(link.rstrip("/") + added)["Location"] == link


def test_a_redirect_stays_on_this_site_and_hostile_paths_take_little_time():
    client = Client()
    for path in ("/x//evil.example/" + "a" * 40 + ")", "/invitations//evil.example/" + "a" * 40 + ")"):
        assert client.get(path).status_code == 404
    assert client.get("/invitations/" + "a" * 40 + "/\\evil.example)").status_code == 404
    start = time.thread_time()
    client.get("/invitations/" + "a" * 7000 + "/" + ")" * 7000 + "a")
    assert time.thread_time() - start < 0.5
