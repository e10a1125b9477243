"""Passkeys that must be refused: with words in JSON, never with a server error (S-2)."""

import random
from typing import Any

import cbor2
import pytest
from django.test import Client
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import User
from audit.models import Entry
from teamadmin.testing.authenticator import UP, UV, Authenticator, add_passkey, decode, encode, post, use_passkey
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-2")]
REGISTRATION, SIGN_IN = "/accounts/passkeys/registration/", "/accounts/passkeys/sign-in/"
ENDPOINTS = [
    f"/accounts/passkeys/{purpose}/{rest}"
    for purpose in ("registration", "sign-in", "second-factor", "confirmation")
    for rest in ("", "options/")
]


def assert_refused(response: Any) -> None:
    assert 400 <= response.status_code < 500, response.content
    answer = response.json()
    assert set(answer) == {"code", "detail"} and answer["detail"].endswith(".")


@pytest.fixture
def client(cast) -> Client:
    """Bo, signed in."""
    return cast.client("bo")


@pytest.fixture
def passkey(client) -> Authenticator:
    """Bo's passkey, which counts its uses."""
    return add_passkey(client, Authenticator(count=5))[0]


WRONG = {
    "wrong origin": {"origin": "https://evil.example"},
    "origin with the right start": {"origin": "http://testserver.evil.example"},
    "wrong RP id": {"site": "evil.example"},
    "wrong challenge": {"challenge": encode(b"x" * 64)},
    "UV missing": {"flags": UP},
    "UP missing": {"flags": UV},
    "a response of the other kind": {"type": "webauthn.other"},
    "in another site's frame": {"cross_origin": True},
    "backed up but not eligible": {"flags": UP | UV | 16},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_registrations_are_refused(client, wrong):
    assert_refused(add_passkey(client, **wrong)[1])
    assert not WebAuthnCredential.objects.exists()


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_sign_ins_are_refused_and_recorded(cast, passkey, wrong):
    visitor = Client()
    assert_refused(use_passkey(visitor, passkey, wrong=wrong))
    assert "_auth_user_id" not in visitor.session
    entry = Entry.objects.get(action="sign_in.failed", organization_id=None)
    assert entry.target_id == cast.bo.user_id
    assert (entry.data["reason"], entry.data["problem"]) == ("passkey", "invalid")
    assert WebAuthnCredential.objects.get().sign_count == 5


def test_a_response_is_accepted_once(client):
    authenticator = Authenticator()
    options = post(client, f"{REGISTRATION}options/").json()
    credential = {"credential": authenticator.create(options)}
    assert post(client, REGISTRATION, credential).status_code == 200
    assert_refused(post(client, REGISTRATION, credential))
    visitor = Client()
    answer = {"credential": authenticator.get(post(visitor, f"{SIGN_IN}options/").json())}
    assert post(visitor, SIGN_IN, answer).status_code == 200
    visitor.post("/accounts/logout/")
    assert_refused(post(visitor, SIGN_IN, answer))
    assert_refused(post(Client(), SIGN_IN, answer))


def test_a_failed_try_uses_up_the_challenge(passkey):
    visitor = Client()
    options = post(visitor, f"{SIGN_IN}options/").json()
    assert_refused(post(visitor, SIGN_IN, {"credential": passkey.get(options, flags=UP)}))
    assert post(visitor, SIGN_IN, {"credential": passkey.get(options)}).json()["code"] == "no_challenge"


def test_challenges_of_one_purpose_do_not_work_for_another(cast, client, passkey):
    options = post(client, "/accounts/passkeys/confirmation/options/").json()
    assert_refused(post(client, "/accounts/passkeys/second-factor/", {"credential": passkey.get(options)}))


@pytest.mark.parametrize("count", [0, 3, 5])
def test_a_counter_that_goes_backwards_is_refused(passkey, count):
    """A copy of the passkey may be in use."""
    assert_refused(use_passkey(Client(), passkey, wrong={"count": count}))


def test_counters_that_do_not_fit_the_column_are_no_error(client):
    passkey, response = add_passkey(client, Authenticator(count=2**32 - 2))
    assert response.status_code == 200
    assert use_passkey(Client(), passkey).status_code == 200


def test_another_users_handle_is_refused(cast, passkey):
    other, _ = add_passkey(cast.client("opal"))
    for handle in (other.handle, b"", b"x" * 64, None):
        assert_refused(use_passkey(Client(), passkey, wrong={"handle": handle}))


def test_a_passkey_that_is_registered_already_is_refused(cast, client, passkey):
    for person in (client, cast.client("opal")):
        authenticator, response = add_passkey(person, passkey)
        assert_refused(response)
        assert response.json()["code"] == "exists"
    assert WebAuthnCredential.objects.get().user == cast.bo.user


@pytest.mark.parametrize("algorithm", [-35, -36, -65535, -47, 0, 10**30])
def test_algorithms_that_were_not_requested_are_refused(client, algorithm):
    assert_refused(add_passkey(client, Authenticator(algorithm=algorithm))[1])


@pytest.mark.parametrize("size", [0, 1024, 65_535])
def test_ids_that_are_too_long_or_empty_are_refused(client, passkey, size):
    assert_refused(add_passkey(client, Authenticator(passkey_id=b"x" * size))[1])
    passkey.passkey_id = b"x" * size
    assert_refused(use_passkey(Client(), passkey))


def test_the_id_must_be_the_one_in_the_signed_data(client):
    authenticator = Authenticator()
    credential = authenticator.create(post(client, f"{REGISTRATION}options/").json())
    credential["id"] = credential["rawId"] = encode(b"another")
    assert_refused(post(client, REGISTRATION, {"credential": credential}))


@pytest.mark.parametrize(
    "key",
    [b"", b"\x04" + b"\0" * 64, cbor2.dumps({}), cbor2.dumps([1] * 5), b"\x81" * 5000, cbor2.dumps({1: 2, 3: -7}),
     cbor2.dumps({1: 2, 3: -7, -1: 1, -2: b"\1" * 32, -3: b"\2" * 32}), cbor2.dumps({1: 3, 3: -257, -1: b"", -2: b""}),
     cbor2.dumps({1: 2, 3: -7, -1: 1, -2: "x", -3: {}}), cbor2.dumps({1: 1, 3: -8, -1: 6, -2: b"x"})],
)  # fmt: skip
def test_keys_that_are_none_are_refused(client, key):
    assert_refused(add_passkey(client, key=key)[1])


@pytest.mark.parametrize(
    "attestation",
    [b"", b"\xff", b"\x81" * 20_000, cbor2.dumps([]), cbor2.dumps({"fmt": "none"}), cbor2.dumps({1: 2}),
     cbor2.dumps({"fmt": "packed", "attStmt": {"x5c": [b"x"], "alg": -7, "sig": b""}, "authData": b"x" * 37}),
     cbor2.dumps({"fmt": "none", "attStmt": {"sig": b"x"}, "authData": b"\0" * 200})],
)  # fmt: skip
def test_nonsense_in_place_of_an_attestation_is_refused(client, attestation):
    assert_refused(add_passkey(client, attestation=attestation)[1])


BODIES = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b"[" * 20_000, b'{"credential":' * 2000, b"9" * 10_000,
    b'{"credential": 1}', b'{"credential": []}', b'{"credential": {}}', b'{"credential": {"id": 1}}',
    b'{"credential": {"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": {}}}',
    b'{"credential": {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "e30"}}}',
    b'{"credential": {"id": "x", "rawId": "x", "type": {}, "response": {"clientDataJSON": "e30",'
    b' "attestationObject": "e30", "authenticatorData": "e30", "signature": "e30", "userHandle": "a"}}}',
    b'{"credential": "' + b"x" * 40_000 + b'"}',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_malformed_bodies_are_refused(client, passkey, body):
    for url in (REGISTRATION, "/accounts/passkeys/confirmation/"):
        post(client, f"{url}options/")
        assert_refused(client.post(url, body, content_type="application/json"))
    visitor = Client()
    post(visitor, f"{SIGN_IN}options/")
    assert_refused(visitor.post(SIGN_IN, body, content_type="application/json"))


@pytest.mark.parametrize("url", ENDPOINTS)
def test_forms_and_other_methods_are_refused(client, url):
    assert_refused(client.post(url, {"credential": "x"}))  # multipart, which the CSRF check has read already
    assert_refused(client.post(url, "a=b", content_type="application/x-www-form-urlencoded"))
    assert client.get(url).status_code == 405


@pytest.mark.parametrize("url", ENDPOINTS)
def test_requests_from_other_sites_are_refused(cast, url):
    client = cast.client("bo", enforce_csrf_checks=True)
    assert post(client, url).status_code == 403


@pytest.mark.parametrize("part", ["attestationObject", "clientDataJSON"])
def test_damaged_registrations_never_crash(client, part):
    chance = random.Random(9)
    for _ in range(60):
        credential = Authenticator().create(post(client, f"{REGISTRATION}options/").json())
        credential["response"][part] = damage(credential["response"][part], chance)
        assert post(client, REGISTRATION, {"credential": credential}).status_code < 500


@pytest.mark.parametrize("part", ["authenticatorData", "clientDataJSON", "signature", "userHandle"])
def test_damaged_sign_ins_are_refused(passkey, part):
    chance, visitor = random.Random(9), Client()
    for _ in range(20):
        credential = passkey.get(post(visitor, f"{SIGN_IN}options/").json())
        credential["response"][part] = damage(credential["response"][part], chance)
        assert_refused(post(visitor, SIGN_IN, {"credential": credential}))


def damage(text: str, chance: random.Random) -> str:
    """Change one bit, or cut off the end."""
    data = bytearray(decode(text))
    at = chance.randrange(len(data))
    if chance.random() < 0.3:
        return encode(bytes(data[:at]))
    data[at] ^= 1 << chance.randrange(8)
    return encode(bytes(data))


def test_a_user_has_a_limited_number_of_passkeys(client):
    for _ in range(20):
        assert add_passkey(client)[1].status_code == 200
    assert_refused(add_passkey(client)[1])


def test_two_clicks_at_once_add_one_passkey(live_cast):
    if not on_postgresql():
        pytest.skip("SQLite has one writer.")
    client = live_cast.client("bo")
    options = post(client, f"{REGISTRATION}options/").json()
    same = Authenticator().create(options)
    others = [same, same, Authenticator().create(options), Authenticator().create(options)]
    cookies = client.cookies

    def press(number: int) -> int:
        browser = Client()
        browser.cookies = cookies
        return post(browser, REGISTRATION, {"credential": others[number]}).status_code

    statuses = run_in_parallel(4, press)
    assert sorted(statuses) == [200, 409, 409, 409], statuses
    assert WebAuthnCredential.objects.count() == 1


def test_one_response_signs_in_once_when_sent_at_once(live_cast):
    if not on_postgresql():
        pytest.skip("SQLite has one writer.")
    passkey, _ = add_passkey(live_cast.client("bo"))
    visitor = Client()
    answer = {"credential": passkey.get(post(visitor, f"{SIGN_IN}options/").json())}
    cookies = visitor.cookies

    def press(number: int) -> int:
        browser = Client()
        browser.cookies = cookies
        return post(browser, SIGN_IN, answer).status_code

    assert sorted(run_in_parallel(4, press)) == [200, 409, 409, 409]
    assert User.objects.get(pk=live_cast.bo.user_id).sessions.count() == 2
