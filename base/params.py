"""Reading what stands in the address."""

from dataclasses import dataclass
from typing import Self

from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

from base import text


def line(request: HttpRequest, name: str, *, limit: int = 200) -> str:
    """The parameter as one clean line; blank where it is absent, too long or holds what no database takes."""
    try:
        return text.clean_line(request.GET.get(name, ""), limit=limit)
    except ValidationError:
        return ""


def address(request: HttpRequest, **parameters: str) -> str:
    """The page's own path with just these parameters; blank ones are left out."""
    return path(request.path, **parameters)


def path(base: str, **parameters: str) -> str:
    """`base` with just these parameters; blank ones are left out."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in parameters.items() if value})
    return f"{base}?{query.urlencode()}" if query else base


@dataclass(frozen=True)
class QueryParams:
    """What an address asks a page for: a subclass has a field for each parameter, by its name."""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """As the request's address says."""
        return cls(*(line(request, name, limit=400) for name in cls.__dataclass_fields__))

    def query(self, **changed: str) -> dict[str, str]:
        """The parameters that lead to the same view, but for what changes."""
        return {**vars(self), **changed}
