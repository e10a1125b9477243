"""A pending member's page: delivery, link, address and facts of the invitation (I-8, I-10, I-11, U-19)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from audit.models import Entry
from console.tests.delivery import ask_for_link, deliver, send_again
from console.tests.people import PENDING, USERS, expire
from console.tests.profiles import HTMX, profile_url
from invitations.models import Invitation
from invitations.queries import LinkState, find_link
from organizations.models import Delivery, Membership, TwoFactorMethod
from teamadmin.testing.cast import add_member, add_user

VIEW = "?view=pending/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def link_in(response) -> str:
    found = re.search(r'id="invitation-url" value="([^"]*)"', response.content.decode())
    return unescape(found[1]) if found else ""


def state_of(url: str) -> LinkState:
    return find_link(url.rstrip("/").rpartition("/")[2]).state


@pytest.fixture
def invited(cast) -> Invitation:
    """Max's invitation of Ann, whose emails bounced: one ten days ago, one yesterday."""
    people = [("Ann", "Lee", "ann@acme.example")]
    (invitation,) = cast.invite(cast.max, people=people, reason="We need you.\nOn Monday.", welcome_page="projects")
    now = timezone.now()
    deliver(invitation, Delivery.BOUNCED, at=now - timedelta(days=10), reason="Mailbox doesn’t exist")
    answer = "550 5.1.1 No mailbox here by that name."
    send_again(invitation, Delivery.BOUNCED, at=now - timedelta(days=1), reason="Mailbox is full", answer=answer)
    return invitation


@pytest.fixture
def url(invited) -> str:
    return profile_url(invited.membership)


@pytest.mark.spec("I-8")
def test_an_email_that_the_recipients_server_wants_later_is_delayed(cast, invited, url):
    send_again(invited, Delivery.DELAYED, reason="Mailbox is full")
    assert "Delayed : mailbox is full" in text_of(cast.client("olga").get(url))


@pytest.mark.spec("I-8")
def test_history_of_emails_newest_first(cast, invited, url):
    text = text_of(cast.client("olga").get(url))
    assert "Sent 2 times, last yesterday" in text
    events = ["Bounced : mailbox is full", "Sent again by Max Keller", "Bounced : mailbox doesn’t exist", "Sent by Max"]
    places = [text.index(event) for event in events]
    assert places == sorted(places)
    assert "Yesterday, " in text and "Times are in UTC. We don’t track whether an email is opened." in text


@pytest.mark.spec("I-8")
@pytest.mark.parametrize(
    ("state", "reason", "shown"),
    [
        (Delivery.DELIVERED, "", "Delivered"),
        (Delivery.SENT, "", "Accepted by the mail server"),
        (Delivery.QUEUED, "", "Queued again by Max Keller"),
        (Delivery.QUEUED, "Server didn’t respond. We’ll try again", "Queued : server didn’t respond. We’ll try again"),
        (Delivery.FAILED, "Server rejected the email", "Failed : server rejected the email"),
        (Delivery.NONE, "Replaced by a newer email", "Not sent : replaced by a newer email"),
    ],
)
def test_every_state_is_in_words(cast, invited, url, state, reason, shown):
    send_again(invited, state, reason=reason)
    assert shown in text_of(cast.client("olga").get(url))


@pytest.mark.spec("I-8")
def test_an_email_that_waits_is_not_counted_as_sent(cast):
    (invitation,) = cast.invite(cast.max)
    url, client = profile_url(invitation.membership), cast.client("olga")
    assert "Delivery Not sent yet Queued by Max Keller" in text_of(client.get(url))
    deliver(invitation, Delivery.NONE, reason="Replaced by a newer email")
    send_again(invitation, Delivery.QUEUED)
    text = text_of(client.get(url))
    assert "Not sent yet" in text and "Sent 2 times" not in text
    deliver(invitation, Delivery.FAILED)
    assert "Sent 2 times" in text_of(client.get(url))


@pytest.mark.spec("I-8")
def test_history_is_short(cast, invited, url):
    for number in range(5):
        send_again(invited, Delivery.DELIVERED, at=timezone.now() - timedelta(minutes=9 - number))
    text = text_of(cast.client("olga").get(url))
    assert text.count("Sent again by") == 5 and "Older emails aren’t shown" in text


@pytest.mark.spec("I-8")
def test_history_names_another_address(cast, invited, url):
    Membership.objects.filter(pk=invited.membership_id).update(email="anna@acme.example")
    assert "Sent again by Max Keller to ann@acme.example" in text_of(cast.client("olga").get(url))


@pytest.mark.spec("I-8")
def test_problem_says_what_the_server_answered(cast, invited, url):
    client = cast.client("olga")
    text = text_of(client.get(url))
    assert "The email bounced acme.example says: “No mailbox here by that name” (550 5.1.1)." in text
    deliver(invited, Delivery.FAILED, answer="Connection refused")
    assert "The email wasn’t delivered The mail server says: “Connection refused”." in text_of(client.get(url))
    deliver(invited, Delivery.DELIVERED)
    assert "says:" not in text_of(client.get(url))


@pytest.mark.spec("I-7", "I-8")
def test_request_for_a_new_link_is_in_the_history(cast, invited, url):
    ask_for_link(invited)
    assert "Asked for a new link" in text_of(cast.client("olga").get(url))


@pytest.mark.spec("U-19")
def test_facts_of_the_invitation(cast, invited, url):
    text = text_of(cast.client("olga").get(url))
    today = f"{timezone.now():%b} {timezone.now().day}"
    for fact in ("Invited by Max Keller", f"First sent {today}", "Resent Once", "in 30 days", "Welcome page Projects"):
        assert fact in text, fact
    assert "Reason We need you. On Monday." in text


@pytest.mark.spec("U-19")
def test_facts_of_a_member_who_joined(cast):
    now = timezone.now()
    changes = {"two_factor": True, "two_factor_method": TwoFactorMethod.PASSKEY, "invited_by": cast.max}
    changes |= {"last_active_at": now - timedelta(hours=26), "joined_at": now.replace(year=2024, month=3, day=5)}
    Membership.objects.filter(pk=cast.bo.pk).update(**changes)
    text = text_of(cast.client("olga").get(profile_url(cast.bo)))
    assert re.search(r"Membership Last active (Yesterday|2d ago) Joined Mar 5, 2024 Invited by Max Keller 2FA On", text)
    assert "Invitation link" not in text and "Correct the email address" not in text


@pytest.mark.spec("I-10")
def test_copy_link_says_what_it_does_and_shows_it_on_a_page(cast, invited, url):
    client = cast.client("max")
    address = f"{url}invitation/link/{VIEW}"
    page = client.get(address)
    assert "Anyone with this link can join Acme as Ann Lee." in text_of(page) and not link_in(page)
    assert not Entry.objects.filter(action="invitation.link_copied").exists()
    page = client.post(address)
    assert page["Cache-Control"] == "no-store" and 'readonly aria-label="Invitation link"' in page.content.decode()
    assert state_of(link_in(page)) == LinkState.OPEN
    assert "Anyone with this link can join Acme as Ann Lee." in text_of(page)
    assert "Copied once, by Max Keller." in text_of(client.get(url))
    client.post(address)
    assert "Copied 2 times, last by Max Keller." in text_of(client.get(url))
    assert Entry.objects.filter(action="invitation.link_copied").count() == 2


@pytest.mark.spec("I-10")
def test_copy_link_in_the_drawer_replaces_its_section(cast, invited, url):
    response = cast.client("olga").post(f"{url}invitation/link/", headers=HTMX | {"HX-Target": "invitation-link"})
    text = response.content.decode()
    assert text.strip().startswith("<section") and text.count("<section") == 1
    assert response["Cache-Control"] == "no-store" and state_of(link_in(response)) == LinkState.OPEN
    assert "Copied once, by Olga Ivanova." in text_of(response)


@pytest.mark.spec("I-10")
def test_the_link_is_on_no_other_page(cast, invited, url):
    client = cast.client("olga")
    for address in (url, PENDING, f"{url}menu/{VIEW}", f"{url}invitation/link/"):
        assert "/invitations/" not in client.get(address).content.decode(), address


@pytest.mark.spec("I-10")
def test_link_of_an_expired_invitation_cannot_be_copied(cast, invited, url):
    expire(invited)
    client = cast.client("olga")
    response = client.post(f"{url}invitation/link/{VIEW}")
    assert response.status_code == 403 and not link_in(response)
    assert "This invitation has expired. Resend it first." in text_of(response)
    assert 'id="invitation-link"' not in client.get(url + VIEW).content.decode()


@pytest.mark.spec("I-11")
def test_correcting_the_address_on_the_page(cast, invited, url):
    client = cast.client("max")
    old_link = link_in(client.post(f"{url}invitation/link/"))
    page = client.get(url + VIEW)
    assert "The old link stops working. The expiry date stays" in text_of(page)
    form = {"at": "profile", "email": "ann.lee@acme.example"}
    response = client.post(f"{url}invitation/address/{VIEW}", form, follow=True)
    assert response.redirect_chain == [(PENDING, 302)]
    assert "Invitation sent to ann.lee@acme.example. The old link no longer works." in text_of(response)
    assert Membership.objects.get(pk=invited.membership_id).email == "ann.lee@acme.example"
    assert state_of(old_link) == LinkState.REPLACED
    assert state_of(link_in(client.post(f"{url}invitation/link/"))) == LinkState.OPEN


@pytest.mark.spec("I-11", "U-18")
def test_correcting_the_address_in_the_drawer_updates_the_row_and_the_banner(cast, invited, url):
    response = cast.client("olga").post(
        f"{url}invitation/address/{VIEW}", {"at": "profile", "email": "ann.lee@acme.example"}, headers=HTMX
    )
    text = response.content.decode()
    assert f'id="user-{invited.membership_id}" hx-swap-oob="true"' in text and "ann.lee@acme.example" in text
    assert 'id="users-undelivered" hx-swap-oob="true"' in text and "delivered</strong>" not in text
    assert "<dialog" not in text


@pytest.mark.spec("I-11")
@pytest.mark.parametrize(
    ("email", "error"),
    [
        ("ann@", "email address"),
        ("", "email address"),
        ("bo@acme.example", "already"),
        ("ann@acme.example", "The invitation was already sent to ann@acme.example."),
    ],
)
@pytest.mark.parametrize("at", ["profile", ""])
def test_wrong_address_is_shown_with_the_reason_and_what_was_typed(cast, invited, url, email, error, at):
    client = cast.client("olga")
    for headers in ({}, HTMX):
        response = client.post(f"{url}invitation/address/", {"at": at, "email": email}, headers=headers)
        assert response.status_code == 422
        assert error.lower() in text_of(response).lower()
        assert re.search(r'id="new-email"[^>]*aria-invalid="true"', response.content.decode())
        assert f'value="{email}"' in response.content.decode()
    assert Membership.objects.get(pk=invited.membership_id).email == "ann@acme.example"


@pytest.mark.spec("I-11", "R-6")
def test_address_is_corrected_only_by_those_who_can_give_the_role(cast, url, invited):
    (admin,) = cast.invite(role="admin", people=[("Zoe", "Ray", "zoe@acme.example")])
    client = cast.client("max")
    address = profile_url(admin.membership)
    response = client.post(f"{address}invitation/address/", {"email": "zoe.ray@acme.example"})
    assert response.status_code == 403
    text = client.get(address).content.decode()
    assert 'id="new-email"' not in text and 'id="invitation-link"' not in text


@pytest.mark.spec("I-8", "R-4")
def test_people_who_cannot_invite_see_the_delivery_alone(cast, invited, url, desk):
    add_member(cast.acme, add_user("dee@acme.example", "Dee", "Desk"), desk)
    client = cast.client()
    client.force_login(Membership.objects.get(email="dee@acme.example").user, backend=BACKEND)
    text = text_of(client.get(url))
    assert "The email bounced" in text and "Sent again by Max Keller" in text
    for action in ("Copy link", "Save and send", "Resend invite"):
        assert action not in text
    assert client.post(f"{url}invitation/link/").status_code == 403
    assert client.post(f"{url}invitation/address/", {"email": "x@acme.example"}).status_code == 403


@pytest.mark.spec("I-10", "I-11", "U-7")
def test_menu_of_a_pending_member_has_the_link_and_the_address(cast, invited, url):
    client = cast.client("olga")
    text = client.get(f"{url}menu/{VIEW}").content.decode()
    assert "Copy invitation link" in text and "Correct email address" in text
    assert f"{url}invitation/link/?view=pending" in text and f"{url}invitation/address/?view=pending" in text
    text = client.get(profile_url(cast.bo, "menu/")).content.decode()
    assert "Copy invitation link" not in text and "Correct email address" not in text


@pytest.mark.spec("I-2", "I-8")
def test_resending_on_the_page(cast, invited, url):
    client = cast.client("olga")
    assert "Resend invite" in text_of(client.get(url + VIEW))
    client.post(f"{url}invitation/{VIEW}", {"sent": "2"})
    invited.refresh_from_db()
    assert invited.sends == 3 and "Sent 3 times, last just now" in text_of(client.get(url))


@pytest.mark.spec("U-19")
def test_page_takes_the_same_queries_for_any_history(cast, invited, url, django_assert_max_num_queries):
    client = cast.client("olga")
    for _number in range(6):
        send_again(invited, Delivery.DELIVERED)
    with django_assert_max_num_queries(40):
        client.get(url)


def test_names_and_answers_are_escaped(cast, invited, url):
    Membership.objects.filter(pk=cast.max.pk).update(first_name="<b>Max</b>")
    deliver(invited, Delivery.BOUNCED, reason="<i>full</i>", answer="<script>alert(1)</script>")
    page = cast.client("olga").get(url)
    assert "<script>alert" not in page.content.decode() and "<i>full" not in page.content.decode()
    page = cast.client("olga").get(f"{USERS}pending/")
    assert "<i>full" not in page.content.decode()
