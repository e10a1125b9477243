"""Reading what stands in the address."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from base import text


def line(request: HttpRequest, name: str, *, limit: int = 200) -> str:
    """The parameter as one clean line; blank where it is absent, too long or holds what no database takes."""
    try:
        return text.clean_line(request.GET.get(name, ""), limit=limit)
    except ValidationError:
        return ""
