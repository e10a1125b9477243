"""Access keys that are changed at the same moment (A-6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from base.policies import Refused
from organizations.models import AccessKey, MembershipRole
from organizations.policies.access_keys import MAX_PERSONAL_KEYS
from organizations.queries import find_access_key
from organizations.services import set_member_roles
from organizations.services.access_keys import TooManySecrets, create_access_key, revoke_access_key, rotate_access_key
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
    pytest.mark.spec("A-6"),
]


def create(actor, *scopes, personal=True):
    expires_at = timezone.now() + timedelta(days=90)
    return create_access_key(actor=actor, name="Key", scopes=scopes, expires_at=expires_at, personal=personal)


def test_two_rotations_at_once_make_one_secret_and_the_old_one_works_on(live_cast):
    key, old = create(live_cast.bo, "projects:read")
    results = run_in_parallel(2, lambda _number: rotate_access_key(actor=live_cast.bo, key=key))
    assert sorted(type(result) for result in results if not isinstance(result, tuple)) == [TooManySecrets]
    (new,) = [result[1] for result in results if isinstance(result, tuple)]
    assert find_access_key(old) and find_access_key(new) and key.secrets.count() == 2


def test_rotating_and_revoking_at_once_leaves_no_key(live_cast):
    key, old = create(live_cast.bo, "projects:read")
    changes = (rotate_access_key, revoke_access_key)
    run_in_parallel(2, lambda number: changes[number](actor=live_cast.bo, key=key))
    assert not AccessKey.objects.exists() and not find_access_key(old)


def test_the_limit_holds_when_keys_are_created_at_once(live_cast):
    rows = [AccessKey(organization=live_cast.acme, membership=live_cast.bo, name="Key") for _ in range(18)]
    AccessKey.objects.bulk_create(rows)
    results = run_in_parallel(5, lambda _number: create(live_cast.bo, "projects:read"))
    assert AccessKey.objects.count() == MAX_PERSONAL_KEYS
    assert len([result for result in results if isinstance(result, Refused)]) == 3


@pytest.mark.spec("R-6")
def test_someone_who_is_demoted_meanwhile_creates_no_stronger_key(live_cast):
    ada = add_member(live_cast.acme, add_user("ada@acme.example", "Ada"), "admin")

    def change(number: int):
        if number:
            return create(ada, "members:write", personal=False)
        return set_member_roles(actor=live_cast.olga, member=ada, roles=[role_named("builder")])

    demoted, created = run_in_parallel(2, change)
    assert not isinstance(demoted, Exception) and MembershipRole.objects.get(membership=ada).role.key == "builder"
    # Either Ada created it just before, as an Admin, or it was refused.
    assert isinstance(created, Refused | tuple)
    with pytest.raises(Refused):
        create(ada, "members:read", personal=False)
