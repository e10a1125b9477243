"""The fields of a form that a page can hold, so that the form can be sent again."""

import re

from django.http import HttpRequest

CSRF_TOKEN = "csrfmiddlewaretoken"  # noqa: S105
# Fields that no page may show again. Forms with one aren't kept: sending the rest could lose it silently.
SECRET = re.compile("pass|secret|token|code|otp|credential|private|signature", re.IGNORECASE)
# More fields, or longer ones, aren't kept.
MAX_FIELDS, MAX_LENGTH = 2000, 200_000


def kept_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the form's fields without the CSRF token, none if it has a secret or a file, or is too large."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != CSRF_TOKEN]
    too_large = len(fields) > MAX_FIELDS or sum(len(value) for _name, value in fields) > MAX_LENGTH
    return [] if too_large or request.FILES or any(SECRET.search(name) for name, _value in fields) else fields
