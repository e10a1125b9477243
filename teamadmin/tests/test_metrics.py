"""/metrics of the web server: who may read it, and that it counts what happens without letting clients add series."""

import http.client
import re
import secrets
import socket
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from prometheus_client import REGISTRY

from base.ids import uuid7
from outbox.models import Heartbeat, Outage, OutgoingEmail, State
from outbox.queries import MAIL_SERVER
from outbox.services import hold_outbox
from teamadmin.metrics import facts
from teamadmin.metrics.readings import first_id
from teamadmin.testing.metrics import TOKEN, Scrape, scrape
from teamadmin.testing.processes import free_port, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def read() -> Scrape:
    """Read the database's metrics, without what was read before."""
    collector = facts.DatabaseCollector()
    wait_until(lambda: Scrape(list(collector.collect())).value("teamadmin_database_up") == 1, 20)
    return Scrape(list(collector.collect()))


def test_off_without_a_token(settings):
    settings.METRICS_TOKEN = ""
    for headers in ({}, bearer(""), bearer("x")):
        assert Client().get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer wrong", "Bearer é", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x"]
)
def test_refused_with_another_token(settings, value):
    settings.METRICS_TOKEN = TOKEN
    response = Client().get("/metrics", headers={"authorization": value})
    assert (response.status_code, response.content, response["WWW-Authenticate"]) == (401, b"", "Bearer")


def test_open_with_the_token_from_any_host_without_https(settings):
    settings.METRICS_TOKEN, settings.SECURE_SSL_REDIRECT = TOKEN, True
    response = Client().get("/metrics", headers={**bearer(TOKEN), "host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert (response["Cache-Control"], response["Content-Type"][:24]) == ("no-store", "text/plain; version=0.0.")
    assert Client().post("/metrics", headers=bearer(TOKEN)).status_code == 405
    assert Client().head("/metrics", headers=bearer(TOKEN)).status_code == 200


def burst(port: int) -> None:
    """Send requests with values that were never seen before: methods, paths, hosts, query strings and headers."""
    for _ in range(3):
        word = secrets.token_hex(6)
        for method, path in [
            (word.upper(), "/accounts/login/"),
            ("GET", f"/{word}/{word}@acme.example/"),
            ("GET", f"/invitations/{word}/?{word}={word}"),
            ("POST", f"/o/{word}/users/"),
            ("GET", f"/scim/v2/{word}/{word}"),
            ("GET", f"/api/v1/{word}"),
            ("GET", f"/static/{word}.css"),
        ]:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            headers = {"X-Requested-With": word, "Content-Type": f"text/{word}; charset={word}", "Accept": word}
            client.request(method, path, body=b"", headers=headers | ({"Host": word} if path[1] == "o" else {}))
            client.getresponse().read()
            client.close()


def of_requests(metrics: Scrape) -> set:
    return {(name, labels) for name, labels in metrics.series() if not name.startswith("teamadmin_ready")}


def view_names(resolver=None, prefix: str = "") -> set[str]:
    """Return the names of all views, as a resolver match gives them."""
    names = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            names |= view_names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            view = pattern.callback
            names.add(prefix + (pattern.name or f"{view.__module__}.{view.__name__}"))
    return names


def test_clients_add_no_series(web_process):
    web = web_process(METRICS_TOKEN=TOKEN)
    burst(web.port)
    before = scrape(web.url)
    burst(web.port)
    after = scrape(web.url)
    assert of_requests(after) == of_requests(before) and of_requests(after)
    assert after.label("view") <= view_names() | {"<unnamed view>"}
    assert after.label("method") == {"GET", "POST", "<invalid method>"}
    assert all(re.fullmatch(r"[1-5]\d\d", status) for status in after.label("status"))
    assert not [value for _, labels in after.series() for _, value in labels if re.search(r"@|^/|[0-9a-f]{12}", value)]
    responses = {"view": "<unnamed view>", "method": "GET", "status": "404"}
    name = "django_http_responses_total_by_status_view_method_total"
    assert after.value(name, **responses) - before.value(name, **responses) == 6
    assert after.value("teamadmin_server_threads") == 8
    assert after.value("teamadmin_server_waiting_requests") == 0
    assert after.value("django_db_new_connections_total") > 0


def test_failed_sign_in_is_counted(cast):
    def failures() -> float:
        return REGISTRY.get_sample_value("teamadmin_sign_in_failures_total", {"reason": "password"}) or 0

    before = failures()
    Client().post("/accounts/login/", {"login": cast.bo.user.email, "password": "wrong-wrong-wrong"})
    Client().post("/accounts/login/", {"login": "nobody@acme.example", "password": "wrong-wrong-wrong"})
    assert failures() == before + 2


def add_email(state: State, *, age: timedelta = timedelta(0), **columns) -> None:
    moment = timezone.now() - age
    times = {"claimed_at": moment} if state == State.SENDING else {"sent_at": moment} if state == State.SENT else {}
    pk = first_id(age) if age else uuid7()
    defaults = {"kind": "invitations.invitation", "subject_id": uuid7(), "key": str(pk), "next_attempt_at": moment}
    OutgoingEmail.objects.create(pk=pk, state=state, **defaults | times | columns)


def test_emails_by_state_and_age():
    add_email(State.QUEUED, age=timedelta(minutes=7))
    add_email(State.SENDING)
    for _ in range(2):
        add_email(State.SENT)
    add_email(State.FAILED, kind="removed.kind")
    add_email(State.SENT, age=timedelta(hours=3))
    add_email(State.SENT, age=timedelta(days=3))
    metrics = read()
    assert metrics.value("teamadmin_emails", state="queued") == metrics.value("teamadmin_emails", state="sending") == 1
    assert 420 <= metrics.value("teamadmin_email_oldest_due_seconds") < 480
    sent = {"kind": "invitations.invitation", "state": "sent"}
    assert metrics.value("teamadmin_recent_emails", window="1h", **sent) == 2
    assert metrics.value("teamadmin_recent_emails", window="1d", **sent) == 3
    assert metrics.value("teamadmin_recent_emails", window="1h", kind="other", state="failed") == 1


def test_sweeps_and_readiness():
    moment = timezone.now() - timedelta(minutes=3)
    Heartbeat.objects.create(name="sweep", at=moment)
    metrics = read()
    assert metrics.value("teamadmin_last_sweep_timestamp_seconds", sweep="outbox") == pytest.approx(moment.timestamp())
    assert metrics.value("teamadmin_ready", check="database") == 1
    assert metrics.value("teamadmin_ready", check="sweep") == 0


def test_mail_server_that_refuses_us_and_held_email():
    metrics = read()
    assert metrics.value("teamadmin_mail_server_outage_seconds") == 0
    moment = timezone.now() - timedelta(minutes=9)
    Outage.objects.create(name=MAIL_SERVER, since=moment, at=moment, reason="553 Sender refused")
    add_email(State.QUEUED)
    hold_outbox()
    metrics = read()
    assert 540 <= metrics.value("teamadmin_mail_server_outage_seconds") < 600
    assert metrics.value("teamadmin_mail_server_last_refusal_timestamp_seconds") == pytest.approx(moment.timestamp())
    assert metrics.value("teamadmin_ready", check="mail_server") == 0.5
    assert metrics.value("teamadmin_emails", state="held") == 1


@pytest.mark.parametrize("state", ["refuses", "silent"])
def test_without_a_database_the_rest_is_still_served(settings, monkeypatch, state):
    settings.METRICS_TOKEN = TOKEN
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if state == "silent" else free_port()
        for name, value in {"HOST": "127.0.0.1", "PORT": str(port)}.items():
            monkeypatch.setitem(connection.settings_dict, name, value)
        options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "host"}
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
        began = time.monotonic()
        metrics = Scrape(list(facts.DatabaseCollector().collect()))
        assert time.monotonic() - began < 2
        began = time.monotonic()
        text = Client().get("/metrics", headers=bearer(TOKEN)).text
        assert time.monotonic() - began < 2
    assert metrics.value("teamadmin_database_up") == 0
    assert metrics.value("teamadmin_ready", check="database") == 0
    assert metrics.value("teamadmin_emails") is None
    assert "teamadmin_sign_in_failures_total" in text
