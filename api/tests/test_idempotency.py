"""Repeated requests with an Idempotency-Key are done once, also after a crash and at the same time (A-7)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from api import idempotency
from api.models import IdempotencyKey
from api.tasks import delete_old_idempotency_keys
from api.tests.keys import ApiClient
from organizations.models import Group
from teamadmin.testing.parallel import run_in_parallel

NEW = {"name": "Sales"}


@pytest.mark.spec("A-7")
def test_a_repeated_request_is_done_once_and_gets_the_same_answer(cast, admin):
    first = admin.send("POST", "groups", NEW, Idempotency_Key="one")
    again = admin.send("POST", "groups", NEW, Idempotency_Key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content and again["ETag"] == first["ETag"]
    assert again["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert Group.objects.filter(name="Sales").count() == 1


def test_another_request_with_the_same_key_is_refused(cast, admin):
    admin.send("POST", "groups", NEW, Idempotency_Key="one")
    for path, body in (("groups", {"name": "Support"}), ("projects", NEW)):
        response = admin.send("POST", path, body, Idempotency_Key="one")
        assert response.status_code == 422 and response.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not Group.objects.filter(name="Support").exists()


def test_keys_of_others_are_theirs(cast, admin):
    admin.send("POST", "groups", NEW, Idempotency_Key="one")
    assert ApiClient(cast.tess).send("POST", "groups", NEW, Idempotency_Key="one").status_code == 201


def test_what_was_refused_can_be_sent_again_corrected(cast, admin):
    assert admin.send("POST", "groups", {}, Idempotency_Key="one").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert admin.send("POST", "groups", NEW, Idempotency_Key="one").status_code == 201


def test_a_key_that_lost_its_scope_gets_no_stored_answer(cast, admin):
    admin.send("POST", "groups", NEW, Idempotency_Key="one")
    admin.key.scopes = ["groups:read"]
    admin.key.save()
    assert admin.send("POST", "groups", NEW, Idempotency_Key="one").status_code == 403


@pytest.mark.parametrize("value", ["", "a b", "é", "a" * 256])
def test_unusable_keys(cast, admin, value):
    response = admin.send("POST", "groups", NEW, Idempotency_Key=value)
    assert response.status_code == 422 and not Group.objects.filter(name="Sales").exists()


def test_while_it_is_running_the_same_request_is_refused(cast, admin):
    admin.send("POST", "groups", NEW, Idempotency_Key="one")
    IdempotencyKey.objects.update(status=0)
    assert admin.send("POST", "groups", {"name": "Sales"}, Idempotency_Key="one").status_code == 409


@pytest.mark.spec("A-7")
def test_after_a_crash_it_is_done_again(cast, admin, monkeypatch):
    def crash(*_arguments):
        raise DatabaseError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "store", crash)
        patch.setattr(idempotency, "release", lambda row: None)  # The process is gone.
        assert admin.send("POST", "groups", NEW, Idempotency_Key="one").status_code == 500
    assert not Group.objects.filter(name="Sales").exists()  # The answer and the change are one transaction.
    assert admin.send("POST", "groups", NEW, Idempotency_Key="one").status_code == 409
    IdempotencyKey.objects.update(started_at=timezone.now() - idempotency.CRASHED_AFTER - timedelta(seconds=1))
    assert admin.send("POST", "groups", NEW, Idempotency_Key="one").status_code == 201


def test_a_request_whose_key_was_taken_over_changes_nothing(cast, admin, monkeypatch):
    """It was not dead, only slow: the other request is done, so this one must not be."""
    real = idempotency.store

    def late(row, response):
        IdempotencyKey.objects.filter(pk=row.pk).update(started_at=timezone.now() + timedelta(seconds=1))
        real(row, response)

    monkeypatch.setattr(idempotency, "store", late)
    assert admin.send("POST", "groups", NEW, Idempotency_Key="one").status_code == 409
    assert not Group.objects.filter(name="Sales").exists()


@pytest.mark.spec("A-7")
def test_at_the_same_time_it_is_done_once(live_cast):
    client = ApiClient(live_cast.olga)
    results = run_in_parallel(4, lambda _number: client.send("POST", "groups", NEW, Idempotency_Key="one").status_code)
    assert set(results) <= {201, 409} and 201 in results
    assert Group.objects.filter(name="Sales").count() == 1


def test_answers_are_kept_for_a_day(cast, admin):
    admin.send("POST", "groups", NEW, Idempotency_Key="one")
    admin.send("POST", "groups", {"name": "Support"}, Idempotency_Key="two")
    old = timezone.now() - idempotency.KEPT - timedelta(seconds=1)
    IdempotencyKey.objects.filter(value="one").update(started_at=old)
    delete_old_idempotency_keys()
    assert [row.value for row in IdempotencyKey.objects.all()] == ["two"]
    IdempotencyKey.objects.update(started_at=old)  # Nothing deleted it yet, but its time is over.
    assert admin.send("POST", "groups", {"name": "Two"}, Idempotency_Key="two").status_code == 201
