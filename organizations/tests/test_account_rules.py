"""What a user's organizations ask of the account itself: the strictest rule counts (S-1, S-6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.queries import AccountRules, get_account_rules
from organizations.models import Membership, Organization, Scheme, Status
from organizations.queries import SWITCHER_LIMIT
from organizations.tests.session_clients import set_policies
from teamadmin.testing.cast import add_member


@pytest.fixture
def cast(cast):
    """Bo is a Builder in Acme and can read Globex."""
    add_member(cast.globex, cast.bo.user, "read_only")
    return cast


@pytest.mark.spec("S-1", "S-6")
def test_the_strictest_number_of_any_organization_counts(cast):
    both, acme = ("Acme", "Globex"), ("Acme",)
    assert get_account_rules(cast.bo.user) == AccountRules(organization_names=both)
    set_policies(cast.acme, password_min_length=20, password_history=5, lockout_attempts=10)
    set_policies(cast.globex, password_min_length=16, password_history=10, lockout_attempts=3)
    assert get_account_rules(cast.bo.user) == AccountRules(20, 10, 3, organization_names=both)
    assert get_account_rules(cast.olga.user) == AccountRules(20, 5, 10, organization_names=acme), (
        "Globex doesn't bind Olga"
    )
    set_policies(cast.globex, lockout_attempts=0)
    assert get_account_rules(cast.bo.user).lockout_attempts == 10, "0 is no limit, not the lowest one"
    assert get_account_rules(cast.stranger) == AccountRules()


@pytest.mark.spec("S-6", "U-10")
def test_only_active_memberships_count(cast):
    set_policies(cast.acme, password_min_length=20)
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    assert get_account_rules(cast.bo.user).password_min_length == 0


@pytest.mark.spec("S-1")
def test_shorter_passwords_need_a_second_factor_in_every_organization(cast):
    def all_require(user) -> bool:
        return get_account_rules(user).all_require_two_factor

    set_policies(cast.acme, require_two_factor="everyone")
    assert all_require(cast.opal.user) and not all_require(cast.bo.user)
    set_policies(cast.globex, require_two_factor="everyone")
    assert all_require(cast.bo.user)
    set_policies(cast.globex, two_factor_required_from=timezone.now() + timedelta(days=1))
    assert not all_require(cast.bo.user), "not yet"
    set_policies(cast.acme, require_two_factor="admins")
    assert all_require(cast.olga.user) and not all_require(cast.opal.user)
    assert not all_require(cast.stranger), "no organization asks for one"


@pytest.mark.spec("S-6")
def test_all_of_very_many_organizations_count_with_one_query(cast, django_assert_num_queries):
    for number in range(SWITCHER_LIMIT):
        organization = Organization(name=f"Org {number:03}", slug=f"org-{number}", scheme=Scheme.RANKED)
        organization.password_min_length = 15 + number % 40
        organization.save()
        add_member(organization, cast.stranger, "builder")
    last = Organization.objects.create(name="Zz", slug="zz", scheme=Scheme.TASK, password_min_length=64)
    add_member(last, cast.stranger, "read_only", "billing")
    with django_assert_num_queries(1):
        assert get_account_rules(cast.stranger).password_min_length == 64
