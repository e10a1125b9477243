"""The demo's emails, saved as files instead of sent, and shown at /dev/mail/. Not part of production."""
