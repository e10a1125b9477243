"""First sign-ins that arrive together make one user, one membership and one identity."""

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Entry
from organizations.models import Membership, Organization, Status
from organizations.services import NewMember, create_provisioned_member
from provisioning.models import ExternalIdentity
from provisioning.services.identities import identify
from provisioning.sso.profile import SsoError
from provisioning.tests.answers import come_back, enable_sso, profile_of
from provisioning.tests.test_identities import join_automatically
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.parallel import run_in_parallel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("provisioning.tests.answers")]


@pytest.fixture
def okta(live_cast):
    return enable_sso(live_cast.acme, "acme.example")


def counts(email="nadia@acme.example"):
    members = Membership.objects.filter(email_key=email, status=Status.ACTIVE)
    return User.objects.filter(email=email).count(), members.count(), ExternalIdentity.objects.count()


@pytest.mark.spec("O-3")
@pytest.mark.parametrize("way", ["automatic", "invited", "provisioned", "ask"])
def test_parallel_first_sign_ins_join_once(live_cast, okta, way):
    if way == "automatic":
        join_automatically(live_cast.acme)
    elif way == "invited":
        live_cast.invite()
    elif way == "provisioned":
        person = NewMember("Nadia", "Petrov", "nadia@acme.example")
        create_provisioned_member(actor=live_cast.olga, organization=live_cast.acme, person=person)
    else:
        Organization.objects.filter(pk=live_cast.acme.pk).update(join_rule="ask")
    clients = [Client() for _ in range(6)]
    responses = run_in_parallel(6, lambda number: come_back(clients[number], okta, "nadia@acme.example"))
    assert {response.status_code for response in responses} == {200 if way == "ask" else 302}
    assert counts() == (1, 0 if way == "ask" else 1, 1)
    assert Entry.objects.filter(action="user.created").count() == 1


@pytest.mark.spec("O-3")
def test_different_subjects_with_one_address_make_one_user(live_cast, okta):
    join_automatically(live_cast.acme)
    responses = run_in_parallel(4, lambda number: come_back(Client(), okta, "nadia@acme.example", f"s{number}"))
    assert {response.status_code for response in responses} == {302}
    assert counts() == (1, 1, 4)


@pytest.mark.spec("O-3")
def test_two_organizations_never_create_two_users(live_cast, okta):
    """Nadia is invited at both, by addresses that both may assert."""
    other = enable_sso(live_cast.globex, "globex.example")
    join_automatically(live_cast.acme)
    live_cast.invite(live_cast.tess, role="billing", people=[("N", "P", "nadia@acme.example")])

    def attempt(number):
        provider = okta if number % 2 else other
        try:
            return identify(identity_provider=provider, profile=profile_of(provider, "nadia@acme.example")).outcome
        except SsoError as error:
            return error.code

    outcomes = run_in_parallel(4, attempt)
    assert set(outcomes) == {"signed_in", "invited"}
    assert User.objects.filter(email="nadia@acme.example").count() == 1


@pytest.mark.spec("O-3")
def test_a_double_click_links_once(live_cast, okta):
    add_member(live_cast.globex, live_cast.bo.user, "read_only")
    client = Client()
    come_back(client, okta, "bo@acme.example")
    client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})
    clients = []
    for _ in range(4):
        twin = Client()
        twin.cookies = client.cookies.copy()
        clients.append(twin)
    responses = run_in_parallel(4, lambda number: clients[number].post("/sso/acme/link/"))
    assert {response.status_code for response in responses} <= {302, 400}
    assert ExternalIdentity.objects.count() == 1
    assert Entry.objects.filter(action="sso.linked", organization_id=live_cast.acme.pk).count() == 1


@pytest.mark.spec("U-10", "O-3")
def test_a_deactivation_at_the_same_time_wins_or_comes_later(live_cast, okta):
    person = NewMember("Nadia", "Petrov", "nadia@acme.example")
    member = create_provisioned_member(actor=live_cast.olga, organization=live_cast.acme, person=person)

    def press(number):
        if number:
            return Membership.objects.filter(pk=member.pk).update(status=Status.DEACTIVATED)
        return come_back(Client(), okta, "nadia@acme.example").status_code

    status, _ = run_in_parallel(2, press)
    member.refresh_from_db()
    assert (status, member.user_id is not None) in [(302, True), (400, False)]
    assert come_back(Client(), okta, "nadia@acme.example").status_code == 400
