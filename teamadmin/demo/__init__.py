"""The demo's organizations. Their passwords are published, so never use this in production."""
