"""The floors of bench/scim.py: the least that each task needs, behind the project's middleware and token check."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from organizations.models import Group, GroupMembership, ManagedBy, Membership, MembershipRole, Organization, Status
from organizations.queries import provisioned_role
from provisioning.models import ScimGroup, ScimUser
from provisioning.services.scim_tokens import find_connection


def _organization(request: HttpRequest) -> Organization:
    token = find_connection(request.headers["Authorization"].removeprefix("Bearer "))
    assert token
    return token.connection.organization


@csrf_exempt
def create(request: HttpRequest) -> HttpResponse:
    """Insert a member, its role and its SCIM row."""
    organization, number = _organization(request), json.loads(request.body)["number"]
    name = f"floor{number}@bench.example"
    with transaction.atomic():
        role = provisioned_role(organization)
        member = Membership(
            organization=organization, email=name, status=Status.ACTIVE, managed_by=ManagedBy.SCIM, role_order=role.rank
        )
        member.save(force_insert=True)
        MembershipRole(organization=organization, membership=member, role=role).save(force_insert=True)
        row = ScimUser(organization=organization, membership=member, user_name=name, user_name_key=name)
        row.email_key, row.attributes = name, {"userName": name}
        row.save(force_insert=True)
    return JsonResponse({"id": str(member.pk), "userName": name}, status=201)


def _json(row: ScimUser) -> dict[str, Any]:
    return {"id": str(row.pk), "active": row.membership.status == Status.ACTIVE, **row.attributes}


def find(request: HttpRequest) -> HttpResponse:
    """Select one user by name."""
    rows = ScimUser.objects.filter(organization=_organization(request)).select_related("membership")
    return JsonResponse({"Resources": [_json(row) for row in rows.filter(user_name_key=request.GET["name"])]})


def listing(request: HttpRequest) -> HttpResponse:
    """Select the first 100 users."""
    rows = ScimUser.objects.filter(organization=_organization(request)).select_related("membership")
    return JsonResponse({"Resources": [_json(row) for row in rows.order_by("pk")[:100]]})


@csrf_exempt
def add(request: HttpRequest, group: UUID, member: UUID) -> HttpResponse:
    """Insert one link, after reading that member and group belong to the organization."""
    organization = _organization(request)
    found = ScimUser.objects.filter(organization=organization, pk=member).exists()
    assert found and ScimGroup.objects.filter(organization=organization, pk=group).exists()
    GroupMembership(organization=organization, group_id=group, membership_id=member).save(force_insert=True)
    return HttpResponse(status=204)


def add_large_group(organization: Organization, size: int) -> UUID:
    """Create a group that SCIM manages, with this many members. Return its id."""
    group = Group(organization=organization, name="Everyone", managed_by=ManagedBy.SCIM)
    group.save()
    ScimGroup.objects.create(
        organization=organization, group=group, display_name="Everyone", display_name_key="everyone"
    )
    keys = ScimUser.objects.filter(organization=organization).order_by("pk").values_list("pk", flat=True)[:size]
    GroupMembership.objects.bulk_create(
        (GroupMembership(organization=organization, group=group, membership_id=key) for key in keys), batch_size=2000
    )
    return group.pk


def spare_members(organization: Organization) -> Iterator[str]:
    """Yield the ids of members who aren't in the large group, the newest first."""
    rows = ScimUser.objects.filter(organization=organization, membership__group_links=None).order_by("-pk")
    return iter([str(key) for key in rows.values_list("pk", flat=True)[:1000]])


urlpatterns = [
    path("floor/create", create),
    path("floor/filter", find),
    path("floor/list", listing),
    path("floor/add/<uuid:group>/<uuid:member>", add),
    path("", include("teamadmin.urls")),
]
