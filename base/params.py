"""Read URL parameters and build URLs."""

from dataclasses import dataclass
from typing import Self

from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

from base import text


def line(request: HttpRequest, name: str, *, limit: int = 200) -> str:
    """Return the parameter as one clean line, "" if it is missing, too long or has characters that can't be stored."""
    try:
        return text.clean_line(request.GET.get(name, ""), limit=limit)
    except ValidationError:
        return ""


def address(request: HttpRequest, **parameters: str) -> str:
    """Return the URL of the current page with only these parameters, without blank ones."""
    return path(request.path, **parameters)


def path(base: str, **parameters: str) -> str:
    """Return `base` with only these parameters, without blank ones."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in parameters.items() if value})
    return f"{base}?{query.urlencode()}" if query else base


@dataclass(frozen=True)
class QueryParams:
    """The parameters of a page's URL. Subclasses have a field for each parameter, with its name."""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Return the parameters of the request's URL."""
        return cls(*(line(request, name, limit=600) for name in cls.__dataclass_fields__))

    def query(self, **changed: str) -> dict[str, str]:
        """Return the parameters of this view with some of them changed."""
        return {**vars(self), **changed}
