"""How people without an invitation join from the page of their organizations, and who answers them (O-5, J-6)."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.services.sign_in import SignIns, SsoSignIn
from audit.models import Entry
from organizations.models import JoinRule, Membership, Organization
from provisioning.models import Domain, JoinRequest
from provisioning.services.join_requests import approve_join_request, refuse_join_request, request_to_join
from teamadmin.testing.cast import add_user, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo, undo_form

pytestmark = pytest.mark.spec("O-5")
PAGE, JOIN = "/organizations/", "/organizations/acme/joining/"


@pytest.fixture
def nadia(cast) -> Client:
    """A browser of someone at acme.example who isn't a member. Acme owns that domain; people may ask."""
    Domain.objects.create(organization=cast.acme, name="acme.example", token="t", verified_at=timezone.now())
    Organization.objects.filter(pk=cast.acme.pk).update(join_rule=JoinRule.ASK, join_role=role_named("operator"))
    client = Client()
    user = add_user("nadia@acme.example", "Nadia", "Petrov")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def set_rule(**fields):
    Organization.objects.filter(slug="acme").update(**fields)


def test_someone_asks_is_approved_and_welcomed(cast, nadia):
    assert "can ask to join Acme" in text_of(nadia.get(PAGE))
    assert "You asked to join" in text_of(nadia.post(JOIN, follow=True))
    assert "Ask to join Acme" not in text_of(nadia.get(PAGE))
    olga = cast.client("olga")
    text = text_of(olga.get("/o/acme/users/pending/"))
    assert "Requests to join 1" in text and "Nadia Petrov nadia@acme.example. Asked just now" in text
    asked = JoinRequest.objects.get()
    answer = f"/o/acme/users/requests/{asked.pk}/approval/"
    text = text_of(olga.post(answer, {"role": str(role_named("builder").pk)}, follow=True))
    assert "Nadia Petrov is now a member" in text and "Requests to join" not in text
    assert "already answered" in text_of(olga.post(answer, follow=True))
    text = text_of(nadia.get("/o/acme/", follow=True))
    assert "Welcome to Acme, Nadia" in text and "With the Builder role, you can" in text and "invited you" not in text


def test_a_refused_person_is_told_and_can_not_ask_again(cast, nadia):
    nadia.post(JOIN)
    cast.client("max").post(f"/o/acme/users/requests/{JoinRequest.objects.get().pk}/refusal/")
    text = text_of(nadia.get(PAGE))
    assert "wasn’t approved" in text and "Ask to join" not in text
    nadia.post(JOIN)
    assert JoinRequest.objects.get().status == "refused"


@pytest.mark.spec("U-22")
@pytest.mark.parametrize("page_of_all", [False, True])
def test_a_refusal_can_be_undone(cast, nadia, page_of_all):
    nadia.post(JOIN)
    url, client = f"/o/acme/users/requests/{JoinRequest.objects.get().pk}/refusal/", cast.client("max")
    page = client.post(url, {"all": "1"} if page_of_all else {}, follow=True)
    text = "Nadia Petrov’s request was refused. They can’t ask again, but you can invite them. Undo"
    assert text in text_of(page) and page.request["PATH_INFO"].endswith("requests/") == page_of_all
    assert "It’s too late to undo this." in text_of(press_undo(cast.client("olga"), page))
    page = press_undo(client, page)
    assert "Undone. Nadia Petrov’s request is waiting again." in text_of(page)
    assert "Refuse" in text_of(page) and page.request["PATH_INFO"].endswith("requests/") == page_of_all
    asked = JoinRequest.objects.get()
    assert (asked.status, asked.answered_by, asked.answered_at) == ("open", None, None)
    assert Entry.objects.filter(action="join.reopened", actor_id=cast.max.pk).count() == 1


@pytest.mark.spec("U-22")
def test_undo_of_a_refusal_changes_no_later_answer(cast, nadia):
    nadia.post(JOIN)
    asked, client = JoinRequest.objects.get(), cast.client("max")
    page = client.post(f"/o/acme/users/requests/{asked.pk}/refusal/", follow=True)
    press_undo(client, page)
    assert "This was already undone." in text_of(press_undo(client, page))
    target, fields = undo_form(page)
    assert client.post(target, fields, headers={"HX-Request": "true"})["HX-Redirect"] == "/o/acme/users/pending/"
    for answer in (refuse_join_request, approve_join_request):
        assert answer(actor=cast.olga, join_request=asked)
        done = press_undo(client, page)
        assert "This wasn’t undone. Someone has already answered this request." in text_of(done)
        JoinRequest.objects.filter(status="refused").update(status="open")
    assert JoinRequest.objects.get().status == "approved"
    assert cast.client("bo").post(target, fields).status_code == 403
    asked.user.delete()
    assert client.post(target, fields).status_code == 404


@pytest.mark.spec("J-6")
def test_where_it_is_automatic_a_press_joins_and_a_get_does_not(nadia):
    set_rule(join_rule=JoinRule.AUTOMATIC)
    assert "can join Acme" in text_of(nadia.get(PAGE)) and nadia.get(JOIN).status_code == 405
    assert not Membership.objects.filter(user__email="nadia@acme.example").exists()
    text = text_of(nadia.post(JOIN, follow=True))
    assert "Welcome to Acme, Nadia" in text and "With the Operator role, you can" in text and "invited you" not in text


def test_with_enforced_single_sign_on_nothing_else_leads_in(nadia):
    set_rule(join_rule=JoinRule.AUTOMATIC, sso_enforced=True)
    assert "by single sign-on" in text_of(nadia.get(PAGE))
    assert nadia.post(JOIN).status_code == 404


@pytest.mark.spec("O-3")
def test_another_organizations_single_sign_on_proves_no_address_here(cast, nadia):
    session = nadia.session
    SignIns(False, {"g": SsoSignIn(str(cast.globex.pk))}).save(session)
    session.save()
    assert "Acme" not in text_of(nadia.get(PAGE)) and nadia.post(JOIN).status_code == 404


def test_nobody_else_learns_of_the_organization(cast, nadia):
    for client in (cast.client("stranger"), cast.client("tess")):
        assert "Acme" not in text_of(client.get(PAGE))
        assert client.post(JOIN).status_code == client.post(JOIN.replace("acme", "no-such")).status_code == 404
    assert "ask to join" not in text_of(cast.client("bo").get(PAGE))
    set_rule(join_rule=JoinRule.INVITATION)
    assert "Acme" not in text_of(nadia.get(PAGE)) and nadia.post(JOIN).status_code == 404


def test_only_people_who_may_invite_see_and_answer_requests(cast, nadia):
    nadia.post(JOIN)
    asked = JoinRequest.objects.get()
    assert cast.client("bo").post(f"/o/acme/users/requests/{asked.pk}/approval/").status_code == 403
    assert cast.client("tess").post(f"/o/globex/users/requests/{asked.pk}/approval/").status_code == 404
    page = cast.client("max").get("/o/acme/users/pending/").content.decode().partition('name="role"')[2]
    page = page.partition("</select>")[0]
    assert str(role_named("admin").pk) not in page and str(role_named("manager").pk) in page
    refused = cast.client("max").post(
        f"/o/acme/users/requests/{asked.pk}/approval/", {"role": str(role_named("admin").pk)}, follow=True
    )
    assert "allows more than yours" in text_of(refused)
    assert "Requests to join" not in text_of(cast.client("olga").get("/o/acme/users/"))


def test_the_tab_shows_five_requests_and_the_page_all(cast, nadia):
    for number in range(7):
        request_to_join(organization=cast.acme, user=add_user(f"n{number}@acme.example"))
    olga = cast.client("olga")
    page = olga.get("/o/acme/users/pending/").content.decode()
    assert page.count('aria-label="Refuse') == 5 and "View all requests" in page
    assert olga.get("/o/acme/users/requests/").content.decode().count('aria-label="Refuse') == 7


def test_requests_cost_the_same_queries_for_five_as_for_many(cast, nadia, django_assert_max_num_queries):
    olga, counts = cast.client("olga"), []
    for start in (0, 10):
        for number in range(start, start + 6):
            request_to_join(organization=cast.acme, user=add_user(f"n{number}@acme.example"))
        with django_assert_max_num_queries(30) as queries:
            olga.get("/o/acme/users/pending/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
