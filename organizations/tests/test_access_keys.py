"""Access keys: who may create them with which scopes, rotating and revoking them, and when they stop (A-2, A-6)."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from organizations.models import AccessKey, AccessKeySecret, Membership, MembershipRole
from organizations.permissions import Permission as P
from organizations.policies.access_keys import MAX_PERSONAL_KEYS, can_give_scope
from organizations.queries import acting_member, find_access_key, permissions_of_member
from organizations.queries.key_lists import key_managers_of, organization_keys_known_to
from organizations.services import deactivate_member, delete_member, reactivate_member
from organizations.services.access_keys import (
    GRACE,
    TooManySecrets,
    create_access_key,
    end_old_secret,
    rename_access_key,
    revoke_access_key,
    rotate_access_key,
    touch_access_key,
)
from teamadmin.testing.cast import add_member, add_role, add_user

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-6")]


def create(actor, *scopes, personal=True, **fields):
    values = {"name": "Nightly report", "expires_at": None, "scopes": scopes or ("projects:read",)}
    return create_access_key(actor=actor, personal=personal, **(values | fields))


def works(text: str) -> bool:
    return find_access_key(text) is not None


@pytest.mark.spec("A-2")
def test_a_key_is_stored_hashed_and_has_the_documented_form(cast):
    key, text = create(cast.bo)
    assert re.fullmatch(r"ta[po]_[A-Za-z0-9_-]{43}", text) and text.startswith("tap_")
    secret = key.secrets.get()
    assert text[:8] == secret.prefix and text not in str(vars(secret)) and text[8:] not in str(Entry.objects.values())
    assert create(cast.olga, personal=False)[1].startswith("tao_")
    assert find_access_key(text)[0] == key and not works(text[:-1]) and not works(text.replace("tap_", "tao_"))


@pytest.mark.spec("A-4")
def test_creating_rotating_renaming_and_revoking_are_in_the_audit_log(cast):
    key, text = create(cast.bo)
    rotate_access_key(actor=cast.bo, key=key)
    end_old_secret(actor=cast.bo, key=key)
    rename_access_key(actor=cast.bo, key=key, name="Weekly report")
    revoke_access_key(actor=cast.olga, key=key)
    entries = Entry.objects.filter(organization_id=cast.acme.pk, target_id=key.pk).order_by("pk")
    done = [(entry.actor_label, entry.action.partition(".")[2]) for entry in entries]
    assert done == [("Bo Lindqvist", each) for each in ("created", "rotated", "secret_ended", "renamed")] + [
        ("Olga Ivanova", "revoked")
    ]
    assert entries[0].data["scopes"] == ["projects:read"] and text[8:] not in str(list(entries.values()))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["members:read", "billing:write"]}, "scopes"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
    ],
)
def test_bad_values_name_their_field(cast, fields, field):
    with pytest.raises(ValidationError) as refusal:
        create(cast.olga, **fields)
    assert list(refusal.value.message_dict) == [field] and not AccessKey.objects.exists()


def test_a_personal_key_gets_only_scopes_that_its_owner_can_use(cast):
    assert create(cast.bo, "projects:write")[0].scopes == ["projects:read", "projects:write"]
    for scope in ("members:read", "groups:write", "keys:read"):
        with pytest.raises(Refused, match="Your role doesn’t include"):
            create(cast.bo, scope)
    # Max (a Manager) may edit people, but not deactivate them. His key can't either.
    key, text = create(cast.max, "members:write")
    held = permissions_of_member(acting_member(find_access_key(text)[0]))
    assert P.PEOPLE_EDIT in held and P.PEOPLE_ADMIN not in held


def test_only_those_who_manage_keys_create_the_organization_s(cast):
    for member in (cast.bo, cast.max):
        with pytest.raises(Refused, match="Manage access keys"):
            create(member, personal=False)
    assert create(cast.olga, personal=False)[0].membership is None


@pytest.mark.spec("R-6")
def test_an_organization_s_key_gets_only_scopes_whose_permissions_its_creator_holds(cast):
    role = add_role(cast.acme, "Key keeper", P.KEYS_MANAGE, P.PEOPLE_VIEW, P.PEOPLE_EDIT)
    keeper = add_member(cast.acme, add_user("kim@acme.example", "Kim"), role)
    assert create(keeper, "members:read", "keys:write", personal=False)
    for scope in ("members:write", "invitations:write", "projects:read"):
        with pytest.raises(Refused):
            create(keeper, scope, personal=False)
    stronger, _text = create(cast.olga, "groups:write", personal=False)
    with pytest.raises(Refused, match="more than your role"):
        rotate_access_key(actor=keeper, key=stronger)  # the secret would let Kim manage groups
    assert revoke_access_key(actor=keeper, key=stronger)  # which gives Kim nothing


@pytest.mark.spec("R-6")
def test_someone_demoted_a_moment_ago_creates_no_organization_key(cast):
    olga = Membership.objects.get(pk=cast.olga.pk)
    assert can_give_scope(olga, "members:write", personal=False)
    MembershipRole.objects.filter(membership=olga).delete()
    with pytest.raises(Refused):
        create(olga, "members:write", personal=False)


def test_the_number_of_keys_is_limited(cast):
    AccessKey.objects.bulk_create(
        AccessKey(organization=cast.acme, membership=cast.bo, name="Key") for _ in range(MAX_PERSONAL_KEYS)
    )
    with pytest.raises(Refused, match="already have 20 keys"):
        create(cast.bo)
    assert create(cast.max)


def test_others_can_t_rotate_or_rename_a_personal_key(cast):
    key, text = create(cast.bo)
    for actor in (cast.olga, cast.max):
        for change in (rotate_access_key, lambda **names: rename_access_key(name="Mine", **names)):
            with pytest.raises(Refused):
                change(actor=actor, key=key)
    with pytest.raises(Refused):
        revoke_access_key(actor=cast.max, key=key)
    assert works(text) and revoke_access_key(actor=cast.olga, key=key) and not works(text)
    assert not revoke_access_key(actor=cast.olga, key=key)  # a second click


@pytest.mark.spec("A-5")
def test_keys_of_another_organization_don_t_exist(cast):
    key, text = create(cast.bo)
    shared, _text = create(cast.olga, personal=False)
    for each in (key, shared):
        for change in (rotate_access_key, end_old_secret):
            with pytest.raises(AccessKey.DoesNotExist):
                change(actor=cast.tess, key=each)
        assert not revoke_access_key(actor=cast.tess, key=each)
    assert works(text)


def test_rotating_keeps_the_old_secret_for_a_week(cast):
    key, old = create(cast.bo)
    secret, new = rotate_access_key(actor=cast.bo, key=key)
    assert works(old) and works(new) and secret.prefix == new[:8]
    with pytest.raises(TooManySecrets):
        rotate_access_key(actor=cast.bo, key=key)
    past = AccessKeySecret.objects.filter(key=key).order_by("pk").first()
    assert timedelta(0) <= timezone.now() + GRACE - past.expires_at < timedelta(minutes=1)
    past.expires_at = timezone.now()
    past.save()
    assert not works(old) and works(new)
    rotate_access_key(actor=cast.bo, key=key)
    assert key.secrets.count() == 2


def test_the_old_secret_can_end_at_once(cast):
    key, first = create(cast.bo)
    second = rotate_access_key(actor=cast.bo, key=key)[1]
    assert end_old_secret(actor=cast.bo, key=key) and not end_old_secret(actor=cast.bo, key=key)
    assert not works(first) and works(second)
    third = rotate_access_key(actor=cast.bo, key=key, end_old=True)[1]
    assert not works(second) and works(third)


def test_an_expired_key_can_t_be_rotated_back_to_life(cast):
    key, text = create(cast.bo, expires_at=timezone.now() + timedelta(days=1))
    AccessKey.objects.update(expires_at=timezone.now())
    assert not works(text)
    with pytest.raises(Refused, match="expired"):
        rotate_access_key(actor=cast.bo, key=key)


def test_keys_stop_with_the_membership_and_work_again_after_reactivating(cast):
    key, text = create(cast.bo)
    shared, shared_text = create(cast.olga, "members:read", personal=False)
    deactivate_member(actor=cast.olga, member=cast.bo)
    assert not works(text) and works(shared_text)
    reactivate_member(actor=cast.olga, member=cast.bo)
    assert works(text)
    delete_member(actor=cast.olga, member=cast.bo)
    assert not works(text) and not AccessKey.objects.filter(pk=key.pk).exists()


def test_an_organization_s_key_outlives_who_made_it_and_shows_who_knows_its_secret(cast):
    ada = add_member(cast.acme, add_user("ada@acme.example", "Ada"), "admin")
    key, text = create(ada, "members:read", personal=False, name="HR sync")
    assert organization_keys_known_to(ada) == [key] and organization_keys_known_to(cast.olga) == []
    delete_member(actor=cast.olga, member=ada)
    assert works(text)
    rotate_access_key(actor=cast.olga, key=key, end_old=True)
    assert organization_keys_known_to(cast.olga) == [key] and not works(text)


def test_a_key_manages_keys_only_with_the_scope_to_write_them(cast):
    reader, text = create(cast.olga, "keys:read")
    actor = acting_member(find_access_key(text)[0])
    for change in (
        lambda: create(actor, "keys:read"),
        lambda: create(actor, "keys:read", personal=False),
        lambda: rotate_access_key(actor=actor, key=reader),
        lambda: revoke_access_key(actor=actor, key=reader),
    ):
        with pytest.raises(Refused, match="can’t change access keys"):
            change()


def test_a_key_can_neither_exceed_nor_outlast_itself_by_creating_another(cast):
    end = timezone.now() + timedelta(days=30)
    text = create(cast.olga, "keys:write", personal=False, expires_at=end)[1]
    actor = acting_member(find_access_key(text)[0])
    for personal in (True, False):
        with pytest.raises(Refused):
            create(actor, "members:read", personal=personal, expires_at=end)
    for later in (None, end + timedelta(seconds=1)):
        with pytest.raises(Refused, match="expires after it does"):
            create(actor, "keys:read", personal=False, expires_at=later)
    child, _text = create(actor, "keys:read", personal=False, expires_at=end)
    assert child.created_by == "Nightly report"


def test_last_use_is_written_every_few_minutes_only(cast, django_assert_num_queries):
    secret = find_access_key(create(cast.bo)[1])[1]
    with django_assert_num_queries(2):
        touch_access_key(secret)
        touch_access_key(secret)
    key = AccessKey.objects.get()
    assert key.last_used_at == key.secrets.get().last_used_at is not None


def test_those_who_manage_keys_are_found_through_custom_roles_and_groups(cast):
    role = add_role(cast.acme, "Key keeper", P.KEYS_MANAGE)
    keeper = add_member(cast.acme, add_user("kim@acme.example", "Kim"), role)
    assert key_managers_of(cast.acme) == [cast.olga, keeper]
