"""Who may read the metrics: clients that send METRICS_TOKEN as a bearer token."""

from hmac import compare_digest

from django.conf import settings
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def status_for(method: str, authorization: str) -> int:
    """Return the status of a request for the metrics: 404 without METRICS_TOKEN, 405, 401 or 200."""
    if not settings.METRICS_TOKEN:
        return 404
    if method not in ("GET", "HEAD"):
        return 405
    scheme, _, token = authorization.partition(" ")
    # Both are compared, so that the time says nothing about either.
    right = compare_digest(token.strip().encode("utf-8", "replace"), settings.METRICS_TOKEN.encode())
    return 200 if right and scheme.lower() == "bearer" else 401


def render() -> bytes:
    """Return all metrics of this process in Prometheus's text format."""
    return generate_latest()
