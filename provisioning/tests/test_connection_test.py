"""\"Test connection\": what is saved and shown, and that nothing else changes."""

import json

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Session, User
from audit.models import Entry
from organizations.models import JoinRule, Membership
from provisioning.models import Domain, ExternalIdentity, IdentityProvider, SsoPurpose, SsoRequest, SsoTest
from provisioning.services.sso_requests import start_request, take_request
from provisioning.sso.connection_test import fail_test, finish_test
from provisioning.sso.profile import Check, SsoError, SsoProfile
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.html import text_of

URL = "/o/acme/security/single-sign-on/"
METADATA = {
    "issuer": "https://idp.example",
    "authorization_endpoint": "https://idp.example/authorize",
    "token_endpoint": "https://idp.example/token",
    "jwks_uri": "https://idp.example/keys",
}
PROFILE = SsoProfile(
    issuer="https://idp.example",
    subject="00u8c1abcdefghXk5",
    email="olga@acme.example",
    first_name="Olga",
    last_name="Marchenko",
    attributes={
        "sub": "00u8c1abcdefghXk5",
        "email": "olga@acme.example",
        "given_name": "Olga",
        "family_name": "Marchenko",
        "phone_number": "+351 912 345 678",
    },
    used={"sub": "subject", "email": "email", "given_name": "first_name", "family_name": "last_name"},
    checks=(Check("Signature", "RS256, key kid-1"), Check("Issuer", "https://idp.example")),
)


@pytest.fixture
def provider(cast) -> IdentityProvider:
    Domain.objects.create(organization=cast.acme, name="acme.example", token="t", verified_at=timezone.now())
    return IdentityProvider.objects.create(
        organization=cast.acme,
        provider="okta",
        issuer="https://idp.example",
        client_id="acme",
        client_secret="secret",
        metadata=METADATA,
        metadata_read_at=timezone.now(),
    )


def started(provider, member) -> SsoRequest:
    """Return a test that the member started, as it is when the browser is back."""
    one = start_request(identity_provider=provider, browser="b", purpose=SsoPurpose.TEST, member=member)
    return take_request(identity_provider=provider, state=one.state, browser="b")


def finish(provider, cast, **changes) -> SsoTest:
    finish_test(
        RequestFactory().get("/"), started(provider, cast.olga), PROFILE.__class__(**{**vars(PROFILE), **changes})
    )
    return SsoTest.objects.latest("at")


def lines(test: SsoTest) -> str:
    return " ".join(test.result["lines"])


@pytest.mark.spec("O-1")
def test_the_link_sends_the_browser_to_the_provider_also_before_it_is_turned_on(cast, provider):
    response = cast.client("olga").get(f"{URL}tests/new/")
    assert response.status_code == 302 and response["Location"].startswith("https://idp.example/authorize?")
    row = SsoRequest.objects.get()
    assert (row.purpose, row.member) == (SsoPurpose.TEST, cast.olga)


@pytest.mark.spec("O-1")
def test_a_passed_test_shows_what_came_back_and_changes_nothing(cast, provider):
    client = cast.client("olga")
    before = (Session.objects.count(), User.objects.count(), client.session.session_key)
    response = finish_test(RequestFactory().get("/"), started(provider, cast.olga), PROFILE)
    response = client.get(response["Location"])
    page = text_of(response)
    assert "The test passed" in page and "Okta signed you in as olga@acme.example" in page
    assert "email olga@acme.example Email address" in page and "given_name Olga First name" in page
    assert "912 345" not in page and "00u8c1abcdefghXk5" not in response.content.decode()
    assert "Used: 4. Ignored: 1" in page and "Signature RS256, key kid-1" in page
    assert "No session was started." in page
    assert before == (Session.objects.count(), User.objects.count(), client.session.session_key)
    assert not ExternalIdentity.objects.exists()
    entry = Entry.objects.get(action="sso.test_passed")
    assert entry.actor_id == cast.olga.pk and "olga@acme.example" not in json.dumps(entry.data)


@pytest.mark.spec("O-1")
def test_a_failed_test_says_why_and_how_to_fix_it(cast, provider):
    error = SsoError("The signature is wrong.", code="signature", checks=(Check("Signature", "unknown key", False),))
    response = fail_test(RequestFactory().get("/"), started(provider, cast.olga), error)
    page = text_of(cast.client("olga").get(response["Location"]))
    assert "The test failed" in page and "The signature is wrong." in page and "Test again" in page
    assert "unknown key" in page and "(failed)" in page
    assert SsoTest.objects.get().result["fix"] in page


def test_without_an_email_address_the_test_fails_but_shows_what_came_back(cast, provider):
    test = finish(provider, cast, email="", used={"sub": "subject"})
    assert not test.passed and "phone_number" in [row[0] for row in test.result["attributes"]]
    page = text_of(cast.client("olga").get(f"{URL}tests/{test.pk}/"))
    assert "No email address came back." in page and "Map the attribute" in page


@pytest.mark.spec("O-3")
def test_it_tells_members_how_they_would_be_linked(cast, provider):
    cast.olga.user.is_staff = False
    assert "Linked to this member immediately" in lines(finish(provider, cast))
    add_member(cast.globex, cast.olga.user, "read_only")
    assert "after one sign-in to their own account" in lines(finish(provider, cast))
    ExternalIdentity.objects.create(
        organization=cast.acme, issuer=PROFILE.issuer, subject=PROFILE.subject, user=cast.bo.user
    )
    test = finish(provider, cast, email="changed@elsewhere.example")
    assert "linked already" in lines(test) and test.result["member"]["email"] == cast.bo.email


@pytest.mark.spec("O-3", "O-5", "J-6", "J-7")
def test_it_tells_who_would_be_refused_and_who_would_join(cast, provider):
    def says(**changes):
        test = finish(provider, cast, **changes)
        return test.result["can_sign_in"], lines(test)

    assert says(email="new@acme.example") == (False, "Refused, because people join Acme by invitation only.")
    assert says(email="bo@evil.example")[1] == "Refused, because evil.example isn’t a verified domain of Acme."
    Membership.objects.filter(pk=cast.bo.pk).update(status="deactivated")
    assert "is deactivated here" in says(email="bo@acme.example")[1]
    cast.acme.join_rule, cast.acme.join_role = JoinRule.AUTOMATIC, role_named("operator")
    cast.acme.save()
    provider.refresh_from_db()
    assert says(email="new@acme.example") == (True, "Joins automatically with the role Operator")
    add_user("known@acme.example")
    assert "Asked to sign in once to the account" in says(email="known@acme.example")[1]
    cast.acme.join_rule = JoinRule.ASK
    cast.acme.save()
    provider.refresh_from_db()
    assert "Asks to join." in says(email="new@acme.example")[1]
    cast.invite(actor=cast.olga, role="operator", people=[("Pia", "Pending", "pia@acme.example")])
    assert "Joins through their invitation, with the role Operator" in says(email="Pia@ACME.example ")[1]


def test_it_tells_about_the_second_factor(cast, provider):
    assert "doesn’t require one" in lines(finish(provider, cast))
    assert "says that it checked one" in lines(finish(provider, cast, mfa=True))
    cast.acme.require_two_factor = "everyone"
    cast.acme.save()
    provider.refresh_from_db()
    assert "Asked for their second factor here" in lines(finish(provider, cast))


@pytest.mark.spec("O-1")
def test_a_change_of_the_settings_asks_for_another_test(cast, provider):
    test = finish(provider, cast)
    client = cast.client("olga")
    assert "Last test:" in text_of(client.get(URL))
    IdentityProvider.objects.update(version=2)
    assert "The settings have changed since this test." in text_of(client.get(f"{URL}tests/{test.pk}/"))
    assert "haven’t been tested yet" in text_of(client.get(URL))


def test_only_the_last_tests_are_kept(cast, provider):
    for _number in range(22):
        finish(provider, cast)
    assert SsoTest.objects.count() == 20


def test_someone_who_may_not_set_it_up_any_more_gets_no_result(cast, provider):
    request = started(provider, cast.olga)
    Membership.objects.filter(pk=cast.olga.pk).update(status="deactivated")
    request.member.refresh_from_db()
    with pytest.raises(SsoError, match="You can no longer set up"):
        finish_test(RequestFactory().get("/"), request, PROFILE)
    assert not SsoTest.objects.exists()


def test_results_belong_to_their_organization(cast, provider):
    test = finish(provider, cast)
    assert cast.client("tess").get(f"/o/globex/security/single-sign-on/tests/{test.pk}/").status_code == 404
    assert cast.client("tess").get(f"{URL}tests/{test.pk}/").status_code == 404
    assert cast.client("max").get(f"{URL}tests/{test.pk}/").status_code == 403
    assert cast.client("max").get(f"{URL}tests/new/").status_code == 403


def test_what_the_provider_sends_is_escaped_and_limited(cast, provider):
    evil = {"<script>alert(1)</script>": "<img src=x>" * 100, **{f"a{number}": "x" for number in range(500)}}
    test = finish(provider, cast, attributes=evil, first_name="<b>Olga</b>")
    page = cast.client("olga").get(f"{URL}tests/{test.pk}/").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page and len(test.result["attributes"]) == 60
