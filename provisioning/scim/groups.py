"""SCIM groups: groups whose name and members the identity provider decides (G-3)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from scim2_models import InvalidPathException, InvalidValueException, UniquenessException

from base.text import clean_line, name_key
from organizations.models import Group, GroupMembership, Organization
from organizations.services import (
    add_provisioned_members,
    create_provisioned_group,
    delete_provisioned_group,
    remove_provisioned_members,
    rename_provisioned_group,
)
from provisioning.models import ScimGroup, ScimUser
from provisioning.scim.rows import find_row, parse_id, timestamp
from provisioning.scim.schemas import GROUP
from provisioning.scim.trace import Trace
from provisioning.services.scim_log import ScimAction
from provisioning.services.scim_users import key_of

# A group with more members is returned without `members`, and a page of a list has at most this many in all.
MAX_MEMBERS = 20_000
# Why the name of a group is taken, most often.
NAME_TAKEN = "A group with this name exists. Rename it, or choose another displayName"


class Groups:
    """The groups of one organization that SCIM manages."""

    kind = "Group"
    model = ScimGroup

    def __init__(self, organization: Organization, trace: Trace) -> None:
        self.organization, self.trace = organization, trace

    # -- reading ----------------------------------------------------------------------------------
    def rows(self) -> QuerySet[ScimGroup]:
        return ScimGroup.objects.filter(organization=self.organization).select_related("group")

    def get(self, resource_id: str, *, lock: bool = False) -> ScimGroup:
        """Return the row with this id. Locked, changes of one group wait for each other."""
        rows = self.rows().select_for_update(of=("self",), no_key=True) if lock else self.rows()
        row = find_row(rows, self.kind, resource_id)
        row.group.organization = self.organization
        self.trace.about = row.group.name
        return row

    def members_of(self, rows: Sequence[ScimGroup]) -> dict[UUID, list[str] | None]:
        """Return the ids of the members of each group, None for a group with too many. Two queries at most.

        The first one counts up to the limit: a page of a hundred large groups must not load them all.
        """
        sizes = _sizes([row.pk for row in rows])
        members: dict[UUID, list[str] | None] = {key: None if size > MAX_MEMBERS else [] for key, size in sizes.items()}
        loaded = [key for key, listed in members.items() if listed is not None and sizes[key]]
        links = GroupMembership.objects.filter(group__in=loaded, membership__scim__isnull=False).order_by("group", "pk")
        for group_id, member_id in links.values_list("group_id", "membership_id").iterator() if loaded else ():
            members[group_id].append(str(member_id))  # type: ignore[union-attr]
        return members

    def cut(self, rows: list[ScimGroup]) -> list[ScimGroup]:
        """Return the first rows that together have at most MAX_MEMBERS members, at least one row."""
        sizes, total = _sizes([row.pk for row in rows]), 0
        for number, row in enumerate(rows):
            total += sizes[row.pk] if sizes[row.pk] <= MAX_MEMBERS else 0
            if total > MAX_MEMBERS and number:
                return rows[:number]
        return rows

    def data(self, row: ScimGroup, member_ids: Iterable[str] | None) -> dict[str, Any]:
        """Return the attributes as SCIM has them, with `meta` but without a location."""
        data: dict[str, Any] = {"schemas": [GROUP], "id": str(row.pk), "displayName": row.display_name}
        if row.external_id:
            data["externalId"] = row.external_id
        if member_ids:
            data["members"] = [{"value": each, "$ref": f"Users/{each}", "type": "User"} for each in member_ids]
        data["meta"] = {
            "resourceType": self.kind,
            "created": timestamp(row.created_at),
            "lastModified": timestamp(row.modified_at if row.version > 1 else row.created_at),
            "version": self.version_of(row),
        }
        return data

    # -- writing ----------------------------------------------------------------------------------
    def create(self, resource: Any) -> ScimGroup:
        """Create a group with its members. Raises SCIM errors."""
        name = self._clean_name(resource.display_name)
        self.trace.action, self.trace.about = ScimAction.CREATE_GROUP, name
        member_ids = self._member_ids(resource.members)
        self._require_free_name(name)
        group = create_provisioned_group(actor=self.trace.actor, organization=self.organization, name=name)
        row = ScimGroup(group=group, organization=self.organization)
        self._fill(row, resource.display_name, resource.external_id)
        row.save(force_insert=True)
        if member_ids:
            add_provisioned_members(actor=self.trace.actor, group=group, member_ids=member_ids)
        self.trace.changed = True
        return row

    def update(self, row: ScimGroup, resource: Any) -> ScimGroup:
        """Give a locked group this name and these members. Raises SCIM errors, and Refused (R-8)."""
        self._rename(row, resource.display_name)
        self._fill(row, resource.display_name, resource.external_id)
        self._set_members(row, self._member_ids(resource.members))
        return self._save(row)

    def patch(self, row: ScimGroup, operations: Iterable[tuple[str, str, Any]]) -> ScimGroup:
        """Apply PATCH operations (op, path, value) to a locked group. Raises SCIM errors, and Refused (R-8).

        Adding or removing members costs as much as there are members to add or remove.
        """
        for op, path, value in operations:
            if path:
                self._patch_one(row, op, path, value)
                continue
            if not isinstance(value, dict):
                raise InvalidValueException(detail="An operation without a path needs an object as its value")
            for name, item in value.items():
                if name.lower() not in ("schemas", "id", "meta"):
                    self._patch_one(row, op, name, item)
        return self._save(row)

    def _patch_one(self, row: ScimGroup, op: str, path: str, value: Any) -> None:
        name = path.lower().removeprefix(f"{GROUP.lower()}:")
        if name == "displayname":
            self._rename(row, None if op == "remove" else value)
            self._fill(row, value, row.external_id)
        elif name == "externalid":
            self._fill(row, row.display_name, None if op == "remove" else value)
        elif name == "members" or name.startswith("members["):
            self._patch_members(row, op, name, value)
        elif name in ("id", "meta", "schemas"):
            return
        else:
            raise InvalidPathException(detail=f"Groups have no attribute {path[:100]}")

    def _patch_members(self, row: ScimGroup, op: str, path: str, value: Any) -> None:
        """Add, remove or replace members. The path may name one: members[value eq "…"]."""
        actor, group = self.trace.actor, row.group
        selected = _selected_member(path)
        if op == "remove":
            self.trace.action = ScimAction.REMOVE_MEMBER
            if selected is None and value is not None:
                ids: list[UUID] | None = [each for each in map(parse_id, _values(value)) if each]
            else:
                ids = [selected] if selected else None
            remove_provisioned_members(actor=actor, group=group, member_ids=ids)
            return
        ids = self._member_ids([{"value": str(selected)}] if selected else value)
        self.trace.action = ScimAction.ADD_MEMBER
        if op == "replace" and selected is None:
            self.trace.action = ScimAction.UPDATE_GROUP
            self._set_members(row, ids)
        else:
            add_provisioned_members(actor=actor, group=group, member_ids=ids)

    def _set_members(self, row: ScimGroup, member_ids: list[UUID]) -> None:
        """Make these the members. Only those who come and go are written."""
        actor, group = self.trace.actor, row.group
        links = GroupMembership.objects.filter(group=group, membership__scim__isnull=False)
        gone = list(links.exclude(membership__in=member_ids).values_list("membership_id", flat=True))
        add_provisioned_members(actor=actor, group=group, member_ids=member_ids)
        if gone:
            remove_provisioned_members(actor=actor, group=group, member_ids=gone)

    def _member_ids(self, members: Any) -> list[UUID]:
        """Return the ids of members that a request names. Raises InvalidValueException for those SCIM doesn't see."""
        texts = _values(members)
        ids = {key for key in map(parse_id, texts) if key}
        if len(ids) != len(set(texts)):
            raise InvalidValueException(detail="members.value must be the id of a user")
        if not ids:
            return []
        known = set(ScimUser.objects.filter(organization=self.organization, pk__in=ids).values_list("pk", flat=True))
        if missing := ids - known:
            raise InvalidValueException(detail=f"There is no user with the id {min(missing)}")
        return sorted(ids)

    def _clean_name(self, name: Any) -> str:
        if not isinstance(name, str):
            raise InvalidValueException(detail="displayName is required")
        try:
            cleaned = clean_line(name)
        except ValidationError as error:
            raise InvalidValueException(detail=f"displayName: {error.messages[0]}") from None
        if not cleaned:
            raise InvalidValueException(detail="displayName is required")
        return cleaned

    def _require_free_name(self, name: str) -> None:
        if Group.objects.filter(organization=self.organization, name_key=name_key(name)[:400]).exists():
            raise UniquenessException(detail=NAME_TAKEN)

    def _rename(self, row: ScimGroup, name: Any) -> None:
        cleaned = self._clean_name(name)
        if name_key(cleaned) != row.group.name_key:
            self._require_free_name(cleaned)
        rename_provisioned_group(actor=self.trace.actor, group=row.group, name=cleaned)

    def _fill(self, row: ScimGroup, name: str, external_id: Any) -> None:
        if external_id is not None and (not isinstance(external_id, str) or len(external_id) > 255):
            raise InvalidValueException(detail="externalId must be text of at most 255 characters")
        row.external_id = external_id or ""
        row.display_name, row.display_name_key = name, key_of(name)

    def _save(self, row: ScimGroup) -> ScimGroup:
        row.version += 1
        row.save(force_update=True)
        self.trace.changed, self.trace.about = True, row.group.name
        return row

    def delete(self, row: ScimGroup) -> None:
        """Delete the group. Raises Refused (R-8)."""
        self.trace.action = ScimAction.REMOVE_GROUP
        delete_provisioned_group(actor=self.trace.actor, group=row.group)
        self.trace.changed = True

    def version_of(self, row: ScimGroup) -> str:
        """Return the ETag."""
        return f'W/"{row.version}"'


def _values(members: Any) -> list[str]:
    """Return the values in members as models, objects or texts, in a list or alone."""
    items = members if isinstance(members, list) else [] if members is None else [members]
    values = []
    for item in items:
        value = item.get("value") if isinstance(item, dict) else getattr(item, "value", item)
        if not isinstance(value, str):
            raise InvalidValueException(detail="members.value must be the id of a user")
        values.append(value.lower())
    return values


def _selected_member(path: str) -> UUID | None:
    """Return the id in members[value eq "…"], None for `members`. Raises InvalidPathException for other filters."""
    if path == "members":
        return None
    head, tail = 'members[value eq "', '"]'
    key = parse_id(path[len(head) : -len(tail)]) if path.startswith(head) and path.endswith(tail) else None
    if key is None:
        raise InvalidPathException(detail='Select a member like this: members[value eq "…"]')
    return key


def _sizes(group_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the number of members of each group, counted up to MAX_MEMBERS + 1. One query."""
    if not group_ids:
        return {}
    marks, links = ", ".join(["(%s)"] * len(group_ids)), GroupMembership._meta.db_table
    sql = f"""
        WITH wanted (id) AS (VALUES {marks})
        SELECT id, (SELECT count(*) FROM (
            SELECT 1 FROM {links} AS link WHERE link.group_id = wanted.id LIMIT {MAX_MEMBERS + 1}
        ) AS counted) FROM wanted"""  # noqa: S608
    field = Group._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(sql, [field.get_db_prep_value(key, connection) for key in group_ids])
        return {field.to_python(key): size for key, size in cursor.fetchall()}
