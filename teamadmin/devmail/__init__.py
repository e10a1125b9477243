"""The demo's mails: kept as files instead of sent, and read at /dev/mail/. Not part of production."""
