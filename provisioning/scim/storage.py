"""The storage of scim2-server over this product's members and groups, for one organization."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from scim2_models import (
    ConflictException,
    ForbiddenException,
    InvalidFilterException,
    InvalidValueException,
    Meta,
    NotFoundException,
    NotImplementedException,
    PreconditionFailedException,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
    UniquenessException,
)
from scim2_server.storage import ScimStorage, SearchPage

from base.policies import Refused
from organizations.models import Group, Membership, Organization
from organizations.policies import NoFreeSeats
from provisioning.scim.filters import condition_of
from provisioning.scim.groups import Groups
from provisioning.scim.paging import Page, is_descending, page_by_cursor, page_by_index, sort_column
from provisioning.scim.schemas import GROUP, PROVIDER, USER
from provisioning.scim.trace import Trace
from provisioning.scim.users import AdoptionNeeded, Users
from provisioning.services.adoption_requests import request_adoption

logger = logging.getLogger(__name__)


class Storage(ScimStorage):
    """Reads and writes one organization's users and groups. `trace` collects what the log says about the request."""

    supports_cursors = True

    def __init__(self, organization: Organization, trace: Trace | None = None) -> None:
        self.organization, self.trace = organization, trace or Trace()
        self.users, self.groups = Users(organization, self.trace), Groups(organization, self.trace)

    @contextmanager
    def operation(self) -> Iterator[None]:  # type: ignore[override]
        """Run one operation in one transaction. What the product refuses becomes a SCIM error."""
        try:
            with transaction.atomic():
                yield
        except AdoptionNeeded as error:
            # The request to adopt is kept although nothing else is written.
            if not error.refused:
                request_adoption(
                    organization=self.organization,
                    member=error.member,
                    payload=error.attributes,
                    reason=error.reason,
                    actor=self.trace.actor,
                )
            raise
        except NoFreeSeats as error:
            # Not 409: identity providers take it for "this user exists", and try to match them.
            raise ForbiddenException(detail=str(error)) from None
        except Refused as error:
            raise ConflictException(detail=str(error)) from None
        except (Membership.DoesNotExist, Group.DoesNotExist):
            raise NotFoundException(detail="There is no resource with this id") from None
        except IntegrityError as error:
            # Another request was faster: the checks before found nothing.
            logger.info("SCIM conflict: %s", type(error.__cause__).__name__)
            raise UniquenessException(detail="A resource with this name or email address exists") from None
        except (ValidationError, DataError):
            raise InvalidValueException(detail="A value can't be stored") from None

    # -- resources ----------------------------------------------------------------------------------
    def resource(self, resource_type: ResourceType, data: dict[str, Any]) -> Any:
        """Return the library's resource for the attributes of a row."""
        with PROVIDER:
            model: Any = PROVIDER.model_for(resource_type)
            resource = model.model_validate({**data, "meta": None, "id": None})
        resource.id, resource.meta = data["id"], Meta.model_validate(data["meta"])
        return resource

    def user_data(self, rows: list[Any], *, with_groups: bool = True) -> list[dict[str, Any]]:
        groups = self.users.groups_of(rows) if rows and with_groups else {}
        return [self.users.data(row, groups.get(row.pk, ())) for row in rows]

    def group_data(self, rows: list[Any], *, with_members: bool = True) -> list[dict[str, Any]]:
        members = self.groups.members_of(rows) if rows and with_members else {}
        return [self.groups.data(row, members.get(row.pk)) for row in rows]

    def data(self, resource_type: ResourceType, rows: list[Any], *, with_lists: bool = True) -> list[dict[str, Any]]:
        """Return the attributes of rows. `with_lists`: with a user's groups, or a group's members."""
        if resource_type.name == "User":
            return self.user_data(rows, with_groups=with_lists)
        return self.group_data(rows, with_members=with_lists)

    def collection(self, resource_type: ResourceType) -> Any:
        return self.users if resource_type.name == "User" else self.groups

    def one(self, resource_type: ResourceType, row: Any, *, with_lists: bool = True) -> Any:
        return self.resource(resource_type, self.data(resource_type, [row], with_lists=with_lists)[0])

    # -- the contract of the library ------------------------------------------------------------------
    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Any:
        row = self.collection(resource_type).get(resource_id)
        return self.one(resource_type, row, with_lists=keeps_lists(response_parameters))

    def create(self, resource_type: ResourceType, resource: Any) -> Any:
        return self.one(resource_type, self.collection(resource_type).create(resource))

    def locked(self, resource_type: ResourceType, resource_id: str, expected_version: str | None = None) -> Any:
        """Return a row and lock it. Raises PreconditionFailedException if it has another version."""
        collection = self.collection(resource_type)
        row = collection.get(resource_id, lock=True)
        if expected_version is not None and expected_version != collection.version_of(row):
            raise PreconditionFailedException
        return row

    def update(self, resource_type: ResourceType, resource: Any, *, expected_version: str | None = None) -> Any:
        row = self.locked(resource_type, resource.id, expected_version)
        return self.one(resource_type, self.collection(resource_type).update(row, resource))

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        self.collection(resource_type).delete(self.locked(resource_type, resource_id, expected_version))

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        page = self.find(resource_types, search_request, position)
        found = []
        for resource_type in resource_types:
            rows = page.of(self.collection(resource_type).model)
            data = self.data(resource_type, rows, with_lists=keeps_lists(search_request))
            found += [self.resource(resource_type, each) for each in data]
        return SearchPage(page.total, found, page.next, page.previous)

    def find(self, resource_types: list[ResourceType], search: SearchRequest[Any], position: Any = None) -> Page:
        """Return the rows of a page. Raises SCIM errors for what no index can answer."""
        if len(resource_types) > 1:
            return self._find_everywhere(resource_types, search)
        (resource_type,) = resource_types
        rows = self._rows(resource_type, search)
        column = sort_column(search, resource_type.name or "", PROVIDER.model_for(resource_type))
        descending = is_descending(search)
        if search.cursor is not None:
            page = page_by_cursor(rows, column, descending, search.count, position)
        else:
            page = page_by_index(rows, column, descending, search, self.organization)
        if resource_type.name == "Group" and keeps_lists(search):
            size = len(self.groups.cut(page.rows))
            return page if size == len(page.rows) else page.cut(size, column)
        return page

    def _rows(self, resource_type: ResourceType, search: SearchRequest[Any]) -> QuerySet:
        rows = self.collection(resource_type).rows()
        if search.filter is None:
            return rows
        model: Any = PROVIDER.model_for(resource_type)
        schema = USER if resource_type.name == "User" else GROUP
        return rows.filter(condition_of(ScimFilter[model](str(search.filter)), schema, self.organization.pk))

    def _find_everywhere(self, resource_types: list[ResourceType], search: SearchRequest[Any]) -> Page:
        """Return a page of all users and then all groups, for a search at the root."""
        if search.cursor is not None or search.sort_by is not None:
            raise NotImplementedException(detail="Sorting and cursors work with /Users or /Groups, not both at once")
        found: list[Any] = []
        total = refused = 0
        for resource_type in resource_types:
            try:
                rows = self._rows(resource_type, search)
            except InvalidFilterException:
                refused += 1
                if refused == len(resource_types):
                    raise
                continue  # An attribute that only the other type has.
            start = max(1, (search.start_index or 1) - total)
            count = None if search.count is None else max(0, search.count - len(found))
            part = search.model_copy(update={"start_index": start, "count": count})
            page = page_by_index(rows, "pk", False, part, self.organization)
            found += page.rows
            total += page.total or 0
        return Page(found, total)


def keeps_lists(parameters: ResponseParameters[Any] | None) -> bool:
    """Return whether an answer shows members of groups, or groups of users."""
    if parameters is None:
        return True
    if parameters.attributes:
        return any(str(path).lower().rpartition(":")[2].split(".")[0] in LISTS for path in parameters.attributes)
    return not any(str(path).lower().rpartition(":")[2] in LISTS for path in parameters.excluded_attributes or ())


LISTS = ("members", "groups")
