"""Pages are compressed on request, with random padding against BREACH; streams still stream."""

import gzip
import io
import os
import zlib

import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
CHUNKS, CHUNK_SIZE = 20, 50_000
produced: list[int] = []


def stream():
    for number in range(CHUNKS):
        produced.append(number)
        yield os.urandom(CHUNK_SIZE)


# This module is the URLconf of some tests.
urlpatterns = [
    path("page/", lambda request: HttpResponse("The same text each time. " * 200)),
    path("short/", lambda request: HttpResponse("Short")),
    path("stream/", lambda request: StreamingHttpResponse(stream())),
]


@pytest.fixture
def own_urls(settings):
    settings.ROOT_URLCONF = __name__


def test_page_is_compressed_only_on_request(cast):
    client = cast.client("olga")
    plain, compressed = client.get("/o/acme/users/"), client.get("/o/acme/users/", headers=GZIP)
    assert compressed["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"] and "Accept-Encoding" in compressed["Vary"]
    assert b"Olga Ivanova" in gzip.decompress(compressed.content)
    assert len(compressed.content) < len(plain.content) / 4
    assert int(compressed["Content-Length"]) == len(compressed.content)


def test_length_of_the_same_page_varies(client, own_urls):
    """The padding hides the length of the secret that an attacker guesses (BREACH)."""
    responses = [client.get("/page/", headers=GZIP).content for _ in range(20)]
    assert len({gzip.decompress(content) for content in responses}) == 1
    assert len({len(content) for content in responses}) > 3


def test_page_with_a_csrf_token_varies_too(client, db):
    responses = [client.get("/accounts/login/", headers=GZIP) for _ in range(8)]
    assert all(b"csrfmiddlewaretoken" in gzip.decompress(response.content) for response in responses)
    assert len({len(response.content) for response in responses}) > 1


def test_short_response_is_not_compressed(client, own_urls):
    assert "Content-Encoding" not in client.get("/short/", headers=GZIP)


def test_stream_is_compressed_while_it_is_produced(client, own_urls):
    produced.clear()
    response = client.get("/stream/", headers=GZIP)
    received, unzip = 0, zlib.decompressobj(31)
    for chunk in response.streaming_content:
        received += len(unzip.decompress(chunk))
        assert received >= (len(produced) - 2) * CHUNK_SIZE  # at most two chunks are buffered
    assert response.streaming and response["Content-Encoding"] == "gzip"
    assert received == CHUNKS * CHUNK_SIZE


def test_export_streams_compressed_csv(cast):
    client = cast.client("olga")
    plain = b"".join(client.get("/o/acme/users/export/").streaming_content)
    compressed = client.get("/o/acme/users/export/", headers=GZIP)
    assert compressed.streaming and compressed["Content-Encoding"] == "gzip"
    assert gzip.GzipFile(fileobj=io.BytesIO(b"".join(compressed.streaming_content))).read() == plain


def test_static_files_and_health_checks_bypass_the_middleware():
    """WhiteNoise serves files compressed at collectstatic. Compressing them again would break them."""
    order = {name.rpartition(".")[2]: place for place, name in enumerate(settings.MIDDLEWARE)}
    assert order["HealthMiddleware"] < order["WhiteNoiseMiddleware"] < order["GZipMiddleware"]
    assert order["GZipMiddleware"] < order["SessionMiddleware"]
    # Middleware inside GZipMiddleware sees the uncompressed response.
    assert order["GZipMiddleware"] < order["CsrfViewMiddleware"]


def test_static_file_is_compressed_once(client):
    response = client.get("/static/app.css", headers=GZIP)
    body = b"".join(response.streaming_content)
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    assert b"@layer" in body
