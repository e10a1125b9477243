"""The clock of a web server is wrong: forward past an expiry, or back by hours.

Sessions and reset links follow the web server's clock, invitations the database's (test_accept.py).
"""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from invitations.links import make_token
from organizations.models import Membership, Status
from teamadmin.testing.cast import PASSWORD

pytestmark = pytest.mark.django_db
FORWARD = timedelta(seconds=settings.SESSION_COOKIE_AGE + 60)
BACK = -timedelta(hours=2)
NEW_PASSWORD = "a-long-walk-by-the-sea"


def clock(moved: timedelta) -> time_machine.travel:
    """Move the clock of this process, and not the database's."""
    return time_machine.travel(timezone.now() + moved, tick=True)


def sign_in(password: str = PASSWORD) -> tuple[Client, int]:
    client = Client()
    return client, client.post("/accounts/login/", {"login": "olga@acme.example", "password": password}).status_code


def reset_link(user: User) -> str:
    return f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}/"


def is_valid(link: str) -> bool:
    """Return whether the page offers to set a password."""
    return 'type="password"' in Client().get(link, follow=True).content.decode()


def test_session_ends_when_the_clock_passes_its_expiry(cast):
    client, status = sign_in()
    assert status == 302 and client.get("/o/acme/users/").status_code == 200
    with clock(FORWARD):
        response = client.get("/o/acme/users/")
        assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")
        assert sign_in()[1] == 302


@pytest.mark.parametrize(("minutes", "expected"), [(59, True), (61, False)])
def test_reset_link_expires(cast, minutes, expected):
    link = reset_link(cast.olga.user)
    with clock(timedelta(minutes=minutes)):
        assert is_valid(link) is expected


def test_everything_works_after_the_clock_went_back(cast):
    """Sessions, links and limits from the "future" work, and no session lasts longer than before."""
    client, _status = sign_in()
    link, expiry = (
        reset_link(User.objects.get(pk=cast.olga.user_id)),
        Session.objects.get(user=cast.olga.user).expire_date,
    )
    invitation = cast.invite()[0]
    with clock(BACK):
        assert client.get("/o/acme/users/").status_code == 200
        assert client.post("/o/acme/groups/new/", {"name": "Crew"}).status_code == 302
        assert Session.objects.get(user=cast.olga.user).expire_date <= expiry
        assert is_valid(link) and sign_in()[1] == 302
        visitor = Client()
        assert visitor.get(f"/invitations/{make_token(invitation)}/", follow=True).status_code == 200
        assert visitor.post("/invitations/accept/", {"password": NEW_PASSWORD}).status_code == 302
    invitation.membership.refresh_from_db()
    assert invitation.membership.status == Status.ACTIVE


def test_what_is_over_stays_over_after_the_clock_went_back(cast):
    """Used reset links, blocked sign-ins and expired invitations."""
    invitation = cast.invite()[0]
    expired = timezone.now() - timedelta(seconds=5)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=expired)
    link = reset_link(cast.max.user)
    cast.max.user.set_password(NEW_PASSWORD)
    cast.max.user.save()
    assert [sign_in("wrong-wrong")[1] for _ in range(6)] == [200] * 5 + [429]
    with clock(BACK):
        assert sign_in()[1] == 429
        assert not is_valid(link)
        visitor = Client()
        visitor.get(f"/invitations/{make_token(invitation)}/", follow=True)
        visitor.post("/invitations/accept/", {"password": NEW_PASSWORD})
    invitation.membership.refresh_from_db()
    assert invitation.membership.status == Status.INVITED
