"""Responses of operations."""

from django.http import HttpResponse
from pydantic import BaseModel

from api.etags import etag_of


def reply(resource: BaseModel | None = None, *, status: int = 0, etag: bool = False, **headers: str) -> HttpResponse:
    """Return a resource as JSON, or 204 without one. `etag`: with its entity tag. `headers`: Link, Location.

    It's faster than returning the resource to django-ninja, which would check it again.
    """
    content = b"" if resource is None else resource.model_dump_json().encode()
    response = HttpResponse(content, status=status or (204 if resource is None else 200), headers=headers)
    if resource is None:
        del response.headers["Content-Type"]
    else:
        response["Content-Type"] = "application/json"
        if etag:
            response["ETag"] = etag_of(resource)
    return response
