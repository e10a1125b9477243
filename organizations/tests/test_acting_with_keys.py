"""Acting with an access key: never with more than the owner's permissions, nor with more than the scopes (A-6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from base.hashing import hash_token
from base.policies import Refused
from organizations.models import AccessKey, AccessKeySecret, Status
from organizations.permissions import Permission
from organizations.queries import acting_member, find_access_key, permissions_of_member
from organizations.scopes import SCOPES, permissions_of_scopes, with_reading
from organizations.services import create_group, deactivate_member

SECRET = "tap_" + "a" * 43


def add_key(organization, *scopes, member=None, **fields):
    key = AccessKey.objects.create(
        organization=organization, membership=member, name="HR sync", scopes=list(scopes), **fields
    )
    AccessKeySecret.objects.create(key=key, prefix=SECRET[:12], digest=hash_token(SECRET))
    return key


def test_writing_includes_reading():
    assert with_reading(["groups:write", "nonsense"]) == ["groups:read", "groups:write"]
    assert permissions_of_scopes(["groups:write"]) == {Permission.PEOPLE_VIEW, Permission.GROUPS_MANAGE}


@pytest.mark.spec("A-6")
def test_a_personal_key_never_exceeds_its_owner(cast):
    key = add_key(cast.acme, *SCOPES, member=cast.bo)
    assert permissions_of_member(acting_member(key)) <= permissions_of_member(cast.bo)
    with pytest.raises(Refused):
        create_group(actor=acting_member(key), organization=cast.acme, name="Sales", description="", members=[])


@pytest.mark.spec("A-6")
def test_a_key_never_exceeds_its_scopes(cast):
    key = add_key(cast.acme, "groups:read", member=cast.olga)
    with pytest.raises(Refused):
        create_group(actor=acting_member(key), organization=cast.acme, name="Sales", description="", members=[])


@pytest.mark.spec("A-6")
def test_an_organization_s_key_acts_by_itself(cast):
    key = add_key(cast.acme, "groups:write")
    actor = acting_member(key)
    assert create_group(actor=actor, organization=cast.acme, name="Sales", description="", members=[]).name == "Sales"
    # It has no administrative permission that Max (a Manager) has besides, so it can't touch him.
    with pytest.raises(Refused):
        deactivate_member(actor=actor, member=cast.max)


@pytest.mark.spec("A-6")
def test_a_key_stops_working_during_a_request_when_it_is_revoked(cast):
    actor = acting_member(add_key(cast.acme, "groups:write"))
    AccessKey.objects.all().delete()
    with pytest.raises(Refused):
        create_group(actor=actor, organization=cast.acme, name="Sales", description="", members=[])


@pytest.mark.spec("A-6")
def test_a_key_ends_with_the_membership(cast):
    add_key(cast.acme, "groups:read", member=cast.bo)
    assert find_access_key(SECRET)
    cast.bo.status = Status.DEACTIVATED
    cast.bo.save()
    assert find_access_key(SECRET) is None
    cast.bo.delete()
    assert not AccessKey.objects.exists()


@pytest.mark.parametrize("model", [AccessKey, AccessKeySecret])
def test_an_expired_key_or_secret_is_not_found(cast, model):
    add_key(cast.acme, "groups:read")
    model.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_access_key(SECRET) is None


def test_keys_of_a_suspended_organization_are_not_found(cast):
    add_key(cast.acme, "groups:read")
    cast.acme.is_active = False
    cast.acme.save()
    assert find_access_key(SECRET) is None


@pytest.mark.parametrize("text", ["", "tap_", "tas_" + "a" * 43, "tap_" + "b" * 43, "tap_é", "tap_" + "a" * 500])
def test_other_texts_find_no_key(cast, text):
    add_key(cast.acme, "groups:read")
    assert find_access_key(text) is None
