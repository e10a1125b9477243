"""The API: django-ninja's instance with this product's routers, JSON parser and errors."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from api.auth import ApiRequest
from api.operations import declared
from api.problems import problem_of, problem_response
from api.routers import (
    audit,
    group_links,
    groups,
    invitations,
    keys,
    members,
    organization,
    project_links,
    projects,
    roles,
)

TITLE, VERSION = "TeamAdmin API", "1.0.0"


class PayloadParser(Parser):
    """Return the body that the gateway has already read and checked."""

    def parse_body(self, request: HttpRequest) -> Any:
        return cast(ApiRequest, request).payload


API = NinjaAPI(
    title=TITLE, version=VERSION, urls_namespace="api-v1", openapi_url=None, docs_url=None, parser=PayloadParser()
)
API.add_router("/organization", organization.router, tags=["Organization"])
API.add_router("/members", members.router, tags=["Members"])
API.add_router("/invitations", invitations.router, tags=["Invitations"])
API.add_router("/groups", groups.router, tags=["Groups"])
API.add_router("/groups", group_links.router, tags=["Groups"])
API.add_router("/projects", projects.router, tags=["Projects"])
API.add_router("/projects", project_links.router, tags=["Projects"])
API.add_router("/roles", roles.router, tags=["Roles"])
API.add_router("/keys", keys.router, tags=["Access keys"])
API.add_router("/audit", audit.router, tags=["Audit log"])


def _on_error(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_response(request, problem_of(error))


# django-ninja has its own handlers for the last three.
for _kind in (Exception, ValidationError, HttpError, Http404):
    API.add_exception_handler(_kind, _on_error)


def bound_routers() -> list[Any]:
    """Return django-ninja's routers with the operations of this API."""
    return API._get_bound_routers()


def _learn_query_names() -> None:
    """Set the known query parameters in the check of each operation. Others are rejected."""
    for bound in bound_routers():
        for path_view in bound.path_operations.values():
            for operation in path_view.operations:
                models = [each for each in operation.models if each.__ninja_param_source__ == "query"]
                names = {name for model in models for name in model.__ninja_flatten_map__}
                declared(operation).query_names = frozenset(names)


_learn_query_names()
