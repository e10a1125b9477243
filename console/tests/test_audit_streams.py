"""Streams of the audit log: the page, creating one, its secret, tests and deletion (A-8)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditStream, Entry
from audit.services.chain import seal
from audit.services.streams import MAX_STREAMS, create_stream
from teamadmin.testing.aging import age, asks
from teamadmin.testing.audit_entries import LOG, write
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-8")]
STREAMS, NEW = f"{LOG}streams/", f"{LOG}streams/new/"
URL = "https://siem.example.com/hook"


def make(cast, url=URL, **fields) -> AuditStream:
    stream, _secret = create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=url)
    AuditStream.objects.filter(pk=stream.pk).update(**fields) if fields else None
    return stream


def url_of(stream: AuditStream, part: str) -> str:
    return f"{STREAMS}{stream.pk}/{part}/"


def test_a_new_stream_shows_its_secret_once(cast):
    client = cast.client("olga")
    assert "No streams yet" in text_of(client.get(STREAMS))
    response = client.post(NEW, {"url": f" {URL} ", "format": "lines", "from_start": "on"})
    secret = re.search(r"whsec_[\w+/=]+", response.content.decode())[0]
    assert response["Cache-Control"] == "no-store" and "I’ve copied it" in text_of(response)
    stream = AuditStream.objects.get()
    assert (stream.url, stream.format, stream.cursor, str(stream.secret)) == (URL, "lines", 0, secret)
    page = client.get(STREAMS)
    assert secret not in page.content.decode() and f"{URL} JSON lines. Created by Olga Ivanova, just now" in text_of(
        page
    )
    assert secret not in str(list(Entry.objects.values()))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"url": ""}, "Enter the address that receives the entries."),
        ({"url": "ftp://siem.example.com/"}, "Enter a complete address that starts with https://."),
        ({"url": "http://siem.example.com/"}, "Enter an address that starts with https://."),
        ({"url": URL, "format": "xml"}, "Choose a format."),
    ],
)
def test_errors_are_beside_their_field_and_what_was_typed_is_kept(cast, settings, data, message):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    response = cast.client("olga").post(NEW, {"format": "json", **data})
    page = response.content.decode()
    assert response.status_code == 422 and 'aria-invalid="true"' in page and message in text_of(response)
    assert f'value="{data["url"]}"' in page if data["url"] else True
    assert not AuditStream.objects.exists()


def test_the_same_address_twice_and_too_many_streams_are_refused(cast):
    client = cast.client("olga")
    for number in range(MAX_STREAMS):
        make(cast, f"{URL}/{number}")
    response = client.post(NEW, {"url": f"{URL}/x", "format": "json"})
    assert response.status_code == 422 and "Delete one first" in text_of(response)
    assert 'aria-disabled="true" aria-describedby="streams-hint"' in client.get(STREAMS).content.decode()
    AuditStream.objects.first().delete()
    assert client.post(NEW, {"url": f"{URL}/3", "format": "json"}).status_code == 422


def test_the_page_says_how_far_each_stream_is(cast):
    now = timezone.now()
    fine = make(cast, last_delivered_at=now, cursor=1)
    failing = make(
        cast,
        f"{URL}/2",
        cursor=1,
        failing_since=now - timedelta(hours=3),
        next_attempt_at=now + timedelta(minutes=30, seconds=55),
        last_error="The receiver responded with status 500.",
    )
    make(cast, f"{URL}/3", is_active=False)
    write(cast.acme, cast.olga, "group.created")
    seal(cast.acme.pk)
    end = Entry.objects.filter(organization_id=cast.acme.pk).count()
    text = text_of(cast.client("olga").get(STREAMS))
    assert f"{fine.url} JSON array" in text and "Delivering" in text
    assert f"Delivered up to Entry 1 , {end - 1} waiting" in text.replace("Entry 1,", "Entry 1 ,")
    assert re.search("Failing since (3h ago|yesterday) The receiver responded with status 500.", text)
    assert failing.url in text
    assert re.search(r"Next attempt In 30\xa0?\s?minutes, at \d\d:\d\d UTC", text) and "Turned off" in text


def test_a_test_event_shows_the_answer(cast, monkeypatch):
    from audit.services.delivery import Attempt

    stream = make(cast)
    answers = iter([Attempt(200, "<b>thanks</b>"), Attempt(500, "oops", "The receiver responded with status 500.")])
    monkeypatch.setattr("audit.services.streams.send_sample", lambda stream: next(answers))
    client = cast.client("olga")
    response = client.post(url_of(stream, "test"))
    assert "The receiver accepted the test event" in text_of(response)
    assert "&lt;b&gt;thanks" in response.content.decode()
    response = client.post(url_of(stream, "test"), headers={"HX-Request": "true"})
    assert "didn’t accept" in text_of(response) and "status 500" in text_of(response)
    assert response.content.decode().lstrip().startswith("<div") and "oops" in text_of(response)


def test_a_test_to_a_private_address_is_refused(cast):
    stream = make(cast)
    AuditStream.objects.filter(pk=stream.pk).update(url="https://169.254.169.254/latest/")
    text = text_of(cast.client("olga").post(url_of(stream, "test")))
    assert "didn’t accept the test event" in text


def test_a_changed_secret_is_shown_once_and_the_old_one_goes_on_working(cast):
    stream, client = make(cast), cast.client("olga")
    old = str(AuditStream.objects.get().secret)
    assert "signed with both secrets" in text_of(client.get(url_of(stream, "secret")))
    response = client.post(url_of(stream, "secret"))
    secret = re.search(r"whsec_[\w+/=]+", response.content.decode())[0]
    stream.refresh_from_db()
    assert response["Cache-Control"] == "no-store" and str(stream.secret) == secret != old
    assert str(stream.previous_secret) == old and "Also signs requests until" in text_of(client.get(STREAMS))


def test_turning_off_and_on_and_deleting(cast):
    stream, client = make(cast), cast.client("olga")
    assert "No entries are lost" in text_of(client.get(url_of(stream, "deactivation")))
    assert client.post(url_of(stream, "deactivation")).status_code == 302
    assert not AuditStream.objects.get().is_active
    client.post(url_of(stream, "activation"))
    assert AuditStream.objects.get().is_active
    assert "stops getting entries" in text_of(client.get(url_of(stream, "deletion")))
    client.post(url_of(stream, "deletion"))
    assert not AuditStream.objects.exists() and client.post(url_of(stream, "deletion")).status_code == 404
    actions = set(Entry.objects.filter(target_id=stream.pk).values_list("action", flat=True))
    assert actions >= {"audit_stream.created", "audit_stream.turned_off", "audit_stream.deleted"}


@pytest.mark.spec("S-7")
def test_what_weakens_a_stream_asks_for_a_fresh_sign_in(cast):
    stream, client = make(cast), cast.client("olga")
    age(client, 16)
    assert asks(client.post(NEW, {"url": f"{URL}/2", "format": "json"}))
    assert all(asks(client.post(url_of(stream, part))) for part in ("secret", "deactivation", "deletion"))
    assert AuditStream.objects.get().is_active


def test_streams_belong_to_their_organization(cast):
    stream = make(cast)
    tess = cast.client("tess")
    base = "/o/globex/audit-log/streams/"
    assert URL not in text_of(tess.get(base))
    for part in ("test", "secret", "activation", "deactivation", "deletion"):
        assert tess.post(f"{base}{stream.pk}/{part}/").status_code == 404
    assert AuditStream.objects.get().is_active
    assert cast.client("max").get(STREAMS).status_code == 403


@pytest.mark.parametrize("number", [1, MAX_STREAMS])
def test_the_page_takes_the_same_number_of_queries(cast, django_assert_num_queries, number):
    for n in range(number):
        make(cast, f"{URL}/{n}")
    client = cast.client("olga")
    with django_assert_num_queries(5):
        client.get(STREAMS)


def test_the_log_says_since_when_and_how_far_it_is_sealed(cast):
    assert "sealed" not in text_of(cast.client("olga").get(LOG))
    write(cast.acme, cast.olga, "group.created")
    seal(cast.acme.pk)
    text = text_of(cast.client("olga").get(LOG))
    assert f"Protected against changes since {timezone.now():%b} {timezone.now().day}" in text
    assert "Entries up to number 1 are sealed." in text
