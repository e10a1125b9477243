"""Joining without an invitation: rules, requests and their answers (O-5, R-6)."""

import pytest
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from organizations.models import JoinRule, Membership, Organization, Status
from organizations.permissions import Permission
from organizations.services import delete_role
from outbox.models import OutgoingEmail
from outbox.services.render import render
from provisioning.models import Domain, JoinRequest
from provisioning.queries.join_requests import join_offer
from provisioning.services.join_requests import (
    approve_join_request,
    join_at_once,
    refuse_join_request,
    request_to_join,
)
from provisioning.services.join_rules import JoinSettings, JoinSettingsConflict, set_join_rule
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = pytest.mark.spec("O-5")


def open_acme(cast, rule=JoinRule.ASK, role="operator"):
    """Verify acme.example and set how people join. Return a user at that domain who isn't a member."""
    Domain.objects.create(organization=cast.acme, name="acme.example", token="t", verified_at=timezone.now())
    cast.acme.join_rule, cast.acme.join_role = rule, role and role_named(role)
    cast.acme.save()
    return add_user("nadia@acme.example", "Nadia", "Petrov")


def ask(cast, user):
    return request_to_join(organization=cast.acme, user=user)


def test_how_people_join_is_saved_with_an_everyday_role(cast):
    seen, wanted = JoinSettings(), JoinSettings(JoinRule.AUTOMATIC, role_named("operator").pk)
    assert set_join_rule(actor=cast.olga, seen=seen, wanted=wanted)
    assert JoinSettings.of(Organization.objects.get(pk=cast.acme.pk)) == wanted
    assert not set_join_rule(actor=cast.olga, seen=seen, wanted=wanted)
    entry = Entry.objects.get(action="domain.joining_changed")
    assert entry.data == {"from": "invitation", "to": "automatic", "role": "Operator"}


@pytest.mark.spec("R-6")
def test_other_roles_are_refused(cast):
    custom = add_role(cast.acme, "Inviter", Permission.PEOPLE_VIEW, Permission.PEOPLE_INVITE)
    foreign = add_role(cast.globex, "Reader", Permission.WORKSPACE_VIEW)
    for role in (role_named("admin"), role_named("manager"), custom, foreign):
        with pytest.raises(Refused):
            set_join_rule(actor=cast.olga, seen=JoinSettings(), wanted=JoinSettings(JoinRule.ASK, role.pk))
    with pytest.raises(Refused, match="Choose a role"):
        set_join_rule(actor=cast.olga, seen=JoinSettings(), wanted=JoinSettings(JoinRule.AUTOMATIC))
    with pytest.raises(Refused):
        set_join_rule(actor=cast.max, seen=JoinSettings(), wanted=JoinSettings(JoinRule.ASK))


def test_someone_elses_change_is_not_overwritten(cast):
    set_join_rule(actor=cast.olga, seen=JoinSettings(), wanted=JoinSettings(JoinRule.ASK))
    with pytest.raises(JoinSettingsConflict) as conflict:
        set_join_rule(
            actor=cast.olga,
            seen=JoinSettings(),
            wanted=JoinSettings(JoinRule.AUTOMATIC, role_named("operator").pk),
        )
    assert conflict.value.current == JoinSettings(JoinRule.ASK)


def test_people_see_only_the_organization_that_owns_their_address(cast):
    user = open_acme(cast)
    assert join_offer(user).organization == cast.acme
    assert join_offer(cast.stranger) is None and join_offer(cast.bo.user) is None
    assert join_offer(add_user("sub@it.acme.example")) is None
    Organization.objects.update(join_rule=JoinRule.INVITATION)
    assert join_offer(user) is None


def test_asking_twice_makes_one_request(cast):
    user = open_acme(cast)
    assert ask(cast, user) == ask(cast, user)
    assert JoinRequest.objects.get().email == "nadia@acme.example"
    assert not Membership.objects.filter(user=user).exists()
    assert Entry.objects.filter(action="join.requested").count() == 1


def test_who_may_not_ask(cast):
    user = open_acme(cast)
    for stranger in (cast.stranger, cast.bo.user, add_user("evil@acme.example.evil.example")):
        with pytest.raises(Refused):
            ask(cast, stranger)
    cast.invite(people=[("Ina", "Vited", "ina@acme.example")])
    with pytest.raises(Refused, match="or you’ve been invited"):
        ask(cast, add_user("ina@acme.example"))
    Domain.objects.update(verified_at=None)
    with pytest.raises(Refused, match="needs to invite you"):
        ask(cast, user)
    with pytest.raises(Refused):
        request_to_join(organization=cast.globex, user=user)
    assert not JoinRequest.objects.exists()


def test_a_provider_may_vouch_for_another_address_than_the_users_own(cast):
    open_acme(cast)
    asked = request_to_join(organization=cast.acme, user=cast.stranger, email="Sam@Acme.example")
    approve_join_request(actor=cast.olga, join_request=asked)
    assert Membership.objects.get(user=cast.stranger).email == "sam@acme.example"


def test_an_approved_person_is_a_member_and_told(cast):
    user = open_acme(cast)
    assert approve_join_request(actor=cast.max, join_request=ask(cast, user), role=role_named("builder"))
    member = Membership.objects.get(user=user)
    assert (member.status, member.name, member.welcomed_at) == (Status.ACTIVE, "Nadia Petrov", None)
    assert [role.label for role in member.roles.all()] == ["Builder"]
    mail = render(OutgoingEmail.objects.get())
    assert mail.to == ["nadia@acme.example"] and "your request was approved" in mail.body
    entry = Entry.objects.get(action="member.joined")
    assert entry.actor_id == cast.max.pk and entry.target_id == member.pk
    Membership.objects.filter(pk=member.pk).update(status="deactivated")
    assert render(OutgoingEmail.objects.get()) is None


def test_without_a_choice_the_role_is_the_organizations(cast):
    user = open_acme(cast)
    approve_join_request(actor=cast.max, join_request=ask(cast, user))
    assert [role.label for role in Membership.objects.get(user=user).roles.all()] == ["Operator"]


@pytest.mark.spec("R-6")
def test_nobody_gives_a_role_above_their_own_or_answers_without_permission(cast):
    user = open_acme(cast)
    asked = ask(cast, user)
    with pytest.raises(Refused, match="allows more than yours"):
        approve_join_request(actor=cast.max, join_request=asked, role=role_named("admin"))
    desk = add_member(cast.acme, add_user("d@acme.example"), add_role(cast.acme, "Desk", Permission.PEOPLE_VIEW))
    for actor in (cast.bo, desk, cast.tess):
        for answer in (approve_join_request, refuse_join_request):
            with pytest.raises(Refused):
                answer(actor=actor, join_request=asked)
    foreign = add_role(cast.globex, "Reader", Permission.WORKSPACE_VIEW)
    with pytest.raises(Refused):
        approve_join_request(actor=cast.olga, join_request=asked, role=foreign)
    assert not Membership.objects.filter(user=user).exists()


def test_a_refused_person_can_not_ask_again(cast):
    user = open_acme(cast)
    assert refuse_join_request(actor=cast.max, join_request=ask(cast, user))
    assert ask(cast, user).status == "refused"
    assert not approve_join_request(actor=cast.olga, join_request=JoinRequest.objects.get())
    assert not Membership.objects.filter(user=user).exists() and not OutgoingEmail.objects.exists()


def test_a_request_is_not_approved_after_the_domain_has_lapsed(cast):
    user = open_acme(cast)
    asked = ask(cast, user)
    Domain.objects.update(verified_at=None)
    with pytest.raises(Refused, match="no longer a verified domain"):
        approve_join_request(actor=cast.olga, join_request=asked)


def test_someone_who_was_invited_meanwhile_is_not_added_twice(cast):
    user = open_acme(cast)
    asked = ask(cast, user)
    cast.invite(people=[("Nadia", "Petrov", user.email)])
    OutgoingEmail.objects.all().delete()
    assert not approve_join_request(actor=cast.olga, join_request=asked)
    assert Membership.objects.get(email_key=user.email).status == Status.INVITED
    assert not OutgoingEmail.objects.exists()


def test_of_two_approvals_one_adds_the_member(live_cast):
    user = open_acme(live_cast)
    asked = ask(live_cast, user)
    people = [live_cast.olga, live_cast.max] * 5
    results = run_in_parallel(10, lambda number: approve_join_request(actor=people[number], join_request=asked))
    assert sorted(results) == [False] * 9 + [True]
    assert Membership.objects.filter(user=user).count() == 1 and OutgoingEmail.objects.count() == 1


def test_fifty_presses_make_one_request_and_one_member(live_cast):
    user = open_acme(live_cast)
    results = run_in_parallel(10, lambda number: ask(live_cast, user).pk)
    assert len(set(results)) == 1
    Organization.objects.update(join_rule=JoinRule.AUTOMATIC)
    results = run_in_parallel(10, lambda number: join_at_once(organization=live_cast.acme, user=user))
    assert sum(isinstance(result, Membership) for result in results) == 1
    assert all(isinstance(result, Membership | Refused) for result in results) or not on_postgresql()


def test_where_it_is_automatic_people_join_with_the_role(cast):
    user = open_acme(cast, JoinRule.AUTOMATIC)
    member = join_at_once(organization=cast.acme, user=user)
    assert [role.label for role in member.roles.all()] == ["Operator"] and member.welcomed_at is None
    assert Entry.objects.get(action="member.joined").actor_id == member.pk


def test_nobody_joins_automatically_with_a_role_that_is_gone_or_administrative(cast):
    user = open_acme(cast, JoinRule.AUTOMATIC, role=None)
    role = add_role(cast.acme, "Reader", Permission.WORKSPACE_VIEW)
    Organization.objects.update(join_role=role)
    assert join_offer(user).rule == JoinRule.AUTOMATIC
    role.permissions.append(str(Permission.PEOPLE_INVITE))
    role.save()
    assert join_offer(user).rule == JoinRule.ASK
    with pytest.raises(Refused, match="approve you first"):
        join_at_once(organization=cast.acme, user=user)
    delete_role(actor=cast.olga, role=role, replacement=None)
    assert join_offer(user).rule == JoinRule.ASK
    with pytest.raises(Refused, match="Choose a role"):
        approve_join_request(actor=cast.olga, join_request=ask(cast, user))


def test_nobody_joins_automatically_by_invitation_only_or_single_sign_on(cast):
    user = open_acme(cast, JoinRule.AUTOMATIC)
    Organization.objects.update(sso_enforced=True)
    with pytest.raises(Refused, match="single sign-on"):
        join_at_once(organization=cast.acme, user=user)
    Organization.objects.update(sso_enforced=False, join_rule=JoinRule.INVITATION)
    with pytest.raises(Refused, match="needs to invite you"):
        join_at_once(organization=cast.acme, user=user)
    Organization.objects.update(join_rule=JoinRule.AUTOMATIC, is_active=False)
    with pytest.raises(Refused):
        join_at_once(organization=cast.acme, user=user)


def test_allowed_email_domains_count_here_too(cast):
    user = open_acme(cast, JoinRule.AUTOMATIC)
    Organization.objects.update(allowed_email_domains=["other.example"])
    with pytest.raises(Refused, match="other.example"):
        join_at_once(organization=cast.acme, user=user)
