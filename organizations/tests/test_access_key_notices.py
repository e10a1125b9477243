"""Emails about access keys, and what "This wasn't me" does to them (A-6, S-8)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services.not_me import reject_event
from audit.models import Entry
from organizations.models import AccessKey
from organizations.permissions import Permission as P
from organizations.queries import find_access_key
from organizations.services import deactivate_member
from organizations.services.access_key_notices import notify_expiring
from organizations.services.access_keys import create_access_key, revoke_access_key, rotate_access_key
from outbox.models import OutgoingEmail
from outbox.services.render import render
from teamadmin.testing.cast import add_member, add_role, add_user

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-6")]
KIND, NOTICE = "organizations.access_key_expiring", "accounts.security_notice"


def create(actor, *scopes, personal=True, name="Nightly report", days=0):
    expires_at = timezone.now() + timedelta(days=days) if days else None
    return create_access_key(
        actor=actor, name=name, scopes=scopes or ("projects:read",), expires_at=expires_at, personal=personal
    )


def words(text: str) -> str:
    return " ".join(text.split())


def emails(kind: str) -> list:
    return [message for row in OutgoingEmail.objects.filter(kind=kind).order_by("pk") if (message := render(row))]


def age(key: AccessKey, **times) -> None:
    AccessKey.objects.filter(pk=key.pk).update(created_at=timezone.now() - timedelta(days=60), **times)


@pytest.mark.spec("S-8")
def test_the_owner_is_told_about_a_new_key_with_this_wasn_t_me(cast):
    create(cast.bo)
    (message,) = emails(NOTICE)
    assert message.to == ["bo@acme.example"] and message.subject == "An access key was created"
    body = words(message.body)
    assert "“Nightly report” was created" in body and "It can act as you" in body and "/accounts/not-me/" in body
    assert "tap_" not in body + message.alternatives[0][0]


@pytest.mark.spec("S-8")
def test_this_wasn_t_me_revokes_what_was_made_since_and_keeps_older_keys(cast):
    mine, my_secret = create(cast.bo, name="Mine")
    rotated, old_secret = create(cast.bo, name="Rotated")
    for key in (mine, rotated):
        key.secrets.update(created_at=timezone.now() - timedelta(days=3))
    theirs, their_secret = create(cast.bo, name="Theirs")
    stolen = rotate_access_key(actor=cast.bo, key=rotated)[1]
    entry = Entry.objects.get(action="access_key.added", data__key="Theirs")
    assert reject_event(user=cast.bo.user, entry=entry)
    assert not find_access_key(their_secret) and not AccessKey.objects.filter(pk=theirs.pk).exists()
    assert not find_access_key(stolen) and find_access_key(my_secret)
    # The old secret would have ended in a week, and with it what Bo uses.
    assert find_access_key(old_secret)[1].expires_at is None
    told = Entry.objects.filter(organization_id=cast.acme.pk, data__reason="not_me").values_list("action", flat=True)
    assert sorted(told) == ["access_key.revoked", "access_key.secret_ended"]


@pytest.mark.spec("S-8")
def test_this_wasn_t_me_keeps_the_keys_of_the_organization(cast):
    _mine, mine = create(cast.olga)
    _shared, shared = create(cast.olga, personal=False, name="HR sync")
    entry = Entry.objects.filter(action="access_key.added", organization_id=None).earliest("at")
    assert reject_event(user=cast.olga.user, entry=entry)
    assert find_access_key(shared) and not find_access_key(mine)


def test_the_owner_is_told_when_someone_else_revokes_their_key(cast):
    key, _text = create(cast.bo)
    OutgoingEmail.objects.all().delete()
    revoke_access_key(actor=cast.olga, key=key)
    (message,) = emails(NOTICE)
    assert message.to == ["bo@acme.example"]
    assert "Olga Ivanova revoked your access key “Nightly report” for Acme" in words(message.body)
    mine, _text = create(cast.bo)
    OutgoingEmail.objects.all().delete()
    revoke_access_key(actor=cast.bo, key=mine)
    assert not OutgoingEmail.objects.exists()


def test_those_who_manage_keys_are_told_about_a_new_one_of_the_organization(cast):
    keeper = add_member(cast.acme, add_user("kim@acme.example"), add_role(cast.acme, "Keeper", P.KEYS_MANAGE))
    key, _text = create(cast.olga, "members:write", personal=False, name="HR <b>sync")
    messages = sorted(emails("organizations.access_key_created"), key=lambda message: message.to, reverse=True)
    assert [message.to for message in messages] == [["olga@acme.example"], [keeper.email]]
    body, html = words(messages[0].body), messages[0].alternatives[0][0]
    assert messages[0].subject == "Olga Ivanova created an access key for Acme"
    assert "HR <b>sync" in body and "Scopes: Members: write" in body and "Expires: never" in body
    assert "<b>sync" not in html and "tao_" not in html and "/o/acme/access-keys/" in html
    revoke_access_key(actor=cast.olga, key=key)
    assert not emails("organizations.access_key_created")


def test_owners_are_told_once_seven_days_before_a_key_expires(cast):
    personal, _text = create(cast.bo, days=7)
    shared, _text = create(cast.olga, "members:read", personal=False, days=6)
    later, _text = create(cast.bo, days=8, name="Later")
    for key in (personal, shared, later):
        age(key)
    create(cast.bo, days=3, name="Short")  # its email came when it was created
    assert notify_expiring() == notify_expiring() == 2
    messages = emails(KIND)
    assert sorted(message.to[0] for message in messages) == ["bo@acme.example", "olga@acme.example"]
    mine = next(message for message in messages if message.to == ["bo@acme.example"])
    assert mine.subject == "The access key Nightly report expires in 7 days"
    assert "Your access key Nightly report for Acme expires on" in words(mine.body)
    assert "/o/acme/preferences/keys/" in mine.body and "Last used: never" in mine.body


def test_no_one_is_told_about_keys_that_have_ended(cast):
    key, _text = create(cast.bo, days=6)
    gone, _text = create(cast.max, days=6)
    expired, _text = create(cast.olga, days=6)
    for each in (key, gone, expired):
        age(each)
    notify_expiring()
    assert len(emails(KIND)) == 3
    deactivate_member(actor=cast.olga, member=cast.bo)
    revoke_access_key(actor=cast.max, key=gone)
    age(expired, expires_at=timezone.now())
    assert not emails(KIND) and notify_expiring() == 0


def test_the_sweep_takes_the_same_number_of_queries_with_30_personal_keys(cast, django_assert_max_num_queries):
    for _number in range(10):
        for member in (cast.bo, cast.max, cast.olga):
            age(create(member, days=5)[0])
    with django_assert_max_num_queries(6):
        assert notify_expiring() == 30


@pytest.mark.spec("S-8")
def test_this_wasn_t_me_does_not_revive_an_expired_secret(cast):
    key, leaked_secret = create(cast.bo, name="Mine")
    key.secrets.update(created_at=timezone.now() - timedelta(days=9))
    rotate_access_key(actor=cast.bo, key=key)
    key.secrets.filter(created_at__lt=timezone.now() - timedelta(days=8)).update(expires_at=timezone.now())
    entry = Entry.objects.filter(action="access_key.replaced", organization_id=None).latest("at")
    assert reject_event(user=cast.bo.user, entry=entry)
    assert not find_access_key(leaked_secret) and not AccessKey.objects.filter(pk=key.pk).exists()
