"""Answers SCIM requests: the library's handler, with faster ways for what identity providers do most.

Reads, lists and creations write JSON straight from the rows. Changes of a group never load its members.
"""

from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from scim2_models import Resource, ResourceType, ResponseParameters
from scim2_server.conditions import Conditions
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Operation, Target

from provisioning.scim.service import Service
from provisioning.scim.storage import LISTS, Storage, keeps_lists
from provisioning.services.scim_log import ScimAction

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ACTIONS = {
    Operation.create: (ScimAction.CREATE_USER, ScimAction.CREATE_GROUP),
    Operation.query: (ScimAction.READ_USER, ScimAction.READ_GROUP),
    Operation.replace: (ScimAction.REPLACE_USER, ScimAction.REPLACE_GROUP),
    Operation.patch: (ScimAction.UPDATE_USER, ScimAction.UPDATE_GROUP),
    Operation.delete: (ScimAction.REMOVE_USER, ScimAction.REMOVE_GROUP),
    Operation.search: (ScimAction.FIND_USER, ScimAction.FIND_GROUP),
    Operation.search_with_body: (ScimAction.FIND_USER, ScimAction.FIND_GROUP),
}


def action_of(target: Target) -> str:
    """Return the key under which the log lists an operation, unless it turns out to do something more specific."""
    if target.operation is Operation.bulk:
        return ScimAction.BULK
    if target.operation not in ACTIONS:
        return ScimAction.DISCOVER
    user, group = ACTIONS[target.operation]
    return group if (target.endpoint or "").lower() == "groups" else user


class Handler(ScimHandler):
    """Serves one request. `storage` belongs to the organization of its token."""

    service: Service
    storage: Storage

    def handle(self, request: ScimRequest) -> ScimResponse:
        target = self.service.match(request)
        self.storage.trace.action = action_of(target)
        response = super().handle(request)
        if target.operation is Operation.bulk:
            self.storage.trace.action = ScimAction.BULK
        return response

    def _route(self, request: ScimRequest, operation: Operation) -> tuple[ResourceType, str, ResponseParameters[Any]]:
        """Return the resource type and id that a request is about, and which attributes the answer has."""
        target = self.service.route(request, operation)
        resource_type = self.service.resource_type_at(target.endpoint or "")
        parameters = self.service.read_response_parameters(resource_type, request.query)
        return resource_type, target.resource_id or "", parameters

    # -- reading ----------------------------------------------------------------------------------
    def query(self, request: ScimRequest) -> ScimResponse:
        with self.service.provider:
            resource_type, resource_id, parameters = self._route(request, Operation.query)
            if not _is_plain(parameters):
                return super().query(request)
            collection = self.storage.collection(resource_type)
            row = collection.get(resource_id)
            headers = {"ETag": collection.version_of(row)}
            if not self.service.read_conditions(request).check(headers["ETag"], "GET"):
                return ScimResponse(HTTPStatus.NOT_MODIFIED, None, headers)
            (data,) = self.storage.data(resource_type, [row], with_lists=keeps_lists(parameters))
            return self._respond(request, resource_type, data)

    def search(self, request: ScimRequest) -> ScimResponse:
        with self.service.provider:
            target = self.service.route(request, Operation.search)
            resource_types = self.service.searched_types(target.endpoint)
            search_request, position = self.service.read_search_query(resource_types, request.query)
            return self._search(request, resource_types, search_request, position)

    def search_with_body(self, request: ScimRequest) -> ScimResponse:
        with self.service.provider:
            target = self.service.route(request, Operation.search_with_body)
            resource_types = self.service.searched_types(target.endpoint)
            content_type = request.header("Content-Type")
            search_request, position = self.service.read_search_body(resource_types, request.body, content_type)
            return self._search(request, resource_types, search_request, position)

    def _search(
        self, request: ScimRequest, resource_types: list[ResourceType], search_request: Any, position: Any
    ) -> ScimResponse:
        if not _is_plain(search_request):
            page = self.storage.search(resource_types, search_request, position=position)
            return self.service.search_response(request.base_url, resource_types, page, search_request)
        found = self.storage.find(resource_types, search_request, position)
        resources = []
        for resource_type in resource_types:
            rows = found.of(self.storage.collection(resource_type).model)
            data = self.storage.data(resource_type, rows, with_lists=keeps_lists(search_request))
            resources += [self.service.locate_data(request.base_url, resource_type, each) for each in data]
        body: dict[str, Any] = {"schemas": [LIST_RESPONSE], "itemsPerPage": len(resources)}
        if found.total is not None:
            body |= {"totalResults": found.total, "startIndex": search_request.start_index}
        for name, after in (("nextCursor", found.next), ("previousCursor", found.previous)):
            if after is not None:
                body[name] = self.service.seal(resource_types, search_request, after)
        body["Resources"] = resources
        return ScimResponse(HTTPStatus.OK, body)

    # -- writing ----------------------------------------------------------------------------------
    def create(self, request: ScimRequest) -> ScimResponse:
        with self.service.provider:
            target = self.service.route(request, Operation.create)
            resource_type = self.service.resource_type_at(target.endpoint or "")
            resource = self.service.read_creation(resource_type, request.body, request.header("Content-Type"))
            with self.storage.operation():
                row = self.storage.collection(resource_type).create(resource)
                # A new user is in no group.
                (data,) = self.storage.data(resource_type, [row], with_lists=resource_type.name == "Group")
            response = self._respond(request, resource_type, data, HTTPStatus.CREATED)
            response.headers["Location"] = data["meta"]["location"]
            return response

    def replace(self, request: ScimRequest) -> ScimResponse:
        with self.service.provider:
            resource_type, resource_id, parameters = self._route(request, Operation.replace)
            replacement = self.service.read_replacement(resource_type, request.body, request.header("Content-Type"))
            conditions = self.service.read_conditions(request)
            with self.storage.operation():
                row = self._replace_row(resource_type, resource_id, replacement, conditions)
                return self._answer(request, resource_type, row, parameters)

    def patch(self, request: ScimRequest) -> ScimResponse:
        """Answer 200 with a user, so that no one has to read it again, but 204 for a group, which may be large."""
        with self.service.provider:
            resource_type, resource_id, parameters = self._route(request, Operation.patch)
            patch_op = self.service.read_patch(resource_type, request.body, request.header("Content-Type"))
            conditions = self.service.read_conditions(request)
            with self.storage.operation():
                row = self._patch_row(resource_type, resource_id, patch_op, conditions)
                if resource_type.name == "Group" and "attributes" not in request.query:
                    etag = self.storage.groups.version_of(row)
                    return ScimResponse(HTTPStatus.NO_CONTENT, None, {"ETag": etag})
                return self._answer(request, resource_type, row, parameters)

    def _replace_row(
        self, resource_type: ResourceType, resource_id: str, replacement: Any, conditions: Conditions
    ) -> Any:
        collection = self.storage.collection(resource_type)
        row = self.storage.locked(resource_type, resource_id)
        conditions.check(collection.version_of(row), "PUT")
        if resource_type.name == "User":
            current = self.storage.resource(resource_type, self.storage.users.data(row))
            if not replacement.replace(current):
                return row
        return collection.update(row, replacement)

    def _patch_row(self, resource_type: ResourceType, resource_id: str, patch_op: Any, conditions: Conditions) -> Any:
        row = self.storage.locked(resource_type, resource_id)
        collection = self.storage.collection(resource_type)
        conditions.check(collection.version_of(row), "PATCH")
        if resource_type.name == "Group":
            operations = patch_op.operations or []
            return self.storage.groups.patch(row, ((str(op.op), str(op.path or ""), op.value) for op in operations))
        current = self.storage.resource(resource_type, self.storage.users.data(row))
        return self.storage.users.update(row, current) if patch_op.patch(current) else row

    def replace_resource(
        self, resource_type: ResourceType, current: Any, replacement: Any, conditions: Conditions
    ) -> Resource[Any]:
        row = self._replace_row(resource_type, current.id, replacement, conditions)
        return self.storage.one(resource_type, row, with_lists=False)

    def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: Any, conditions: Conditions
    ) -> Resource[Any]:
        row = self._patch_row(resource_type, resource_id, patch_op, conditions)
        return self.storage.one(resource_type, row, with_lists=False)

    def delete_resource(self, resource_type: ResourceType, resource_id: str, conditions: Conditions) -> None:
        collection = self.storage.collection(resource_type)
        row = self.storage.locked(resource_type, resource_id)
        conditions.check(collection.version_of(row), "DELETE")
        collection.delete(row)

    def apply_bulk_operation(self, resource_type: ResourceType, operation: Any) -> Resource[Any] | None:
        if operation.method == operation.Method.put:
            conditions = Conditions(if_match=operation.version)
            current = SimpleNamespace(id=operation.resource_id)
            return self.replace_resource(resource_type, current, operation.data, conditions)
        return super().apply_bulk_operation(resource_type, operation)

    # -- answering --------------------------------------------------------------------------------
    def _answer(
        self, request: ScimRequest, resource_type: ResourceType, row: Any, parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        if not _is_plain(parameters):
            resource = self.storage.one(resource_type, row, with_lists=keeps_lists(parameters))
            return self.service.replacement_response(request.base_url, resource, parameters)
        (data,) = self.storage.data(resource_type, [row], with_lists=keeps_lists(parameters))
        return self._respond(request, resource_type, data)

    def _respond(
        self,
        request: ScimRequest,
        resource_type: ResourceType,
        data: dict[str, Any],
        status: HTTPStatus = HTTPStatus.OK,
    ) -> ScimResponse:
        self.service.locate_data(request.base_url, resource_type, data)
        headers = {"Content-Location": data["meta"]["location"], "ETag": data["meta"]["version"]}
        return ScimResponse(status, data, headers)


def _is_plain(parameters: ResponseParameters[Any]) -> bool:
    """Return whether an answer has all attributes, except the members of groups or the groups of users."""
    excluded = parameters.excluded_attributes or ()
    return not parameters.attributes and all(str(path).lower() in LISTS for path in excluded)
