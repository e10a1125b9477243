"""An organization's Admins end sessions in their own organization only (S-5, U-10, U-13, THREATS 63)."""

import pytest

from accounts.models import Session
from audit.models import Entry
from base.policies import Refused
from organizations import services
from organizations.models import Membership, Status
from organizations.tests.session_clients import session_key, set_policies, sign_in, statuses
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member, add_role

AGAIN, LOGIN = "/accounts/sign-in-again/", "/accounts/login/"
BOTH = ("acme", "globex")


@pytest.fixture
def shared(cast) -> Membership:
    """Bo, who is in Acme and Globex."""
    add_member(cast.globex, cast.bo.user, "read_only")
    set_policies(cast.acme, deactivate_shared=True)
    return cast.bo


@pytest.mark.spec("U-10", "U-11")
def test_deactivating_a_shared_member_ends_nothing_elsewhere(cast, shared):
    bo = sign_in("bo@acme.example", *BOTH)
    services.deactivate_member(actor=cast.olga, member=shared)
    assert statuses(bo, *BOTH) == [404, 200]
    services.reactivate_member(actor=cast.olga, member=shared)
    assert statuses(bo, *BOTH) == [AGAIN, 200], "the old session doesn't come back"
    assert statuses(sign_in("bo@acme.example"), *BOTH) == [200, 200]


@pytest.mark.spec("U-10")
def test_sessions_from_before_a_deactivation_do_not_come_back(cast):
    bo = sign_in("bo@acme.example", "acme")
    services.deactivate_member(actor=cast.olga, member=cast.bo)
    services.reactivate_member(actor=cast.olga, member=cast.bo)
    assert statuses(bo, "acme") == [LOGIN]


@pytest.mark.spec("U-10", "U-13")
@pytest.mark.parametrize("service", ["deactivate_member", "delete_member"])
def test_the_last_active_organization_ends_all_sessions(cast, shared, service):
    bo = sign_in("bo@acme.example", *BOTH)
    Membership.objects.filter(user=shared.user, organization=cast.globex).update(status=Status.DEACTIVATED)
    getattr(services, service)(actor=cast.olga, member=shared)
    assert bo.get("/organizations/").status_code == 302
    assert not Session.objects.filter(user=shared.user_id).exists()


@pytest.mark.spec("U-13")
def test_deleting_a_shared_member_ends_nothing_elsewhere(cast, shared):
    bo = sign_in("bo@acme.example", *BOTH)
    services.delete_member(actor=cast.olga, member=shared)
    assert statuses(bo, *BOTH) == [404, 200]


@pytest.mark.spec("U-9", "A-5")
def test_the_second_factor_of_a_shared_member_cannot_be_reset(cast, shared):
    Membership.objects.filter(user=shared.user).update(two_factor=True)
    bo = sign_in("bo@acme.example", *BOTH)
    shared.refresh_from_db()
    with pytest.raises(Refused, match="member of other organizations"):
        services.reset_member_two_factor(actor=cast.olga, member=shared)
    assert statuses(bo, *BOTH) == [200, 200]


def end(cast, client) -> bool:
    return services.end_member_session(actor=cast.olga, member=cast.bo, session_key=session_key(client))


@pytest.mark.spec("S-5")
def test_one_session_of_a_member_ends(cast):
    first, second = sign_in("bo@acme.example", "acme"), sign_in("bo@acme.example", "acme")
    assert end(cast, first)
    assert [statuses(client, "acme") for client in (first, second)] == [[LOGIN], [200]]
    assert not end(cast, first), "it has ended already"
    entry = Entry.objects.get(action="member.session_ended")
    assert (entry.actor_id, entry.target_id, entry.organization_id) == (cast.olga.pk, cast.bo.pk, cast.acme.pk)


@pytest.mark.spec("S-5")
def test_one_session_of_a_shared_member_goes_on_elsewhere(cast, shared):
    first, second = sign_in("bo@acme.example", *BOTH), sign_in("bo@acme.example", *BOTH)
    assert end(cast, first) and not end(cast, first)
    assert [statuses(client, *BOTH) for client in (first, second)] == [[AGAIN, 200], [200, 200]]


@pytest.mark.spec("S-5")
def test_sessions_that_the_organization_has_not_seen_are_none_of_its_business(cast, shared):
    elsewhere, olgas = sign_in("bo@acme.example", "globex"), sign_in("olga@acme.example", "acme")
    assert not end(cast, elsewhere) and not end(cast, olgas)
    assert statuses(elsewhere, *BOTH) == [200, 200] and statuses(olgas, "acme") == [200]
    assert not services.end_member_session(actor=cast.olga, member=cast.bo, session_key="nonsense")


@pytest.mark.spec("S-5", "R-7")
def test_only_members_who_may_end_sessions_can(cast):
    bo = sign_in("bo@acme.example", "acme")
    desk = add_member(cast.acme, cast.tess.user, add_role(cast.acme, "Desk", "people.view", "people.admin"))
    for actor, member in ((cast.max, cast.bo), (cast.opal, cast.bo), (desk, cast.olga)):
        with pytest.raises(Refused):
            services.end_member_session(actor=actor, member=member, session_key=session_key(bo))
    for actor in (cast.max, desk, cast.bo):
        with pytest.raises(Refused):
            services.end_all_sessions(actor=actor)
    assert statuses(bo, "acme") == [200]


@pytest.mark.spec("S-5", "S-8", "S-10")
@pytest.mark.parametrize("everywhere", [True, False])
def test_users_are_told_by_email_and_only_the_own_organization_records_it(cast, shared, everywhere):
    bo = sign_in("bo@acme.example", *BOTH)
    before = OutgoingEmail.objects.filter(kind="accounts.security_notice").count()
    if everywhere:
        services.log_out_member(actor=cast.olga, member=shared)
    else:
        end(cast, bo)
    assert OutgoingEmail.objects.filter(kind="accounts.security_notice").count() == before + 1
    entry = Entry.objects.get(action="sessions.ended_by_admin")
    assert (
        entry.organization_id is None and entry.target_id == shared.user_id and entry.data == {"organization": "Acme"}
    )
    actions = set(Entry.objects.filter(organization_id=cast.acme.pk).values_list("action", flat=True))
    assert ("sessions.ended" if everywhere else "member.session_ended") in actions
    assert not Entry.objects.filter(organization_id=cast.globex.pk, action__startswith="sessions.").exists()


@pytest.mark.spec("S-5", "S-8")
def test_admins_who_log_themselves_out_get_no_email(cast):
    olga = sign_in("olga@acme.example", "acme")
    services.log_out_member(actor=cast.olga, member=cast.olga)
    assert statuses(olga, "acme") == [LOGIN] and not Entry.objects.filter(action="sessions.ended_by_admin").exists()
