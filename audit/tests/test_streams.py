"""Streams: signed webhooks with the audit log, in order and at least once."""

import json
import random
import string
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from standardwebhooks import Webhook

from audit.models import AuditStream, Entry, StreamFormat
from audit.queries import due_streams, waiting_entries
from audit.services import delivery, record, record_each
from audit.services.chain import seal
from audit.services.delivery import deliver_stream, deliver_streams, headers_for, sign
from audit.services.streams import (
    create_stream,
    delete_stream,
    new_secret,
    rotate_stream_secret,
    send_test_event,
    turn_off_stream,
    turn_on_stream,
)
from audit.tests.ocsf_schema import problems_of
from audit.tests.receiver import receiver

__all__ = ["receiver"]
pytestmark = pytest.mark.spec("A-8")


def write(cast, number, **data):
    row = {"organization_id": cast.acme.pk, "actor": cast.olga, "action": "group.created", "target": cast.bo}
    record_each({**row, "data": {"n": n, **data}} for n in range(number))
    seal(cast.acme.pk)


@pytest.fixture
def stream(cast, receiver):
    write(cast, 3)
    stream, _secret = create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=receiver.url)
    seal(cast.acme.pk)
    return stream


def now_due(stream):
    AuditStream.objects.filter(pk=stream.pk).update(next_attempt_at=timezone.now())
    stream.refresh_from_db()
    return stream


def test_a_stream_starts_with_the_next_entry_and_sends_each_once(cast, stream, receiver):
    assert deliver_streams() == 1  # that it was created
    assert deliver_streams() == 0 and receiver.numbers() == [[4]]
    write(cast, 2)
    assert waiting_entries(stream) == 3 and deliver_streams(cast.globex.pk) == 0
    assert deliver_streams(cast.acme.pk) == 2 and receiver.numbers() == [[4], [5, 6]]
    stream.refresh_from_db()
    assert (stream.cursor, waiting_entries(stream), stream.last_error) == (6, 0, "")
    assert all(problems_of(event) == [] for _headers, body in receiver.requests for event in json.loads(body))


def test_from_the_start_on_request(cast, receiver):
    write(cast, 3)
    create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=receiver.url, from_start=True)
    deliver_streams()
    assert receiver.numbers() == [[1, 2, 3]]


def test_requests_are_small_and_in_order(cast, stream, receiver):
    write(cast, 40, text="x" * 3000)
    assert deliver_streams() == 41
    assert [number for numbers in receiver.numbers() for number in numbers] == list(range(4, 45))
    assert all(len(body) < 20_000 for _headers, body in receiver.requests) and len(receiver.requests) > 5
    write(cast, 1, text="y" * 50_000)  # an entry isn't split
    assert deliver_streams() == 1


def test_json_lines(cast, receiver):
    write(cast, 2)
    create_stream(
        organization_id=cast.acme.pk, actor=cast.olga, url=receiver.url, format=StreamFormat.LINES, from_start=True
    )
    deliver_streams()
    ((headers, body),) = receiver.requests
    assert headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["metadata"]["sequence"] for line in body.decode().splitlines()] == [1, 2]


def test_requests_are_signed_as_standard_webhooks(cast, stream, receiver):
    deliver_streams()
    headers, body = receiver.requests[0]
    stream.refresh_from_db()
    assert Webhook(str(stream.secret)).verify(body, headers)[0]["metadata"]["sequence"] == 4
    assert len(headers["webhook-id"]) < 100 and headers["content-type"] == "application/json"


def test_their_library_verifies_hundreds_of_ours():
    source = random.Random(11)
    for size in range(400):
        secret, message_id = new_secret(), "msg_" + "".join(source.choices(string.ascii_letters, k=20))
        text = "".join(source.choices('aé✓😀\n\\" \u2028{}', k=size))
        body = json.dumps({"text": text}, ensure_ascii=bool(size % 2)).encode()
        stamp = int(timezone.now().timestamp())
        signature = sign(secret, message_id, stamp, body)
        headers = {"webhook-id": message_id, "webhook-timestamp": str(stamp), "webhook-signature": signature}
        assert Webhook(secret).verify(body, headers) == {"text": text}
        assert Webhook(secret).sign(message_id, datetime.fromtimestamp(stamp), body.decode()) == signature


def test_after_a_new_secret_both_verify_for_a_day(cast, stream, receiver):
    old = str(stream.secret)
    new = rotate_stream_secret(stream=stream, actor=cast.olga)
    stream.refresh_from_db()
    assert new != old and str(stream.secret) == new
    for then, secrets in ((timezone.now(), 2), (timezone.now() + timedelta(days=1, minutes=1), 1)):
        headers = headers_for(stream, "msg_1", b"[]", then)
        assert headers["webhook-signature"].count("v1,") == secrets
    deliver_streams()
    headers, body = receiver.requests[0]
    assert Webhook(old).verify(body, headers) and Webhook(new).verify(body, headers)


def test_a_receiver_that_is_dead_for_three_days_loses_nothing(cast, stream, receiver, monkeypatch):
    start, clock = timezone.now(), {"now": timezone.now()}
    monkeypatch.setattr(timezone, "now", lambda: clock["now"])
    tries = 0
    while clock["now"] < start + timedelta(days=3):
        receiver.answers = [500]
        tries += deliver_streams() == 0 and bool(receiver.requests)
        write(cast, 1)
        stream.refresh_from_db()
        assert stream.next_attempt_at > clock["now"] and stream.is_active and stream.cursor == 3
        clock["now"] = stream.next_attempt_at + timedelta(seconds=1)
    failed = len(receiver.requests)
    assert 10 < failed < 40 and stream.failing_since and "status 500" in stream.last_error
    ids = {headers["webhook-id"] for headers, _body in receiver.requests}
    bodies = {body for _headers, body in receiver.requests}
    assert len(ids) == len(bodies) == 1  # a repeated request is the same
    receiver.requests, receiver.answers = [], []
    deliver_streams()
    received = [number for numbers in receiver.numbers() for number in numbers]
    assert received == list(range(4, 5 + failed)) and waiting_entries(stream) == 1 + failed
    stream.refresh_from_db()
    assert (stream.failing_since, stream.attempts, stream.last_error, waiting_entries(stream)) == (None, 0, "", 0)


def test_waiting_times_grow_with_jitter():
    for attempts, seconds in enumerate(delivery.BACKOFF):
        waits = {delivery.backoff(attempts) for _ in range(50)}
        assert len(waits) > 1 and all(seconds * 0.8 <= wait <= seconds * 1.2 for wait in waits)
    assert delivery.backoff(1000) <= delivery.BACKOFF[-1] * 1.2


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3600", 3600), ("999999999999", 86400), ("", 0), ("soon", 0), ("-5", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_retry_after_is_honored(stream, receiver, value, seconds):
    receiver.answers = [(503, {"retry-after": value} if value else {})]
    deliver_streams()
    stream.refresh_from_db()
    wait = (stream.next_attempt_at - timezone.now()).total_seconds()
    assert max(seconds, 4) - 5 < wait < max(seconds, 6) + 5


def test_gone_turns_the_stream_off(cast, stream, receiver):
    receiver.answers = [410]
    deliver_streams()
    stream.refresh_from_db()
    assert not stream.is_active and "410" in stream.last_error and stream.cursor == 3
    entry = Entry.objects.get(action="audit_stream.turned_off")
    assert (entry.actor_id, entry.organization_id) == (None, cast.acme.pk)
    seal(cast.acme.pk)
    assert deliver_streams() == 0 and not due_streams()
    turn_on_stream(stream=stream, actor=cast.olga)
    seal(cast.acme.pk)
    assert deliver_streams() == 3 and receiver.numbers()[1:] == [[4], [5, 6]]


@pytest.mark.parametrize("answer", [(302, {"location": "http://127.0.0.1/"}), 400, 404, 503])
def test_other_answers_move_no_cursor(stream, receiver, answer):
    receiver.answers = [answer]
    assert deliver_streams() == 0 and len(receiver.requests) == 1
    stream.refresh_from_db()
    assert stream.cursor == 3 and stream.last_error and stream.attempts == 1


def test_private_addresses_are_refused(cast, stream, receiver, settings):
    settings.OUTGOING_ALLOWED_NETWORKS = []
    AuditStream.objects.update(url="https://127.0.0.1:1/")
    assert deliver_streams() == 0
    stream.refresh_from_db()
    assert "isn’t a public address" in stream.last_error
    for url in ("http://siem.example/", "ftp://siem.example/", "https://", "https://a b/", "https://me@siem.example/"):
        with pytest.raises(ValidationError) as error:
            create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=url)
        assert "url" in error.value.message_dict


def test_a_worker_that_died_is_replaced_and_repeats_its_request(cast, stream, receiver, monkeypatch):
    claimed = delivery._claim(stream.pk)
    assert claimed and delivery._claim(stream.pk) is None and deliver_stream(stream.pk) == 0
    delivery._post(claimed, delivery._next_batch(claimed))  # and dies before it saves
    write(cast, 2)
    now_due(stream)  # the lease is over
    assert deliver_streams() == 3
    assert receiver.numbers() == [[4], [4], [5, 6]]
    first, again, _last = (headers["webhook-id"] for headers, _body in receiver.requests)
    assert first == again


def test_a_slow_receiver_leaves_the_worker_to_others(cast, stream, receiver, monkeypatch):
    monkeypatch.setattr(delivery, "SLOW", 0)
    monkeypatch.setattr(delivery, "PAUSE", 1_000_000)
    monkeypatch.setattr(delivery, "MAX_ENTRIES", 1)
    write(cast, 2)
    assert deliver_stream(stream.pk) == 1 and deliver_streams() == 0
    now_due(stream)
    assert deliver_stream(stream.pk) == 1 and receiver.numbers() == [[4], [5]]


def test_answers_are_not_shown_where_private_networks_are_allowed(stream, receiver, settings):
    receiver.answers += [500, 500]
    settings.DEMO = False
    assert settings.OUTGOING_ALLOWED_NETWORKS and send_test_event(stream).body == ""
    settings.DEMO = True
    assert send_test_event(stream).body == "the answer"


def test_gaps_show_by_sequence(cast, stream, receiver, settings):
    """If retention deleted what a receiver missed, the numbers skip."""
    from audit.services.retention import delete_old

    write(cast, 2)
    settings.AUDIT_RETENTION_DAYS = 1
    assert delete_old(timezone.now() + timedelta(days=2)) == 6
    write(cast, 1)
    deliver_streams()
    assert receiver.numbers() == [[7]]


def test_a_test_event_moves_nothing(cast, stream, receiver, settings):
    settings.DEMO = True  # otherwise answers aren't shown where private networks are allowed, as in tests
    receiver.answers = [200]
    result = send_test_event(stream)
    assert (result.status, result.body, result.error, result.is_accepted) == (200, "the answer", "", True)
    headers, body = receiver.requests[0]
    (event,) = Webhook(str(stream.secret)).verify(body, headers)
    assert problems_of(event) == [] and event["unmapped"]["action"] == "audit_stream.tested"
    receiver.answers = [500]
    assert send_test_event(stream).error == "The receiver responded with status 500."
    receiver.server.shutdown()
    receiver.server.server_close()
    result = send_test_event(stream)
    assert result.status is None and "can’t connect" in result.error
    before = stream.cursor
    stream.refresh_from_db()
    assert stream.cursor == before and stream.last_error == ""


def test_a_lost_key_stops_only_its_stream(cast, stream, receiver, settings):
    other, _secret = create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=f"{receiver.url}/2")
    seal(cast.acme.pk)
    settings.ENCRYPTION_KEYS = ["another-key-" + "k" * 40]
    AuditStream.objects.filter(pk=other.pk).update(secret=new_secret())
    deliver_streams()
    stream.refresh_from_db()
    assert stream.attempts == 1 and len(receiver.requests) == 1


def test_changes_are_recorded_without_secrets(cast, stream):
    secret = rotate_stream_secret(stream=stream, actor=cast.olga)
    turn_off_stream(stream=stream, actor=cast.olga)
    turn_on_stream(stream=stream, actor=cast.olga)
    delete_stream(stream=stream, actor=cast.olga)
    entries = list(Entry.objects.filter(action__startswith="audit_stream.").order_by("at"))
    verbs = [entry.action.partition(".")[2] for entry in entries]
    assert verbs == ["created", "secret_changed", "turned_off", "turned_on", "deleted"]
    assert {entry.target_id for entry in entries} == {stream.pk}
    stored = repr(list(Entry.objects.values()))
    # Only the host: many receivers have a token in their address.
    assert entries[0].target_label == urlsplit(stream.url).netloc and stream.url not in stored
    assert secret not in stored and not AuditStream.objects.exists()


def test_limits(cast, stream, receiver):
    with pytest.raises(ValidationError, match="already receives"):
        create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=receiver.url)
    for n in range(4):
        create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=f"{receiver.url}/{n}")
    with pytest.raises(ValidationError, match="5 streams"):
        create_stream(organization_id=cast.acme.pk, actor=cast.olga, url=f"{receiver.url}/more")
    record(organization_id=cast.globex.pk, actor=cast.tess, action="group.created")
    assert create_stream(organization_id=cast.globex.pk, actor=cast.tess, url=receiver.url)[0].cursor == 0
