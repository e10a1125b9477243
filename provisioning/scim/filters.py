"""SCIM filters as SQL conditions.

A filter must be answerable by an index, whatever the number of members: it's refused otherwise (invalidFilter). So each
term says whether an index finds its rows ("anchored"). Of an `and`, one term must be anchored, of an `or` all of them.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import CompareOperator as Op
from scim2_models.path import FilterVisitor, LogicalOperator
from scim2_models.path.resolution import coerce_value

from base.text import canonical_email
from organizations.models import GroupMembership, Status
from provisioning.scim.schemas import GROUP, USER
from provisioning.services.scim_users import key_of

NOTHING, EVERYTHING = Q(pk__in=[]), Q()
LOOKUPS = {Op.co: "contains", Op.sw: "startswith", Op.ew: "endswith", Op.gt: "gt", Op.ge: "gte", Op.lt: "lt"}
LOOKUPS |= {Op.le: "lte", Op.eq: "exact"}
ORDERED = (Op.eq, Op.gt, Op.ge, Op.lt, Op.le)


class Term(NamedTuple):
    """A condition. `anchored`: an index finds its rows. `alone`: it can't be part of an `or`."""

    condition: Q
    anchored: bool = False
    alone: bool = False


class Field(NamedTuple):
    """A filterable attribute: its column, the function that converts a value, and the operators an index answers."""

    column: str
    convert: Callable[[Any], Any]
    indexed: tuple[Op, ...] = (Op.eq,)
    others: tuple[Op, ...] = ()


def _id(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _key(value: Any) -> str | None:
    return key_of(value) if isinstance(value, str) else None


def _email(value: Any) -> str | None:
    try:
        return canonical_email(value) if isinstance(value, str) else None
    except ValidationError:
        return None


def _time(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) and value.tzinfo else None


NAMED = ((*ORDERED, Op.sw), (Op.co, Op.ew, Op.ne))
USER_FIELDS = {
    "id": Field("membership_id", _id),
    "username": Field("user_name_key", _key, *NAMED),
    "externalid": Field("external_id", _text, (Op.eq,), (Op.ne,)),
    "emails": Field("email_key", _email),
    "emails.value": Field("email_key", _email),
    "meta.lastmodified": Field("modified_at", _time, ORDERED),
}
GROUP_FIELDS = {
    "id": Field("group_id", _id),
    "displayname": Field("display_name_key", _key, *NAMED),
    "externalid": Field("external_id", _text, (Op.eq,), (Op.ne,)),
    "meta.lastmodified": Field("modified_at", _time, ORDERED),
}
FILTERABLE = {
    USER: "id, userName, externalId, emails, active and meta.lastModified",
    GROUP: "id, displayName, externalId, members and meta.lastModified",
}


def condition_of(scim_filter: ScimFilter[Any], schema: str, organization_id: Any) -> Q:
    """Return the condition of a filter on users or groups. Raises InvalidFilterException."""
    term = _Compiler(scim_filter, schema, organization_id).visit(scim_filter.ast)
    if not term.anchored:
        raise InvalidFilterException(detail=f"Use eq with one of {FILTERABLE[schema]} in the filter")
    return term.condition


class _Compiler(FilterVisitor[Term]):
    def __init__(self, scim_filter: ScimFilter[Any], schema: str, organization_id: Any) -> None:
        self.filter, self.schema, self.organization_id = scim_filter, schema, organization_id
        self.fields = USER_FIELDS if schema == USER else GROUP_FIELDS

    def refuse(self, attribute: object) -> InvalidFilterException:
        return InvalidFilterException(detail=f"Can't filter by {attribute} like this. Use {FILTERABLE[self.schema]}")

    def _name(self, node: Any, binding: Any) -> str:
        """Return the attribute's name in lower case, as in the tables above. Raises for one of another schema."""
        urn = binding.urn.lower()
        prefix = f"{self.schema.lower()}:"
        if not urn.startswith(prefix):
            raise self.refuse(node.attr_path)
        return urn.removeprefix(prefix)

    def visit_not(self, node: Any) -> Term:
        term = self.visit(node.expr)
        if term.alone:
            raise self.refuse("active within “not”")
        return Term(~term.condition)

    def visit_logical_expr(self, node: Any) -> Term:
        terms = [self.visit(term) for term in node.terms]
        if node.op == LogicalOperator.and_:
            condition = EVERYTHING
            for term in terms:
                condition &= term.condition
            return Term(condition, any(term.anchored for term in terms), any(term.alone for term in terms))
        if any(term.alone for term in terms):
            raise self.refuse("active within “or”")
        condition = terms[0].condition
        for term in terms[1:]:
            condition |= term.condition
        return Term(condition, all(term.anchored for term in terms))

    def visit_comparison(self, node: Any) -> Term:
        binding = self.filter.resolve_comparison(node.attr_path, strict=False)
        if binding is None:
            raise self.refuse(node.attr_path)
        name = self._name(node, binding)
        value = coerce_value(binding, node.value, node.op)
        if name == "active" and self.schema == USER:
            return self._active(node, value)
        if name in ("members", "members.value") and self.schema == GROUP:
            return self._member(node.op, value)
        if name not in self.fields:
            raise self.refuse(node.attr_path)
        return self._compare(self.fields[name], node, value)

    def _compare(self, field: Field, node: Any, value: Any) -> Term:
        if node.op not in (*field.indexed, *field.others):
            raise self.refuse(node.attr_path)
        anchored = node.op in field.indexed
        value = field.convert(value)
        if value is None:
            return Term(EVERYTHING if node.op == Op.ne else NOTHING, anchored)
        if node.op == Op.ne:
            return Term(~Q(**{field.column: value}))
        if value == "":  # stands for a missing value in these columns
            return Term(NOTHING, anchored)
        return Term(Q(**{f"{field.column}__{LOOKUPS[node.op]}": value}), anchored)

    def _active(self, node: Any, value: Any) -> Term:
        if node.op not in (Op.eq, Op.ne) or not isinstance(value, bool):
            raise self.refuse(node.attr_path)
        deactivated = Q(membership__status=Status.DEACTIVATED)
        active = Q(membership__status__in=[Status.ACTIVE, Status.INVITED])
        return Term(active if value is (node.op == Op.eq) else deactivated, anchored=True, alone=True)

    def _member(self, op: Op, value: Any) -> Term:
        if op != Op.eq:
            raise self.refuse("members")
        member_id = _id(value)
        if member_id is None:
            return Term(NOTHING, anchored=True)
        links = GroupMembership.objects.filter(organization_id=self.organization_id, membership_id=member_id)
        return Term(Q(group_id__in=links.values("group_id")), anchored=True)

    def visit_present(self, node: Any) -> Term:
        binding = self.filter.resolve(node.attr_path, strict=False)
        if binding is None:
            raise self.refuse(node.attr_path)
        name = self._name(node, binding)
        if name in ("id", "active") or name == ("username" if self.schema == USER else "displayname"):
            return Term(EVERYTHING, anchored=True)
        if name == "externalid":
            return Term(~Q(external_id=""))
        if name in ("emails", "emails.value"):
            return Term(~Q(email_key=""))
        raise self.refuse(node.attr_path)

    def visit_value_path(self, node: Any) -> Term:
        binding = self.filter.resolve(node.attr_path, strict=False)
        name = self._name(node, binding) if binding else ""
        if name == "emails":
            return self._in_list(node.val_filter, USER_FIELDS["emails"].convert, lambda value: Q(email_key=value))
        if name == "members":
            return self._in_list(node.val_filter, _text, lambda value: self._member(Op.eq, value).condition)
        raise self.refuse(node.attr_path)

    def _in_list(self, node: Any, convert: Callable[[Any], Any], condition: Callable[[Any], Q]) -> Term:
        """Return the term for emails[type eq "work" and value eq "a@b.c"]. One address counts, whatever its type."""
        terms = node.terms if getattr(node, "op", None) == LogicalOperator.and_ else (node,)
        value = None
        for term in terms:
            attribute = str(getattr(term, "attr_path", "")).lower()
            if getattr(term, "op", None) != Op.eq or attribute not in ("value", "type", "primary"):
                raise self.refuse(node)
            if attribute == "value":
                value = convert(term.value)
                if value is None:
                    return Term(NOTHING, anchored=True)
        if value is None:
            raise self.refuse(node)
        return Term(condition(value), anchored=True)
