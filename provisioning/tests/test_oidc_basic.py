"""The OpenID Foundation's tests of relying parties: the 14 modules of the Basic RP plan (O-1).

Each test has the name of its module without "oidcc-client-test-". We are stricter than the suite in two places, where
it accepts both: `alg: none` and a bad signature are refused also from the token endpoint.
"""

import time

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey

from provisioning.tests.oidc import acme, assert_refused, configure, is_signed_in, op, sign_in, start
from provisioning.tests.openid_provider import make_key
from teamadmin.testing.html import text_of

__all__ = ["acme", "op"]
pytestmark = pytest.mark.spec("O-1")


def test_good_login(op, acme, cast):
    """oidcc-client-test"""
    client = cast.client()
    response = sign_in(client, op, next="/o/acme/projects/")
    assert response.status_code == 302 and response["Location"] == "/o/acme/projects/"
    assert client.session["_auth_user_id"] == str(cast.bo.user.pk)
    assert client.get("/o/acme/projects/").status_code == 200


def test_invalid_iss(op, acme, cast):
    client = cast.client()
    op.claims["iss"] = "https://other.example"
    assert_refused(sign_in(client, op), client, "comes from a different issuer")


def test_missing_sub(op, acme, cast):
    client = cast.client()
    op.claims["sub"] = None
    assert_refused(sign_in(client, op), client, "doesn’t say who signed in")


def test_invalid_aud(op, acme, cast):
    client = cast.client()
    op.claims["aud"] = "another-client"
    assert_refused(sign_in(client, op), client, "is for another application")


def test_missing_iat(op, acme, cast):
    client = cast.client()
    op.claims["iat"] = None
    assert_refused(sign_in(client, op), client, "has expired, or the clocks differ")


def test_kid_absent_single_jwks(op, acme, cast):
    client = cast.client()
    op.header["kid"] = None
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


def test_kid_absent_multiple_jwks(op, acme, cast):
    client = cast.client()
    op.keys = [make_key("P-256", "ec"), make_key("RSA", "rsa-0"), *op.keys, make_key("Ed25519", "ed")]
    op.header["kid"] = None
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


def test_idtoken_sig_rs256(op, acme, cast):
    client = cast.client()
    assert op.algorithm == "RS256"
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


def test_idtoken_sig_none(op, acme, cast):
    client = cast.client()
    op.algorithm = "none"
    assert_refused(sign_in(client, op), client, "in an unsafe way (none)")


def test_invalid_sig_rs256(op, acme, cast):
    client = cast.client()
    op.signing_key = make_key("RSA", "rsa-1")  # the name of the published key
    assert_refused(sign_in(client, op), client, "isn’t signed by your identity provider")


def test_userinfo_invalid_sub(op, acme, cast):
    client = cast.client()
    op.userinfo["sub"] = "olga-1"
    assert_refused(sign_in(client, op), client, "sent someone else’s profile")


def test_nonce_invalid(op, acme, cast):
    client = cast.client()
    op.claims["nonce"] = "another"
    assert_refused(sign_in(client, op), client, "belongs to another sign-in")


def test_scope_userinfo_claims(op, acme, cast):
    client = cast.client()
    op.userinfo["email"] = "Bo@New.acme.example"
    assert sign_in(client, op).status_code == 302 and "/userinfo" in op.requests
    assert acme.organization.external_identities.get().email == "bo@new.acme.example"


def test_client_secret_basic(op, acme, cast):
    """The secret has characters that must be encoded (RFC 6749, 2.3.1)."""
    client = cast.client()
    assert sign_in(client, op).status_code == 302 and op.authentication == ["client_secret_basic"]


# --- more of the same kind ------------------------------------------------------------------------
def test_client_secret_post(op, acme, cast):
    op.discovery["token_endpoint_auth_methods_supported"] = ["private_key_jwt", "client_secret_post"]
    assert sign_in(cast.client(), op).status_code == 302 and op.authentication == ["client_secret_post"]


def test_public_client(op, cast):
    configure(op, cast, client_secret="")
    op.secret = ""
    assert sign_in(cast.client(), op).status_code == 302 and op.authentication == ["none"]


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("RSA", "PS256"), ("RSA", "RS512"), ("P-256", "ES256"), ("P-384", "ES384"), ("Ed25519", "EdDSA")],
)
def test_other_safe_algorithms(op, acme, cast, kind, algorithm):
    client = cast.client()
    op.signing_key, op.algorithm, op.claims = make_key(kind, "other"), algorithm, {"at_hash": None}
    op.keys = [op.signing_key]
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_symmetric_signatures_are_refused(op, acme, cast, algorithm):
    client = cast.client()
    op.algorithm = algorithm
    assert_refused(sign_in(client, op), client, f"in an unsafe way ({algorithm})")


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u"])
def test_the_token_cannot_bring_its_own_key(op, acme, cast, name):
    client = cast.client()
    op.signing_key = make_key("RSA", "evil")
    values = {"jku": "https://evil.example/", "x5u": "https://evil.example/", "jwk": op.signing_key.as_dict()}
    op.header[name] = values[name]
    assert_refused(sign_in(client, op), client, "isn’t signed by")


def test_unknown_critical_parameters_are_refused(op, acme, cast):
    """RFC 7515, 4.1.11"""
    client = cast.client()
    op.header = {"crit": ["tenant"], "tenant": "acme"}
    assert_refused(sign_in(client, op), client, "isn’t signed by")


def test_short_keys_are_refused(op, acme, cast):
    client = cast.client()
    with pytest.warns(SecurityWarning):
        op.signing_key = RSAKey.generate_key(1024, {"kid": "short"})
    op.keys = [op.signing_key]
    assert_refused(sign_in(client, op), client, "isn’t signed by")


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -300), ("iat", 600), ("iat", -7200), ("nbf", 600)])
def test_times_out_of_range(op, acme, cast, claim, seconds):
    client = cast.client()
    op.claims = {claim: int(time.time()) + seconds}
    assert_refused(sign_in(client, op), client, "has expired, or the clocks differ")


@pytest.mark.parametrize(
    "claims",
    [{"exp": None}, {"exp": "tomorrow"}, {"exp": True}, {"exp": float("nan")}, {"iat": float("inf")}],
)
def test_values_that_are_no_times(op, acme, cast, claims):
    client = cast.client()
    op.claims = claims
    assert_refused(sign_in(client, op), client, "has expired, or the clocks differ")


@pytest.mark.parametrize(
    ("claims", "allowed"),
    [
        ({"aud": ["teamadmin"]}, True),
        ({"aud": ["teamadmin", "other"], "azp": "teamadmin"}, True),
        ({"aud": ["teamadmin", "other"]}, False),
        ({"aud": ["teamadmin"], "azp": "other"}, False),
        ({"aud": ["other"], "azp": "teamadmin"}, False),
        ({"aud": []}, False),
        ({"aud": {"teamadmin": 1}}, False),
        ({"aud": None}, False),
    ],
)
def test_audiences(op, acme, cast, claims, allowed):
    client = cast.client()
    op.claims = claims
    assert (sign_in(client, op).status_code == 302) == allowed == is_signed_in(client)


@pytest.mark.parametrize("subject", ["", 42, "a" * 256, "bo\n1", "bö", ["bo-1"], True])
def test_strange_subjects(op, acme, cast, subject):
    client = cast.client()
    op.claims["sub"] = subject
    assert_refused(sign_in(client, op), client, "doesn’t say who signed in")


def test_another_access_token(op, acme, cast):
    client = cast.client()
    op.claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA"
    assert_refused(sign_in(client, op), client, "belongs to another sign-in")


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "ä.ö.ü", "." * 50, "e30.e30.e30", "W10.W10.x", 5, None, {}])
def test_nonsense_instead_of_a_token(op, acme, cast, token):
    client = cast.client()
    op.tokens["id_token"] = token
    response = sign_in(client, op)
    assert response.status_code == 400 and not is_signed_in(client)


def test_a_wrong_secret_is_explained(op, acme, cast):
    client = cast.client()
    op.secret = "changed"
    assert_refused(sign_in(client, op), client, "doesn’t accept our client ID and secret. Ask an Admin to check them.")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("access_denied", "didn’t let you in. Ask an Admin whether"),
        ("temporarily_unavailable", "isn’t available right now"),
        ("server_error", "had a problem"),
        ("anything<script>", "couldn’t sign you in"),
    ],
)
def test_errors_of_the_provider_are_shown(op, acme, cast, error, text):
    client = cast.client()
    op.answer = {"code": None, "error": error, "error_description": "AADSTS50105: <b>not</b> assigned"}
    response = sign_in(client, op)
    assert_refused(response, client, text)
    assert "It says: “AADSTS50105: <b>not</b> assigned”" in text_of(response)
    assert b"<script>" not in response.content and b"<b>not" not in response.content


def test_an_answer_without_a_code(op, acme, cast):
    client = cast.client()
    op.answer = {"code": None}
    assert_refused(sign_in(client, op), client, "is incomplete")


def test_pkce_protects_the_code(op, acme, cast):
    """A code that was sent for another authorization request is refused by the provider."""
    client = cast.client()
    other, own = op.redirect(start(client)), op.redirect(start(client))
    code = other.partition("code=")[2].partition("&")[0]
    stolen = own.replace(own.partition("code=")[2].partition("&")[0], code)
    assert_refused(client.get(stolen), client, "no longer accepts this sign-in")
