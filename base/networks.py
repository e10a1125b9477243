"""IP addresses and ranges, in one canonical form."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

IPNetwork = IPv4Network | IPv6Network
# An IPv4 client on an IPv6 socket has an address like ::ffff:192.0.2.1.
MAPPED_BITS = 96


def canonical_range(text: str) -> str:
    """Return a range ("192.0.2.7/24" → "192.0.2.0/24") or a single address ("192.0.2.7/32" → "192.0.2.7").

    Raise ValueError if it is neither. Only the CIDR form is accepted, no netmask and no zone.
    """
    address, slash, prefix = text.partition("/")
    if "%" in address or (slash and not (prefix.isascii() and prefix.isdigit() and len(prefix) <= 3)):
        raise ValueError(f"not a range: {text[:50]}")
    network = _unmapped(ip_network((ip_address(address), int(prefix)) if slash else ip_address(address), strict=False))
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def _unmapped(network: IPNetwork) -> IPNetwork:
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < MAPPED_BITS:
        return network
    return IPv4Network((mapped, network.prefixlen - MAPPED_BITS))


@lru_cache(maxsize=4096)  # every request of an organization with ranges parses them
def _network(text: str) -> IPNetwork:
    return ip_network(text)


def canonical_address(text: str) -> str:
    """Return the address. IPv4 addresses of IPv6 sockets ("::ffff:192.0.2.1") become plain ones. Raise ValueError."""
    address = ip_address(text)
    return str(getattr(address, "ipv4_mapped", None) or address)


def in_ranges(ip: str, ranges: Sequence[str]) -> bool:
    """Return whether the canonical address is in one of the canonical ranges."""
    address = ip_address(ip)
    return any(address in _network(each) for each in ranges)
