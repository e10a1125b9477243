"""Attacks on single sign-on by OpenID Connect: each must fail closed (O-1, O-3; THREATS 29, 46, 47)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from organizations.models import Membership, Organization, Status
from provisioning.models import ExternalIdentity, IdentityProvider, SsoRequest
from provisioning.tests.oidc import CALLBACK, acme, assert_refused, is_signed_in, op, sign_in, start
from provisioning.tests.openid_provider import CLIENT_ID, SECRET, OpenIdProvider
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel

__all__ = ["acme", "op"]
pytestmark = pytest.mark.spec("O-1", "O-3")
USED = "already used, took too long or started in another browser"


def test_login_csrf(op, acme, cast):
    """An attacker signs in and gives the victim the address that leads back: the victim would be in their account."""
    attacker, victim = cast.client(), cast.client()
    back = op.redirect(start(attacker))
    assert_refused(victim.get(back), victim, USED)
    start(victim)  # also with a cookie
    assert_refused(victim.get(back), victim, USED)


def test_an_answer_works_once(op, acme, cast):
    client = cast.client()
    back = op.redirect(start(client))
    assert client.get(back).status_code == 302 and is_signed_in(client)
    client.logout()
    assert_refused(client.get(back), client, USED)
    assert op.requests.count("/token") == 1


def test_a_double_click_leads_to_the_same_page(op, acme, cast):
    client = cast.client()
    back = op.redirect(start(client, next="/o/acme/projects/"))
    first, second = client.get(back), client.get(back)
    assert first["Location"] == second["Location"] == "/o/acme/projects/"
    assert op.requests.count("/token") == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_open_one_session(live_cast):
    provider = OpenIdProvider()
    values = {"issuer": provider.url, "client_id": CLIENT_ID, "client_secret": SECRET, "is_enabled": True}
    IdentityProvider.objects.create(organization=live_cast.acme, **values)
    user = live_cast.bo.user
    ExternalIdentity.objects.create(organization=live_cast.acme, issuer=provider.url, subject="bo-1", user=user)
    client = live_cast.client()
    back, cookies = provider.redirect(start(client)), client.cookies.output(header="", sep=";")

    def press(number):
        return live_cast.client().get(back, headers={"cookie": cookies}).status_code

    assert sorted(run_in_parallel(4, press)) == [302, 400, 400, 400]
    assert provider.requests.count("/token") == 1
    provider.stop()


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?state=&code=x", "?state=_x&code=x&error=x", "?state=%00"]
)
def test_unsolicited_answers(op, acme, cast, query):
    client = cast.client()
    assert_refused(client.get(CALLBACK + query), client, USED)
    start(client)
    assert_refused(client.get(CALLBACK + query), client, USED)


def test_an_answer_that_took_too_long(op, acme, cast):
    client = cast.client()
    back = op.redirect(start(client))
    SsoRequest.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert_refused(client.get(back), client, USED)


def test_the_state_of_another_organization(op, acme, cast):
    """Globex' provider may be hostile. It can't finish a sign-in that was started for Acme, nor the reverse."""
    IdentityProvider.objects.create(organization=cast.globex, issuer=op.url, client_id=CLIENT_ID, is_enabled=True)
    client = cast.client()
    back = op.redirect(start(client))
    assert_refused(client.get(back.replace("/sso/acme/", "/sso/globex/")), client, USED)
    back = op.redirect(start(client, slug="globex"))
    assert_refused(client.get(back.replace("/sso/globex/", "/sso/acme/")), client, USED)


def test_a_provider_signs_in_only_to_its_organization(op, acme, cast):
    """THREATS 46: Globex' provider says that Olga of Acme signed in."""
    values = {"issuer": op.url, "client_id": CLIENT_ID, "client_secret": SECRET, "is_enabled": True}
    IdentityProvider.objects.create(organization=cast.globex, **values)
    op.claims, op.userinfo = {"sub": "bo-1", "email": "olga@acme.example"}, {"email": "olga@acme.example"}
    client = cast.client()
    response = client.get(op.redirect(start(client, slug="globex")))
    assert not is_signed_in(client) and response.status_code != 500
    assert client.get("/o/acme/").status_code == 302


@pytest.mark.parametrize("sender", ["https://evil.example", ""])
def test_mix_up(op, acme, cast, sender):
    """RFC 9207: the answer says that it comes from another provider than the one that was asked."""
    client = cast.client()
    op.answer["iss"] = sender
    assert_refused(sign_in(client, op), client, "comes from a different issuer")
    assert "/token" not in op.requests  # the code doesn't go to the wrong one


def test_a_provider_that_names_itself_must_do_so(op, acme, cast):
    op.discovery["authorization_response_iss_parameter_supported"] = True
    client = cast.client()
    assert_refused(sign_in(client, op), client, "comes from a different issuer")
    op.answer["iss"] = op.url
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


def test_a_mix_up_in_an_error(op, acme, cast):
    client = cast.client()
    op.answer = {"iss": "https://evil.example", "error": "access_denied", "code": None}
    assert_refused(sign_in(client, op), client, "comes from a different issuer")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/o/globex/"])
def test_next_cannot_be_changed_on_the_way_back(op, acme, cast, target):
    """THREATS 29, 47: the page to open is saved with the request, and isn't in the address at all."""
    client = cast.client()
    back = op.redirect(start(client, next="/o/acme/projects/")) + f"&next={target}"
    assert client.get(back)["Location"] == "/o/acme/projects/"


def test_an_unverified_address_links_no_one(op, acme, cast):
    client = cast.client()
    for value in (False, "false"):
        op.claims, op.userinfo = {"sub": "new"}, {"sub": "new", "email_verified": value}
        assert_refused(sign_in(client, op), client, "your email address isn’t verified")
    op.claims, op.userinfo = {"sub": "new", "email_verified": False}, {"sub": "new", "email_verified": True}
    assert_refused(sign_in(client, op), client, "your email address isn’t verified")


def test_an_unverified_address_does_not_lock_out_who_is_linked(op, acme, cast):
    """The subject is the identity. The address isn't used."""
    client = cast.client()
    op.userinfo = {"email_verified": False, "email": "olga@acme.example"}
    assert sign_in(client, op).status_code == 302
    assert client.session["_auth_user_id"] == str(cast.bo.user.pk)
    assert ExternalIdentity.objects.get().email == ""


def test_a_deactivated_user_gets_no_session(op, acme, cast):
    client = cast.client()
    Membership.objects.filter(user=cast.bo.user).update(status=Status.DEACTIVATED)
    sign_in(client, op)
    assert not is_signed_in(client)


def test_turning_it_off_ends_sign_ins_on_the_way(op, acme, cast):
    client = cast.client()
    back = op.redirect(start(client))
    IdentityProvider.objects.update(is_enabled=False)
    assert_refused(client.get(back), client, "Single sign-on is turned off now")


def test_suspending_the_organization_ends_sign_ins_on_the_way(op, acme, cast):
    client = cast.client()
    back = op.redirect(start(client))
    Organization.objects.update(is_active=False)
    assert client.get(back).status_code == 404 and not is_signed_in(client)


def test_the_secret_is_on_no_page_and_in_no_log(op, acme, cast, capfd):
    client = cast.client()
    op.secret = "changed"
    response = sign_in(client, op)
    out = capfd.readouterr()
    assert SECRET not in response.content.decode() + out.out + out.err
    assert SECRET not in str(IdentityProvider.objects.values("metadata", "keys").get())


def test_the_page_names_no_one(op, acme, cast):
    """A failed sign-in doesn't tell whether someone has an account."""
    client = cast.client()
    op.claims, op.userinfo = {"sub": "new"}, {"sub": "new"}
    assert "Lindqvist" not in text_of(sign_in(client, op))
