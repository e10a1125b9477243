"""Writing members: their status, profile, roles and groups, and the rules of the organization for them."""
