"""How many requests a token may send (settings.SCIM_REQUESTS_PER_SECOND), counted in windows of ten seconds."""

from typing import Any

from django.conf import settings

from base.rates import count_in_window

WINDOW = 10


def seconds_to_wait(token_id: Any) -> int:
    """Count a request. Return 0 if it's within the limit, else after how many seconds the client may try again."""
    count, reset = count_in_window(f"scim-rate:{token_id}", WINDOW)
    return 0 if count <= settings.SCIM_REQUESTS_PER_SECOND * WINDOW else reset
