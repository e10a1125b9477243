"""The demo's two organizations. Their passwords are published: never in production."""
