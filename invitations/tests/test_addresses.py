"""Correcting the address of a pending invitation."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry
from base.policies import RateLimited, Refused
from invitations.emails import render_invitation
from invitations.links import accept_url, make_token
from invitations.models import InvitationEmail
from invitations.queries import LinkState, find_link, invitation_emails
from invitations.services import AlreadyCorrected, correct_address, resend_invitation
from organizations.models import Delivery, ManagedBy, Membership, Status
from organizations.policies import NoFreeSeats
from outbox.models import OutgoingEmail, State
from teamadmin.testing.parallel import run_in_parallel

pytestmark = pytest.mark.spec("I-11")
RIGHT = "Nadia.Petrova@acme.example"


@pytest.fixture
def invitation(cast):
    return cast.invite()[0]


def reload(invitation):
    invitation.refresh_from_db()
    return Membership.objects.get(pk=invitation.membership_id)


def test_the_old_link_stops_working_and_the_new_address_gets_the_email(cast, invitation):
    token, expires = make_token(invitation), invitation.membership.invite_expires_at
    old = OutgoingEmail.objects.get(subject_id=invitation.pk)
    changed = correct_address(actor=cast.max, member=invitation.membership, email=f" {RIGHT} ")
    member = reload(invitation)
    assert (member.email, member.email_key) == (RIGHT, RIGHT.lower())
    assert RIGHT.lower() in member.search_text
    assert (member.invite_expires_at, member.invited_by) == (expires, cast.max)
    assert find_link(token).state == LinkState.REPLACED
    assert find_link(make_token(changed)).state == LinkState.OPEN
    old.refresh_from_db()
    assert (old.state, render_invitation(old)) == (State.CANCELLED, None)
    new = OutgoingEmail.objects.get(key=f"invitation:{invitation.pk}:2")
    assert render_invitation(new).to == [RIGHT]
    assert [email.email for email in invitation_emails(invitation)] == [RIGHT, "nadia@acme.example"]
    assert member.invite_delivery == Delivery.QUEUED


@pytest.mark.spec("I-11", "W-4")
@pytest.mark.parametrize("typed", [f"mailto:{RIGHT}?subject=Hi", f"{RIGHT};", f"Petrova, Nadia <{RIGHT}>"])
def test_an_address_may_be_copied_with_what_is_around_it(cast, invitation, typed):
    correct_address(actor=cast.max, member=invitation.membership, email=typed)
    assert reload(invitation).email == RIGHT


@pytest.mark.spec("I-7", "I-11")
def test_the_old_link_does_not_reveal_the_new_address(cast, invitation):
    old = accept_url(invitation)
    correct_address(actor=cast.max, member=invitation.membership, email=RIGHT)
    response = cast.client().get(old, follow=True)
    assert response.status_code == 410
    text = response.content.decode()
    assert "There’s a newer link" in text and "nadia" not in text.lower()


def test_the_correction_is_audited_with_both_addresses(cast, invitation):
    correct_address(actor=cast.max, member=invitation.membership, email=RIGHT)
    entry = Entry.objects.get(action="invitation.address_corrected")
    assert (entry.actor_id, entry.target_id) == (cast.max.pk, invitation.membership_id)
    assert entry.data == {"from": "nadia@acme.example", "to": RIGHT}


@pytest.mark.spec("I-11", "R-6")
def test_the_right_to_give_the_role_is_checked_again(cast):
    invitation = cast.invite(role="admin")[0]
    with pytest.raises(Refused, match="more than yours"):
        correct_address(actor=cast.max, member=invitation.membership, email=RIGHT)
    with pytest.raises(Refused):
        correct_address(actor=cast.bo, member=invitation.membership, email=RIGHT)
    assert reload(invitation).email == "nadia@acme.example"


@pytest.mark.spec("I-11", "W-4")
@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter an email address."),
        ("nadia", "Enter an email address like name@company.com."),
        ("bo@acme.example", "Bo Lindqvist is already a member."),
        ("BO@Acme.example", "Bo Lindqvist is already a member."),
        ("second@acme.example", "Second One already has an invitation. Resend it instead."),
        ("nadia@elsewhere.example", "Use an email address at acme.example."),
        ("opal@acme.example", "is deactivated. Reactivate them instead."),
    ],
)
def test_addresses_are_validated_as_in_the_add_user_flow(cast, invitation, typed, message):
    cast.invite(people=[("Second", "One", "second@acme.example")])
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    cast.acme.allowed_email_domains = ["acme.example"]
    cast.acme.save()
    with pytest.raises(ValidationError) as caught:
        correct_address(actor=cast.olga, member=invitation.membership, email=typed)
    assert message in caught.value.messages[0]
    assert reload(invitation).email == "nadia@acme.example"
    assert invitation.sends == 1


def test_an_address_that_is_not_allowed_any_more_can_be_corrected(cast):
    invitation = cast.invite(people=[("Nadia", "Petrov", "nadia@old.example")])[0]
    cast.acme.allowed_email_domains = ["acme.example"]
    cast.acme.save()
    correct_address(actor=cast.olga, member=invitation.membership, email=RIGHT)
    assert reload(invitation).email == RIGHT


def test_pressing_twice_sends_once(cast, invitation):
    correct_address(actor=cast.max, member=invitation.membership, email=RIGHT)
    with pytest.raises(AlreadyCorrected, match=f"was already sent to {RIGHT}"):
        correct_address(actor=cast.max, member=invitation.membership, email=RIGHT.lower())
    reload(invitation)
    assert (invitation.sends, invitation.version) == (2, 2)


@pytest.mark.spec("I-11", "I-5")
def test_limits_on_emails_count_for_the_new_address(cast, invitation):
    other = "nadia@acme.example"
    for number in range(4):  # to each address, three besides the first
        correct_address(actor=cast.olga, member=invitation.membership, email=RIGHT)
        if number < 3:
            correct_address(actor=cast.olga, member=invitation.membership, email=other)
    with pytest.raises(RateLimited, match="Too many emails to nadia@acme.example"):
        correct_address(actor=cast.olga, member=invitation.membership, email=other)
    assert reload(invitation).email == RIGHT


@pytest.mark.spec("I-11", "I-3", "A-9")
def test_an_expired_invitation_starts_a_new_period_if_there_is_a_seat(cast, invitation):
    member = invitation.membership
    Membership.objects.filter(pk=member.pk).update(invite_expires_at=timezone.now() - timedelta(days=1))
    cast.acme.seat_limit = 1
    cast.acme.save()
    with pytest.raises(NoFreeSeats):
        correct_address(actor=cast.olga, member=member, email=RIGHT)
    cast.acme.seat_limit = 0
    cast.acme.save()
    correct_address(actor=cast.olga, member=member, email=RIGHT)
    assert reload(invitation).invite_expires_at - timezone.now() > timedelta(days=29)
    assert invitation.version == 2


@pytest.mark.spec("I-11", "A-9")
def test_a_pending_invitation_keeps_its_seat(cast, invitation):
    cast.acme.seat_limit = 5
    cast.acme.save()
    correct_address(actor=cast.olga, member=invitation.membership, email=RIGHT)
    assert reload(invitation).email == RIGHT


@pytest.mark.spec("I-11", "O-4")
def test_where_single_sign_on_is_enforced_addresses_stay(cast, invitation):
    cast.acme.sso_enforced = True
    cast.acme.save()
    with pytest.raises(Refused, match="identity provider"):
        correct_address(actor=cast.olga, member=invitation.membership, email=RIGHT)


def test_addresses_of_an_identity_provider_and_of_joined_members_stay(cast, invitation):
    with pytest.raises(Refused, match="has already joined"):
        correct_address(actor=cast.olga, member=cast.bo, email=RIGHT)
    Membership.objects.filter(pk=invitation.membership_id).update(managed_by=ManagedBy.SCIM)
    with pytest.raises(Refused, match="identity provider"):
        correct_address(actor=cast.olga, member=invitation.membership, email=RIGHT)


@pytest.mark.django_db(transaction=True)
def test_many_presses_at_once_send_one_email(cast, invitation):
    def press(number: int) -> str:
        try:
            correct_address(actor=cast.olga, member=invitation.membership, email=RIGHT)
        except AlreadyCorrected:
            return "already"
        return "sent"

    results = run_in_parallel(6, press)
    assert sorted(results) == ["already"] * 5 + ["sent"]
    assert InvitationEmail.objects.filter(invitation=invitation).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_invitations_corrected_to_the_same_address_at_once(cast):
    first, second = cast.invite(people=[("A", "One", "a@acme.example"), ("B", "Two", "b@acme.example")])
    members = [first.membership, second.membership]

    def press(number: int) -> str:
        try:
            correct_address(actor=cast.olga, member=members[number], email=RIGHT)
        except ValidationError as error:
            return error.messages[0]
        return "sent"

    results = sorted(run_in_parallel(2, press))
    assert results[1] == "sent" and "already has an invitation" in results[0]


def test_a_resend_goes_to_the_corrected_address(cast, invitation):
    correct_address(actor=cast.olga, member=invitation.membership, email=RIGHT)
    resend_invitation(actor=cast.olga, member=invitation.membership)
    assert invitation_emails(invitation)[0].email == RIGHT
