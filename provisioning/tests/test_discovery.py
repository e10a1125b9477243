"""Finding the provider of a person, by the domain of their address only (O-2, S-1, THREATS 42)."""

import pytest
from django.test import Client

from provisioning.tests.answers import enable_sso
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("O-2")]


@pytest.fixture
def okta(cast):
    return enable_sso(cast.acme, "acme.example")


def ask(address, **fields):
    return Client().post("/sso/", {"address": address, **fields})


def main(response) -> str:
    return response.content.decode().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    "address",
    ["olga@acme.example", " Olga@ACME.example ", "acme", "ACME", "/sso/acme/", "https://app.example/o/acme/users/?q=1"],
)
def test_the_domain_or_the_sign_in_address_finds_the_provider(cast, okta, address):
    response = ask(address)
    assert response.status_code == 200 and "Sign in to Acme" in text_of(response)
    assert 'href="/sso/acme/"' in main(response) and "Continue with Okta" in text_of(response)


@pytest.mark.spec("S-1")
def test_known_and_unknown_people_get_the_same_page(cast, okta):
    pages = [main(ask(address)) for address in ("olga@acme.example", "nobody@acme.example", "bo@acme.example")]
    assert len(set(pages)) == 1


@pytest.mark.spec("S-1")
def test_the_number_of_queries_does_not_tell_people_apart(cast, okta, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for address in ("olga@acme.example", "nobody@acme.example"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ask(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("address", ["x@gmail.com", "tess@globex.example", "olga@sub.acme.example"])
def test_another_domain_has_no_single_sign_on(cast, okta, address):
    response = ask(address)
    assert response.status_code == 422 and "Sign in with your password" in text_of(response)
    assert f'value="{address}"' in response.content.decode()


@pytest.mark.parametrize("address", ["globex", "nothing-here", "acme example", "../acme", "' OR 1=1"])
def test_an_unknown_sign_in_address_says_the_same_as_one_without_a_provider(cast, okta, address):
    response = ask(address)
    assert response.status_code == 422 and "no single sign-on at this sign-in address" in text_of(response)


@pytest.mark.parametrize(
    "address", ["", "   ", "a@", "@acme.example", "a@b@acme.example", "x" * 300, "a\x00@acme.example"]
)
def test_nonsense_is_refused_beside_the_field(cast, okta, address):
    response = ask(address)
    assert response.status_code == 422 and 'aria-invalid="true"' in response.content.decode()


@pytest.mark.parametrize("change", ["disabled", "suspended", "unverified"])
def test_only_enabled_providers_of_active_organizations_are_found(cast, okta, change):
    if change == "disabled":
        okta.is_enabled = False
        okta.save()
    elif change == "suspended":
        cast.acme.is_active = False
        cast.acme.save()
    else:
        cast.acme.domains.update(verified_at=None)
    assert ask("olga@acme.example").status_code == 422
    assert ask("acme").status_code == (200 if change == "unverified" else 422)


def test_the_page_to_go_to_is_kept(cast, okta):
    page = Client().get("/sso/?next=/o/acme/users/").content.decode()
    assert '<input type="hidden" name="next" value="/o/acme/users/">' in page
    assert 'href="/accounts/login/?next=/o/acme/users/"' in page
    assert 'href="/sso/acme/?next=%2Fo%2Facme%2Fusers%2F"' in main(ask("olga@acme.example", next="/o/acme/users/"))
    assert "evil" not in main(ask("olga@acme.example", next="https://evil.example/"))


def test_guessing_domains_has_to_wait(cast, okta):
    for number in range(50):
        ask(f"x@domain-{number}.example")
    response = ask("x@one-more.example")
    assert response.status_code == 429 and response["Retry-After"]


def test_finding_it_does_not_count(cast, okta):
    assert {ask("olga@acme.example").status_code for _ in range(60)} == {200}


# --- the sign-in page -----------------------------------------------------------------------------
def test_the_sign_in_page_leads_to_single_sign_on(cast, okta):
    assert 'href="/sso/"' in Client().get("/accounts/login/").content.decode()
    page = Client().get("/accounts/login/?next=/preferences/").content.decode()
    assert 'href="/sso/?next=/preferences/"' in page


def test_a_page_of_an_organization_names_its_provider(cast, okta):
    response = Client().get("/o/acme/users/?q=x", follow=True)
    assert "Continue with Okta" in text_of(response)
    assert 'href="/sso/acme/?next=%2Fo%2Facme%2Fusers%2F%3Fq%3Dx"' in response.content.decode()


@pytest.mark.spec("S-1")
def test_an_unknown_organization_looks_like_one_without_a_provider(cast, okta):
    pages = [
        main(Client().get(f"/accounts/login/?next=/o/{slug}/")).replace(slug, "-") for slug in ("globex", "nobody")
    ]
    assert "Continue with single sign-on" in pages[0]
    tokens = [page.split('name="csrfmiddlewaretoken" value="')[1][:64] for page in pages]
    assert len({page.replace(token, "") for page, token in zip(pages, tokens, strict=True)}) == 1


@pytest.mark.parametrize("form", [{"login": "bo@acme.example", "password": "wrong"}, {"login": "", "password": ""}])
def test_a_refused_form_still_offers_it(cast, okta, form):
    response = Client().post("/accounts/login/", {**form, "next": "/o/acme/"})
    assert "Continue with Okta" in text_of(response)


def test_signing_in_with_a_password_works_beside_it(cast, okta):
    form = {"login": "bo@acme.example", "password": PASSWORD, "next": "/o/acme/"}
    assert Client().post("/accounts/login/", form)["Location"] == "/o/acme/"
