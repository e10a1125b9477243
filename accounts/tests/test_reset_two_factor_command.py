"""manage.py reset_two_factor: the operator's help for members of several organizations (U-9)."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import add_authenticator, code_of, enter_password, is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-9")]


def test_it_clears_everything_and_is_recorded(cast, capsys):
    app = add_authenticator(cast.bo.user, codes=("abcd2345",))
    client, half = cast.client("bo"), enter_password(cast.bo.user)
    call_command("reset_two_factor", "Bo@Acme.example")
    assert "bo@acme.example was signed out everywhere" in capsys.readouterr().out
    assert client.get("/o/acme/").status_code == 302 and not Membership.objects.get(pk=cast.bo.pk).two_factor
    half.post("/accounts/two-factor/verify/", {"code": code_of(app)})
    assert not is_signed_in(half)
    entry = Entry.objects.get(action="two_factor.disabled", organization_id=None)
    assert entry.actor_label == "The operator" and entry.actor_id is None
    assert OutgoingEmail.objects.filter(kind="accounts.security_notice", subject_id=entry.pk).exists()
    assert is_signed_in(enter_password(cast.bo.user))


def test_it_refuses_unknown_users_and_those_without_a_factor(cast):
    for email in ("nobody@acme.example", "not an address", "bo@acme.example"):
        with pytest.raises(CommandError):
            call_command("reset_two_factor", email)
    assert not Entry.objects.filter(action="two_factor.disabled").exists()


@pytest.mark.spec("S-2")
def test_the_sign_in_page_says_who_can_help(cast):
    add_authenticator(cast.bo.user)
    page = enter_password(cast.bo.user).get("/accounts/two-factor/verify/")
    assert "Ask an Admin of Acme to reset your 2FA." in text_of(page)
    add_member(cast.globex, cast.bo.user, "billing")
    page = enter_password(cast.bo.user).get("/accounts/two-factor/verify/")
    assert "Ask the administrator of TeamAdmin to reset your 2FA." in text_of(page)
