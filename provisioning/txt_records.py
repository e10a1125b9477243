"""The TXT record that proves who owns a domain: its name and value, and asking DNS for it.

DNS may be slow, down or lying. A lookup takes OUTGOING_TIMEOUT_SECONDS in all, and an answer counts only for the name
that was asked for (dnspython compares the question, the ID and the sender).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.inet
import dns.name
import dns.nameserver
import dns.resolver
from django.conf import settings
from django.utils.text import slugify

# Values that are read from one answer, and characters of each.
MAX_VALUES, MAX_LENGTH = 100, 300
PORT = 53


class DnsFailure(Exception):  # noqa: N818 - an outcome, not a mistake
    """DNS didn't answer in time, or only with errors. That says nothing about the record."""


@dataclass(frozen=True)
class TxtRecord:
    """The record to add for a domain."""

    name: str
    value: str
    # Seconds for which others may remember it.
    ttl: str = "300"


def _prefix() -> str:
    return slugify(settings.PLATFORM_NAME).replace("_", "-")[:30] or "domain"


def txt_record(domain: str, token: str) -> TxtRecord:
    """Return the record for a domain and its token: "_teamadmin.acme.example", "teamadmin-verify=7c0f"."""
    return TxtRecord(f"_{_prefix()}.{domain}", f"{_prefix()}-verify={token}")


def find_values(name: str) -> list[str]:
    """Return the values of the TXT records at this name, none if there are none. Raise DnsFailure."""
    try:
        answer = _resolver().resolve(
            dns.name.from_text(name + "."), "TXT", lifetime=settings.OUTGOING_TIMEOUT_SECONDS, search=False
        )
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise DnsFailure(str(error)) from error
    return [_text(record.strings) for record in list(answer)[:MAX_VALUES]]


def _text(strings: tuple[bytes, ...]) -> str:
    """Join the strings of a record, which may be split anywhere, and leave out what isn't printable."""
    text = b"".join(strings).decode("ascii", "replace")
    return "".join(char for char in text if char.isprintable()).strip()[:MAX_LENGTH]


def _resolver() -> dns.resolver.Resolver:
    if not settings.DNS_SERVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = list(_servers())
    return resolver


def _servers() -> Iterator[dns.nameserver.Nameserver]:
    """Read DNS_SERVERS: an address, or with a port "192.0.2.53:5353" or "[2001:db8::53]:5353"."""
    for text in settings.DNS_SERVERS:
        if dns.inet.is_address(text):
            yield dns.nameserver.Do53Nameserver(text, PORT)
        else:
            address, _colon, port = text.rpartition(":")
            yield dns.nameserver.Do53Nameserver(address.strip("[]"), int(port))
