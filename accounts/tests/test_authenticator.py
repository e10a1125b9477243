"""Authenticator apps: setting up, replacing and removing one, and codes that work once (S-2)."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from accounts.authenticator_keys import format_key, otpauth_url, qr_svg
from accounts.models import AuthenticatorApp, BackupCode, KnownBrowser, User
from accounts.queries import count_backup_codes, get_second_factors
from accounts.services import (
    SetUpState,
    check_second_factor,
    confirm_authenticator,
    start_authenticator,
)
from audit.models import Entry
from organizations.models import Membership
from teamadmin.testing.parallel import on_postgresql, run_in_parallel
from teamadmin.testing.two_factor import add_authenticator, code_of

pytestmark = pytest.mark.django_db


def set_up(user: User, *, seconds: int = 0):
    app = start_authenticator(user=user, app_id=None)
    return confirm_authenticator(user=user, app_id=app.pk, code=code_of(app, seconds))


@pytest.mark.spec("S-2")
def test_confirming_turns_it_on_with_ten_backup_codes(cast):
    user = cast.bo.user
    result = set_up(user)
    assert result.state == SetUpState.DONE and len(set(result.codes)) == 10
    assert get_second_factors(user).app and count_backup_codes(user) == 10
    assert Membership.objects.get(pk=cast.bo.pk).two_factor_method == "app"
    assert Entry.objects.filter(action="two_factor.enabled", organization_id=cast.acme.pk).count() == 1
    plain = {code.replace("-", "") for code in result.codes}
    assert not plain & set(BackupCode.objects.values_list("code_hash", flat=True))
    assert not set("01ilo") & set("".join(plain))


@pytest.mark.spec("S-2")
def test_reloading_keeps_the_key_and_another_session_gets_another_one(cast):
    user = cast.bo.user
    app = start_authenticator(user=user, app_id=None)
    again = start_authenticator(user=user, app_id=app.pk)
    assert (again.pk, again.secret) == (app.pk, app.secret)
    other = start_authenticator(user=user, app_id=None)
    assert other.secret != app.secret and AuthenticatorApp.objects.filter(user=user).count() == 1
    assert confirm_authenticator(user=user, app_id=app.pk, code=code_of(app)).state == SetUpState.OUTDATED
    assert confirm_authenticator(user=cast.opal.user, app_id=other.pk, code=code_of(other)).state == SetUpState.OUTDATED
    assert not get_second_factors(user)


@pytest.mark.spec("S-2")
def test_the_code_that_confirmed_cannot_be_used_again(cast):
    user = cast.bo.user
    app = start_authenticator(user=user, app_id=None)
    code = code_of(app)
    assert confirm_authenticator(user=user, app_id=app.pk, code=f" {code[:3]} {code[3:]} ").state == SetUpState.DONE
    assert confirm_authenticator(user=user, app_id=app.pk, code=code).state == SetUpState.ALREADY_DONE
    assert check_second_factor(user=user, code=code, browser=None).factor == ""


@pytest.mark.spec("S-2")
@pytest.mark.parametrize("seconds", [-240, -30, 30, 240])
def test_a_clock_that_differs_is_forgiven_and_remembered(cast, seconds):
    user = cast.bo.user
    assert set_up(user, seconds=seconds).state == SetUpState.DONE
    app = AuthenticatorApp.objects.get(user=user)
    later = code_of(app, seconds + 30)
    assert check_second_factor(user=user, code=later, browser=None).factor == "app"


@pytest.mark.spec("S-2")
@pytest.mark.parametrize("code", ["", "000000x", "12345", "１２３", "x" * 100_000, "\x00", "-1"])
def test_nonsense_is_a_wrong_code(cast, code):
    app = start_authenticator(user=cast.bo.user, app_id=None)
    assert confirm_authenticator(user=cast.bo.user, app_id=app.pk, code=code).state == SetUpState.WRONG_CODE
    add_authenticator(cast.opal.user)
    assert check_second_factor(user=cast.opal.user, code=code, browser=None).factor == ""


@pytest.mark.spec("S-2")
def test_digits_of_other_scripts_are_digits(cast):
    app = add_authenticator(cast.bo.user)
    arabic = "".join(chr(0x660 + int(digit)) for digit in code_of(app))
    assert check_second_factor(user=cast.bo.user, code=arabic, browser=None).factor == "app"


@pytest.mark.spec("S-2")
def test_replacing_ends_the_old_app_and_keeps_the_backup_codes(cast):
    user = cast.bo.user
    old = add_authenticator(user, codes=("abcdefgh",))
    result = set_up(user)
    assert result.state == SetUpState.DONE and result.codes == []
    assert check_second_factor(user=user, code=code_of(old), browser=None).factor == ""
    assert count_backup_codes(user) == 1
    assert Entry.objects.filter(action="authenticator.replaced", organization_id=cast.acme.pk).exists()
    assert not Entry.objects.filter(action="two_factor.enabled").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("S-2")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_twenty_presses_with_one_code_confirm_once_and_sign_in_once(live_cast):
    user = live_cast.bo.user
    app = start_authenticator(user=user, app_id=None)
    code = code_of(app)
    results = run_in_parallel(20, lambda n: confirm_authenticator(user=user, app_id=app.pk, code=code).state)
    assert sorted(results) == [SetUpState.ALREADY_DONE] * 19 + [SetUpState.DONE]
    assert count_backup_codes(user) == 10
    browsers = [KnownBrowser.objects.create(user=user, token_hash=str(number)) for number in range(20)]
    app.refresh_from_db()
    code = code_of(app, 30)
    checks = run_in_parallel(20, lambda n: check_second_factor(user=user, code=code, browser=browsers[n]).factor)
    assert checks.count("app") == 1


NAMES = ["TeamAdmin", "Acme: Team", "Größe & Co. GmbH", "50% + more", "日本 / チーム?#", "a:b:c"]


@pytest.mark.spec("S-2")
@pytest.mark.parametrize("issuer", NAMES)
@pytest.mark.parametrize("account", ["olga@acme.example", "o'hara+a%b?&=#/@x.example"])
def test_the_label_is_encoded_for_any_name_and_address(issuer, account):
    url = otpauth_url(secret="ABCDEFGH", issuer=issuer, account=account)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", "")
    assert " " not in url and "+" not in url
    label_issuer, label_account = unquote(parts.path.removeprefix("/")).split(":")
    values = {name: value for name, [value] in parse_qs(parts.query, strict_parsing=True).items()}
    assert label_issuer == values["issuer"] == " ".join(issuer.replace(":", " ").split()) and label_account == account
    assert values == {
        "secret": "ABCDEFGH", "issuer": label_issuer, "algorithm": "SHA1", "digits": "6", "period": "30"
    }  # fmt: skip


def test_the_qr_code_has_no_styles_scripts_or_ids():
    svg = qr_svg(otpauth_url(secret="A" * 32, issuer="日本" * 20, account="x" * 200 + "@acme.example"))
    assert svg.startswith("<svg viewBox=") and svg.count("<") == 3 and "style" not in svg and "id=" not in svg
    assert format_key("ABCDEFGHIJ") == "ABCD EFGH IJ"
