"""The demo's two organizations. Their passwords are published, so never use this in production."""
