"""The country of an address, approximately (S-4)."""

import pytest

from accounts.countries import NAMES, country_of


@pytest.mark.spec("S-4")
@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("8.8.8.8", "United States"),
        ("::ffff:8.8.8.8", "United States"),
        ("2001:4860:4860::8888", "United States"),
        ("88.157.0.1", "Portugal"),
        ("10.1.2.3", "Local network"),
        ("127.0.0.1", "Local network"),
        ("::1", "Local network"),
        ("fe80::1", "Local network"),
        ("fd00::1", "Local network"),
        ("203.0.113.9", "Unknown"),
        ("100.64.0.1", "Unknown"),
        ("", "Unknown"),
        ("nonsense", "Unknown"),
    ],
)
def test_countries(address, country):
    assert country_of(address) == country


def test_every_country_has_a_name():
    assert len(NAMES) == 250 and all(len(code) == 2 and name for code, name in NAMES.items())
