"""Copying an invitation's link."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from invitations.links import accept_url
from invitations.models import Invitation
from invitations.policies import can_copy_link
from invitations.queries import LinkState, find_link
from invitations.services import copy_link, correct_address
from organizations.models import Membership

NEW_PASSWORD = "a-long-walk-by-the-sea"  # noqa: S105
pytestmark = pytest.mark.spec("I-10")


@pytest.fixture
def invitation(cast):
    return cast.invite()[0]


def test_the_link_is_the_one_in_the_email_and_is_counted_and_audited(cast, invitation):
    assert copy_link(actor=cast.max, member=invitation.membership) == accept_url(invitation)
    assert copy_link(actor=cast.olga, member=invitation.membership) == accept_url(invitation)
    invitation.refresh_from_db()
    assert (invitation.copies, invitation.copied_by) == (2, cast.olga.name)
    assert timezone.now() - invitation.copied_at < timedelta(minutes=1)
    entries = Entry.objects.filter(action="invitation.link_copied").order_by("pk")
    assert [entry.actor_id for entry in entries] == [cast.max.pk, cast.olga.pk]


def test_the_link_is_not_stored_or_logged(cast, invitation, caplog):
    caplog.set_level(logging.DEBUG)
    signature = copy_link(actor=cast.max, member=invitation.membership).rsplit(".", 1)[1]
    stored = [Invitation.objects.values().get(), *Entry.objects.values()]
    assert signature not in str(stored)
    assert signature not in caplog.text


def test_a_copied_link_stops_working_when_the_address_is_corrected(cast, invitation):
    link = copy_link(actor=cast.olga, member=invitation.membership)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert find_link(token).state == LinkState.OPEN
    correct_address(actor=cast.olga, member=invitation.membership, email="other@acme.example")
    assert find_link(token).state == LinkState.REPLACED


def test_a_copied_link_lets_a_person_join_and_sign_in_again(cast, invitation):
    client = cast.client()
    client.get(copy_link(actor=cast.max, member=invitation.membership), follow=True)
    accepted = client.post("/invitations/accept/", {"invitation": invitation.pk, "password": NEW_PASSWORD})
    assert (accepted.status_code, accepted["Location"]) == (302, "/o/acme/welcome/")
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "nadia@acme.example", "password": NEW_PASSWORD})
    assert client.get("/o/acme/", follow=True).status_code == 200
    assert client.get("/organizations/", follow=True).status_code == 200


@pytest.mark.spec("I-10", "R-6")
def test_only_those_who_may_resend_may_copy(cast):
    invitation = cast.invite(role="admin")[0]
    with pytest.raises(Refused, match="more than yours"):
        copy_link(actor=cast.max, member=invitation.membership)
    with pytest.raises(Refused):
        copy_link(actor=cast.bo, member=invitation.membership)
    assert not Entry.objects.filter(action="invitation.link_copied").exists()


def test_there_is_no_link_to_copy_after_expiry_or_joining(cast, invitation):
    with pytest.raises(Refused, match="has already joined"):
        copy_link(actor=cast.olga, member=cast.bo)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=timezone.now())
    with pytest.raises(Refused, match="has expired. Resend it first"):
        copy_link(actor=cast.olga, member=invitation.membership)


def test_a_link_that_no_one_could_accept_is_not_copied(cast):
    invitation = cast.invite(role="admin")[0]
    Membership.objects.filter(pk=invitation.membership_id).update(invited_by=cast.max)
    member = Membership.objects.select_related("organization", "invited_by").get(pk=invitation.membership_id)
    assert can_copy_link(cast.olga, member).reason == "This link no longer works. Resend the invitation first."


def test_members_of_other_organizations_are_not_found(cast, invitation):
    with pytest.raises(Membership.DoesNotExist):
        copy_link(actor=cast.tess, member=invitation.membership)
