"""Add User is removed where single sign-on is enforced, by every route and with the reason (W-1, O-4)."""

import pytest
from django.test import Client
from django.urls import reverse

from base.policies import Refused
from invitations.models import Batch, Invitation
from invitations.services import save_draft, send_batch
from organizations.models import Membership
from outbox.models import OutgoingEmail
from provisioning.tests.providers import add_provider
from teamadmin.testing.cast import Cast
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

pytestmark = [pytest.mark.django_db, pytest.mark.spec("W-1", "O-4")]
REASON = "requires single sign-on"


@pytest.fixture
def batch(cast: Cast) -> Batch:
    """A draft from before Acme enforced single sign-on."""
    batch = cast.draft()
    add_provider(cast.acme)
    cast.acme.sso_enforced = True
    cast.acme.save()
    cast.olga.refresh_from_db()
    return batch


def client_of(cast: Cast, name: str) -> Client:
    return with_sso(cast.client(name), cast.acme)


@pytest.mark.parametrize("name", ["olga", "max"])
@pytest.mark.parametrize("page", ["users", "users_pending"])
def test_the_button_is_gone_and_the_page_says_where_people_are_added(cast, batch, name, page):
    response = client_of(cast, name).get(reverse(page, args=["acme"]))
    text = text_of(response)
    assert "Add User" not in text and reverse("user_add", args=["acme"]) not in response.content.decode()
    assert "Acme requires single sign-on" in text and "New people are added in Okta." in text
    assert ("Sign-in settings" in text) == (name == "olga")


def test_people_who_may_not_invite_see_no_notice(cast, batch):
    assert "New people are added" not in text_of(client_of(cast, "bo").get("/o/acme/users/"))


def test_the_homepage_has_no_button(cast, batch):
    assert "Add User" not in text_of(client_of(cast, "olga").get("/o/acme/"))


@pytest.mark.parametrize("htmx", [False, True])
def test_every_page_of_the_flow_is_refused_with_the_reason(cast, batch, htmx):
    from invitations.urls_wizard import urlpatterns

    client, checked = client_of(cast, "olga"), 0
    headers = {"HX-Request": "true"} if htmx else {}
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        values = {"draft_id": batch.pk, "row": 0}
        kwargs = {"slug": "acme"} | {name: values.get(name, batch.pk) for name in names}
        url = reverse(pattern.name, kwargs=kwargs)
        for method in ("get", "post"):
            response = getattr(client, method)(url, headers=headers)
            assert response.status_code in (403, 405), (url, method)
            if response.status_code == 403:
                checked += 1
                assert REASON in response.content.decode() or htmx, url
    assert checked > 3
    assert not Invitation.objects.exists() and not OutgoingEmail.objects.exists()


def test_the_services_refuse_as_well(cast, batch):
    with pytest.raises(Refused, match=REASON):
        send_batch(actor=cast.olga, batch=batch, version=batch.version)
    with pytest.raises(Refused, match=REASON):
        save_draft(actor=cast.olga, batch=None, people=[], roles=[], groups=[], projects=[])
    assert not Invitation.objects.exists()


def test_a_group_takes_no_addresses(cast, batch):
    people = Membership.objects.count()
    url = reverse("group_members", args=["acme", cast.groups["research"].pk])
    for typed in ({"members": "new@acme.example"}, {"email": "new@acme.example"}, {"search": "new@acme.example"}):
        client_of(cast, "olga").post(url, typed)
    assert Membership.objects.count() == people and not OutgoingEmail.objects.exists()


def test_bulk_actions_add_no_one(cast, batch):
    text = text_of(client_of(cast, "olga").get(reverse("users_bulk", args=["acme"])))
    assert "Add User" not in text and "Invite" not in text


@pytest.mark.spec("I-2")
def test_a_pending_invitation_can_be_resent(cast):
    invitation = cast.invite()[0]
    add_provider(cast.acme)
    cast.acme.sso_enforced = True
    cast.acme.save()
    url = reverse("user_invitation", args=["acme", invitation.membership_id])
    assert client_of(cast, "olga").post(url, {"view": "pending/"}).status_code == 302
    assert OutgoingEmail.objects.filter(subject_id=invitation.pk).count() == 2
