"""The brand of Acme. The other demo organizations have the platform's."""

from organizations.services import BrandSettings, set_brand
from teamadmin.demo.builder import Builder

BRANDS = {"acme": BrandSettings("#0b6b4f", "Workbench", "Workbench", "people@acme.example")}


def add(builder: Builder) -> None:
    """Set the organization's brand, if it has one."""
    if brand := BRANDS.get(builder.company.slug):
        set_brand(actor=builder.founder, settings=brand)
