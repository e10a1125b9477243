"""Fixtures for tests of identity providers."""

from provisioning.tests.dns_server import dns_server

__all__ = ["dns_server"]
