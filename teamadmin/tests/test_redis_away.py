"""R1: with Redis away nothing waits long and nothing fails."""

import socket
import time

import pytest
from celery import Celery
from django.core.cache import caches
from kombu.exceptions import OperationalError

from teamadmin import cache
from teamadmin.testing.processes import free_port


@pytest.fixture(params=["refuses", "silent"])
def away(request):
    """The URL of a Redis that refuses, or takes the connection and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        port = server.getsockname()[1] if request.param == "silent" else free_port()
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture
def publisher(away):
    """A Celery application with our settings that sees that Redis."""
    app = Celery("publisher", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = away
    yield app
    app.close()


@pytest.fixture
def cache_away(away, settings, monkeypatch):
    monkeypatch.setattr(cache, "_resume", 0.0)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": away}}
    yield caches["default"]
    caches["default"]._cache.local.clear()


def test_publishing_fails_within_its_bound(publisher):
    """Without retry=False at the call: the settings say so."""
    began = time.monotonic()
    with pytest.raises(OperationalError):
        publisher.send_task("outbox.tasks.sweep")
    assert time.monotonic() - began < 3


def test_the_cache_goes_on_in_the_process(cache_away):
    began = time.monotonic()
    cache_away.set("attempts", 1, 60)
    assert cache_away.incr("attempts") == 2
    assert cache_away.get("attempts") == 2
    assert cache_away.add("attempts", 5, 60) is False
    assert cache_away.get_many(["attempts", "other"]) == {"attempts": 2}
    cache_away.delete("attempts")
    assert cache_away.get("attempts", "gone") == "gone"
    assert time.monotonic() - began < 2


def test_the_cache_comes_back(settings, monkeypatch):
    monkeypatch.setattr(cache, "_resume", 0.0)
    if settings.REDIS_URL:
        caches["default"].set("key", 1, 60)
        assert caches["default"]._cache.local.get("key") is None
