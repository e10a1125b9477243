"""Storage of messages for the next page, in a cookie with a name of this installation (settings.COOKIE_NAME)."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedCookieStorage(CookieStorage):
    """Messages in the cookie settings.MESSAGES_COOKIE_NAME."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]
        return settings.MESSAGES_COOKIE_NAME


class MessageStorage(FallbackStorage):
    """Messages in the cookie, or in the session if they are too long for a cookie."""

    storage_classes = (NamedCookieStorage, SessionStorage)
