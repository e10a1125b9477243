"""While Redis is down nothing fails and nothing waits long (R1)."""

import socket
import time

import pytest
from celery import Celery
from django.core.cache import caches
from kombu.exceptions import OperationalError

from teamadmin import cache
from teamadmin.testing.processes import free_port


@pytest.fixture(params=["refuses", "silent"])
def broken_redis_url(request):
    """The URL of a Redis that refuses connections, or accepts them and never responds."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        port = server.getsockname()[1] if request.param == "silent" else free_port()
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def publisher(broken_redis_url):
    """A Celery application with our settings and that Redis."""
    app = Celery("publisher", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = broken_redis_url
    yield app
    app.close()


@pytest.fixture
def broken_cache(broken_redis_url, settings, monkeypatch):
    monkeypatch.setattr(cache, "_retry_at", 0.0)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": broken_redis_url}}
    yield caches["default"]
    caches["default"]._cache.local.clear()


def test_publishing_a_task_fails_within_three_seconds(publisher):
    """The settings turn retries off, without retry=False in the call."""
    began = time.monotonic()
    with pytest.raises(OperationalError):
        publisher.send_task("outbox.tasks.sweep")
    assert time.monotonic() - began < 3


def test_cache_falls_back_to_the_process(broken_cache):
    began = time.monotonic()
    broken_cache.set("attempts", 1, 60)
    assert broken_cache.incr("attempts") == 2
    assert broken_cache.get("attempts") == 2
    assert broken_cache.add("attempts", 5, 60) is False
    assert broken_cache.get_many(["attempts", "other"]) == {"attempts": 2}
    broken_cache.delete("attempts")
    assert broken_cache.get("attempts", "gone") == "gone"
    assert time.monotonic() - began < 2


def test_cache_uses_redis_again_once_it_is_back(settings, monkeypatch):
    monkeypatch.setattr(cache, "_retry_at", 0.0)
    if settings.REDIS_URL:
        caches["default"].set("key", 1, 60)
        assert caches["default"]._cache.local.get("key") is None
