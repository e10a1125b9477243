"""The test of a SCIM connection: plays a provider's requests without changing anything (C-6)."""
