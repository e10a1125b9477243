"""The list of a user's sessions: all that are open and none that ended (S-5, U-10)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.devices import describe_device
from accounts.models import Session, User
from accounts.queries import list_open_sessions
from accounts.services import end_sessions
from teamadmin.testing.cast import PASSWORD

FIREFOX = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def sign_in(user: User, **headers) -> Client:
    client = Client(headers=headers)
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302
    return client


def devices(user: User) -> list[str]:
    return [entry.device for entry in list_open_sessions(User.objects.get(pk=user.pk))]


@pytest.mark.django_db
@pytest.mark.spec("S-5")
def test_open_sessions_are_listed_and_ended_ones_are_not(cast, django_assert_num_queries):
    user = cast.bo.user
    clients = [sign_in(user, user_agent=agent) for agent in (FIREFOX, CHROME, SAFARI)]
    sign_in(cast.opal.user, user_agent=FIREFOX)
    assert devices(user) == ["Safari on iPhone", "Chrome on Windows", "Firefox on macOS"]
    with django_assert_num_queries(2):
        assert list_open_sessions(User(pk=user.pk, password="")) == []  # sessions were signed with another password
    clients[0].post("/accounts/logout/")
    assert devices(user) == ["Safari on iPhone", "Chrome on Windows"]
    key = clients[1].session.session_key
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert devices(user) == ["Safari on iPhone"]
    end_sessions(user=user)
    assert devices(user) == []
    sign_in(user, user_agent=CHROME)
    assert devices(user) == ["Chrome on Windows"]


@pytest.mark.django_db
@pytest.mark.spec("S-5")
def test_signing_in_without_ip_address_or_user_agent_works(cast):
    sign_in(cast.bo.user)
    assert [(entry.device, entry.address) for entry in list_open_sessions(User.objects.get(pk=cast.bo.user_id))] == [
        ("Unknown device", "127.0.0.1")
    ]
    client = Client(REMOTE_ADDR="")
    assert client.post("/accounts/login/", {"login": "opal@acme.example", "password": PASSWORD}).status_code == 302
    assert [entry.address for entry in list_open_sessions(User.objects.get(pk=cast.opal.user_id))] == [""]


@pytest.mark.django_db
@pytest.mark.spec("S-5")
def test_session_tracking_adds_no_queries_to_a_page(cast, django_assert_num_queries):
    client = sign_in(cast.bo.user)
    with django_assert_num_queries(2):
        client.get("/accounts/password/change/")


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox on macOS"),
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/140.0", "Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140 Safari/537.36 OPR/120", "Opera on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "curl"),
        ("<script>alert(1)</script>", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_devices_are_described(user_agent, device):
    assert describe_device(user_agent) == device
