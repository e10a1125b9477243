"""URLs below /api/v1/. Every operation of a router has one, behind the gateway."""

from collections.abc import Iterator

from django.urls import URLPattern, path, register_converter

from api.api import bound_routers
from api.gateway import gateway
from api.views import docs, openapi_json


class Anything:
    """Match all paths, including those with line breaks, which Django's path converter doesn't match."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Anything, "anything")


def _operation_urls() -> Iterator[URLPattern]:
    for bound in bound_routers():
        views = {path_view: gateway(path_view) for path_view in bound.path_operations.values()}
        per_operation = [views[path_view] for path_view in views for _operation in path_view.operations]
        for pattern, view in zip(bound.urls_paths(bound.prefix), per_operation, strict=True):
            yield path(f"api/v1/{pattern.pattern}", view, name=f"api_{pattern.name}")


nothing = gateway(None)
urlpatterns = [
    path("api/v1/openapi.json", openapi_json, name="openapi"),
    path("api/v1/docs", docs, name="api_docs"),
    *_operation_urls(),
    path("api", nothing),
    path("api/", nothing),
    path("api/<anything:path>", nothing),
]
