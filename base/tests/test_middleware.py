"""The client's IP address and the request context."""

import pytest

from base import context
from base.middleware import client_ip


@pytest.mark.parametrize(
    "hops,forwarded,expected",
    [
        (0, "6.6.6.6", "1.1.1.1"),
        (1, "6.6.6.6, 2.2.2.2", "2.2.2.2"),
        (2, "6.6.6.6, 2.2.2.2, 3.3.3.3", "2.2.2.2"),
        (2, "2.2.2.2", "1.1.1.1"),
        (1, "", "1.1.1.1"),
        (1, "2.2.2.2:51234", "2.2.2.2"),  # some gateways add the port
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "unix:", None),  # no IP address: the audit log's column doesn't accept it
        (1, "6.6.6.6, <b>", None),
    ],
)
def test_only_trusted_proxies_are_used(settings, hops, forwarded, expected):
    settings.TRUSTED_PROXIES = hops
    assert client_ip({"REMOTE_ADDR": "1.1.1.1", "HTTP_X_FORWARDED_FOR": forwarded}) == expected


def test_there_is_no_context_outside_a_request():
    assert context.current() == context.RequestContext("", None)
