"""The two ceremonies of WebAuthn: options for the browser, and checks of what an authenticator returned.

https://www.w3.org/TR/webauthn-3/#sctn-rp-operations. The checks read nothing but their arguments. Every passkey can be
found without a user name, and verifies the user (by PIN, fingerprint or face) each time: it is two factors in one.
"""

import hmac
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from webauthn import base64url_to_bytes, verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import User

# https://www.w3.org/TR/webauthn-3/#credential-id
MAX_ID_BYTES = 1023
MAX_KEY_BYTES = 1023
# Counters have 32 bits, the column 31.
MAX_COUNT = 2**31 - 1
# Formats without certificates: we ask for no attestation, and believe none.
FORMATS = (AttestationFormat.NONE, AttestationFormat.PACKED)
# What the parsers of webauthn, cbor2 and cryptography raise for nonsense.
NONSENSE: tuple[type[Exception], ...] = (WebAuthnException, InvalidSignature, ValueError, LookupError, TypeError)
NONSENSE += (AttributeError, OverflowError, RecursionError)


class PasskeyError(Exception):
    """A passkey can't be used. str() is for the user, `code` for scripts, `reason` for logs, `status` for HTTP."""

    status, code = 422, "invalid"
    message: str | Promise = _("This passkey couldn’t be verified. Try again.")

    def __init__(self, reason: object = "") -> None:
        self.reason = str(reason)[:200]
        super().__init__(str(self.message))


class MalformedRequest(PasskeyError):
    status, code = 400, "malformed"
    message = _("This request isn’t valid. Reload the page, then try again.")


class NoChallenge(PasskeyError):
    """There are no options, they are too old, or they have already been used."""

    status, code = 409, "no_challenge"
    message = _("That took too long. Try again.")


class InvalidPasskey(PasskeyError):
    """The response fails a check."""


class UnknownPasskey(PasskeyError):
    status, code = 404, "unknown"
    message = _("This passkey isn’t known here. It may have been removed. Sign in another way.")


class AlreadyRegistered(PasskeyError):
    status, code = 409, "exists"
    message = _("This passkey has already been added.")


class PasskeyHelper(WebAuthnHelper):
    """The library's helper, for passkeys that always verify the user."""

    def __init__(self) -> None:
        super().__init__(request=None)

    def get_credential_display_name(self, user: User) -> str:
        return user.name

    def get_generate_registration_options_kwargs(self, *, user: User) -> dict:
        options = super().get_generate_registration_options_kwargs(user=user)
        options["authenticator_selection"] = AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options

    def checks(self, challenge: str) -> dict[str, Any]:
        """Return the arguments that both ceremonies are checked with."""
        return {
            "expected_challenge": base64url_to_bytes(challenge),
            "expected_rp_id": self.get_relying_party_domain(),
            "expected_origin": self.get_allowed_origins(),
            "require_user_verification": True,
        }


class Assertion(NamedTuple):
    """What a browser returned for a passkey that exists, parsed but unchecked."""

    passkey_id: bytes
    user_handle: bytes | None
    credential: AuthenticationCredential


def registration_options(user: User) -> dict[str, Any]:
    """Return the options for creating a passkey. They exclude authenticators that already have one of the user's."""
    return PasskeyHelper().register_begin(user)[0]


def authentication_options(user: User | None = None) -> dict[str, Any]:
    """Return the options for using a passkey: one of the user's, or any that the browser has for this site."""
    return PasskeyHelper().authenticate_begin(user, require_user_verification=True)[0]


def read_new_passkey(*, user: User, challenge: str, data: object) -> WebAuthnCredential:
    """Return the checked and unsaved passkey in a browser's JSON. Raises InvalidPasskey."""
    helper = PasskeyHelper()
    try:
        if not isinstance(data, dict):
            raise InvalidPasskey("not an object")
        credential = parse_registration_credential_json(data)
        _refuse_frames(credential.response.client_data_json)
        algorithms = helper.get_supported_key_algorithms()
        response = verify_registration_response(
            credential=credential, supported_pub_key_algs=algorithms, **helper.checks(challenge)
        )
        if response.fmt not in FORMATS or response.credential_id != credential.raw_id:
            raise InvalidPasskey("format or id")
        if len(response.credential_id) > MAX_ID_BYTES or len(response.credential_public_key) > MAX_KEY_BYTES:
            raise InvalidPasskey("too long")
        # A key that no signature could be checked with would be useless later.
        decoded_public_key_to_cryptography(decode_credential_public_key(response.credential_public_key))
        extensions = data.get("clientExtensionResults")
        passkey = helper.create_credential(user, response, credential, {"clientExtensionResults": {}})
        passkey.discoverable = _is_discoverable(extensions)
    except NONSENSE as error:
        raise InvalidPasskey(f"{type(error).__name__}: {error}") from error
    passkey.sign_count = min(passkey.sign_count, MAX_COUNT)
    return passkey


def read_assertion(data: object) -> Assertion:
    """Return what a browser's JSON says about the passkey that was used. Raises InvalidPasskey."""
    try:
        if not isinstance(data, dict):
            raise InvalidPasskey("not an object")
        credential = parse_authentication_credential_json(data)
    except NONSENSE as error:
        raise InvalidPasskey(f"{type(error).__name__}: {error}") from error
    if len(credential.raw_id) > MAX_ID_BYTES:
        raise InvalidPasskey("too long")
    return Assertion(credential.raw_id, credential.response.user_handle, credential)


def check_assertion(
    assertion: Assertion, *, challenge: str, passkey: WebAuthnCredential, handle: bytes, user_known: bool
) -> VerifiedAuthentication:
    """Check that the passkey signed the challenge here and now. Raises InvalidPasskey.

    `handle` is that of the passkey's user. Without a user name, the authenticator must have returned it.
    """
    if assertion.user_handle is None and not user_known:
        raise InvalidPasskey("no user handle")
    if assertion.user_handle is not None and not hmac.compare_digest(assertion.user_handle, handle):
        raise InvalidPasskey("user handle")
    try:
        _refuse_frames(assertion.credential.response.client_data_json)
        return verify_authentication_response(
            credential=assertion.credential,
            credential_current_sign_count=passkey.sign_count,
            credential_public_key=bytes(passkey.public_key),
            **PasskeyHelper().checks(challenge),
        )
    except NONSENSE as error:
        raise InvalidPasskey(f"{type(error).__name__}: {error}") from error


def accepted_passkeys(handle: bytes, ids: list[bytes]) -> dict[str, Any]:
    """Return what a browser's signalAllAcceptedCredentials() takes."""
    return {
        "rpId": PasskeyHelper().get_relying_party_domain(),
        "userId": bytes_to_base64url(handle),
        "allAcceptedCredentialIds": [bytes_to_base64url(each) for each in ids],
    }


def _refuse_frames(client_data_json: bytes) -> None:
    """Refuse responses from a frame in another site's page. Our pages can't be framed."""
    if parse_client_data_json(client_data_json).cross_origin:
        raise InvalidPasskey("cross-origin")


def _is_discoverable(extensions: object) -> bool | None:
    """Return what the browser says about the passkey, None if it says nothing. A hint, which nothing relies on."""
    properties = extensions.get("credProps") if isinstance(extensions, dict) else None
    value = properties.get("rk") if isinstance(properties, dict) else None
    return value if isinstance(value, bool) else None
