"""The Provisioning tab of the Security page: the SCIM connection of an organization (C-5, C-6)."""
