"""Every URL returns the status in permission_table.py for each role, and reveals nothing to strangers."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from audit.models import AuditStream
from console.models import BulkAction, SavedView
from invitations.links import make_token
from organizations.models import AccessKey, Membership, Organization
from organizations.permissions import Permission
from provisioning.models import Domain, JoinRequest, ScimConnection, ScimToken
from provisioning.services.setup_links import create_setup_link
from teamadmin.testing.cast import Cast, add_member, add_role, add_user, create_cast
from teamadmin.testing.records import add_records
from teamadmin.testing.shared import shared_rows
from teamadmin.tests.permission_columns import ACME, CUSTOM, GLOBEX
from teamadmin.tests.permission_table import INSIDE, WITH_ACTIVE, WITH_DEACTIVATED
from teamadmin.tests.permission_table_outside import LENIENT, OUTSIDE

PREFIX = "o/<slug:slug>/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(patterns=None, prefix: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


def cells(line: str) -> list[int]:
    return [int(part) for part in line.split()]


@dataclass
class Stage:
    """The cast, plus a member with each task role and custom role.

    Both organizations have a pending, an active and a deactivated member, a group, a project, and a draft per inviter.
    """

    cast: Cast
    members: dict[str, Membership] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, name: str, **options) -> Client:
        client = Client(**options)
        if name:
            user = self.members[name].user if name in self.members else self.cast.user(name)
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def url(self, route: str, name: str, *, slug: str = "", ids_of: str = "") -> str:
        """Return the route's URL for that member, optionally with the slug or the ids of another organization."""
        own = "acme" if name in ACME else "globex"
        values = {
            **self.values[ids_of or own],
            "slug": slug or own,
            "row": "0",
            "session_key": "0" * 64,
            "intent": "domain",
            "key": "no-task",
            "template": "invitation",
        }
        for key, routes_of in (("active", WITH_ACTIVE), ("deactivated", WITH_DEACTIVATED)):
            values["member_id"] = values[key] if route in routes_of else values["member_id"]
        values["batch_id"] = values.get(f"draft:{name}", values["draft"])
        return re.sub(r"<\w+:(\w+)>", lambda match: values[match[1]], f"/{PREFIX}{route}")

    def request(self, client: Client, method: str, path: str, **options):
        """Return the response, and roll back its changes to the database."""
        with transaction.atomic():
            response = client.generic(method, path, content_type="application/x-www-form-urlencoded", **options)
            transaction.set_rollback(True)
        return response


@pytest.fixture(scope="module")
def shared_stage(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    with shared_rows(django_db_blocker, create_stage) as stage:
        yield stage


@pytest.fixture
def stage(shared_stage, db) -> Stage:
    """The stage, which each test can change. The times that a minute or more would change are now."""
    now = timezone.now()
    Membership.objects.filter(user__isnull=False).update(last_active_at=now)
    Domain.objects.update(checked_at=now)
    return copy.deepcopy(shared_stage)


def create_stage() -> Stage:
    cast = create_cast()
    stage = Stage(cast, {name: getattr(cast, name) for name in (*ACME[:-1], "tess")})
    for role in GLOBEX[1:-1]:
        stage.members[role] = add_member(cast.globex, add_user(f"{role}@globex.example", role.title(), "X"), role)
    for name, organization in (("people_desk", cast.acme), ("auditor", cast.globex)):
        role = add_role(organization, name.replace("_", " ").capitalize(), *CUSTOM[name])
        stage.members[name] = add_member(organization, add_user(f"{name}@cast.example", name.title(), "X"), role)
    for slug, admin, role in (("acme", cast.olga, "operator"), ("globex", cast.tess, "read_only")):
        invitation = cast.invite(actor=admin, role=role, people=[("Pia", "Pending", f"pia@{slug}.example")])[0]
        stage.values[slug] = {"member_id": str(invitation.membership_id), "token": make_token(invitation)}
        for key, state in (("active", {"two_factor": True}), ("deactivated", {"status": "deactivated"})):
            user = add_user(f"{key}@{slug}.example", "Ann", key.title())
            stage.values[slug][key] = str(add_member(getattr(cast, slug), user, role, **state).pk)
        stage.values[slug]["role_id"] = str(add_role(getattr(cast, slug), "Spare", Permission.PEOPLE_VIEW).pk)
        action = BulkAction.objects.create(organization=admin.organization, actor_id=admin.pk, kind="deletion")
        stage.values[slug]["action_id"] = str(action.pk)
        view = SavedView.objects.create(organization=admin.organization, name="Everyone", name_key="everyone")
        stage.values[slug]["view_id"] = str(view.pk)
        stage.values[slug]["test_id"] = str(action.pk)  # of nothing
        stage.values[slug] |= add_domain_things(admin) | add_records(admin)
        connection = ScimConnection.objects.create(organization=admin.organization)
        child = Organization.objects.create(name="Below", slug=f"{slug}-below", parent=admin.organization)
        stage.values[slug]["sub_account_id"] = str(child.pk)
        scim_token = ScimToken.objects.create(connection=connection, name="Okta", prefix="tas_", digest=slug)
        stage.values[slug]["token_id"] = str(scim_token.pk)
        key = AccessKey.objects.create(organization=admin.organization, name="HR sync", scopes=["members:read"])
        stage.values[slug]["key_id"] = str(key.pk)
        # Nothing answers there, so a test of the stream ends at once.
        stream = AuditStream(organization_id=admin.organization_id, url="https://127.0.0.1/", secret="whsec_AA==")  # noqa: S106
        stream.save()
        stage.values[slug]["stream_id"] = str(stream.pk)
    for slug, group, project in (
        ("acme", cast.groups["marketing"], cast.projects["website"]),
        ("globex", cast.globex_group, cast.globex_project),
    ):
        stage.values[slug] |= {"group_id": str(group.pk), "project_id": str(project.pk)}
    for name in ("olga", "max", "tess", "team_management"):
        slug = "acme" if name in ACME else "globex"
        draft = cast.draft(stage.members[name], role="operator" if slug == "acme" else "read_only")
        stage.values[slug] |= {f"draft:{name}": str(draft.pk), "draft": stage.values[slug].get("draft", str(draft.pk))}
    return stage


def add_domain_things(admin: Membership) -> dict[str, str]:
    """Add a domain that was just checked, an answered request to join, and a setup link. Return their ids."""
    organization = admin.organization
    domain = Domain.objects.create(organization=organization, name="d.example", checked_at=timezone.now())
    asker = add_user(f"asker@{organization.slug}.example")
    asked = JoinRequest.objects.create(organization=organization, user=asker, email=asker.email, status="refused")
    link, _token = create_setup_link(actor=admin, intent="domain")
    return {"domain_id": str(domain.pk), "request_id": str(asked.pk), "link_id": str(link.pk)}


def form_pages(path: str) -> tuple[str, str]:
    """Return the two Add User pages whose forms post to `path`. After sign-in the user returns to one of them."""
    start = re.match(r"/o/[^/]+/users/add/([0-9a-f-]{36}/)?", path).group()
    return start, f"{start}personalize/"


def listed() -> list[tuple[str, str]]:
    return [(route, method) for route, methods in INSIDE.items() for method in methods]


def test_every_url_is_listed():
    known = {PREFIX + route for route in INSIDE} | set(OUTSIDE)
    existing = {route for route in routes() if not route.startswith("dev/")}
    assert existing == known, f"not listed: {sorted(existing - known)}; missing: {sorted(known - existing)}"


@pytest.mark.spec("R-2", "R-3", "R-4")
@pytest.mark.parametrize("route,method", listed())
def test_each_role_gets_the_listed_status(stage, route, method):
    people = (*ACME, *GLOBEX)
    statuses = {name: stage.request(stage.client(name), method, stage.url(route, name)).status_code for name in people}
    assert statuses == dict(zip(people, cells(INSIDE[route][method]), strict=True))


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("route,method", listed())
def test_strangers_get_404_without_the_organizations_name(stage, route, method):
    for name in ("tess", "billing", "stranger"):
        response = stage.request(stage.client(name), method, stage.url(route, "olga", slug="acme"))
        assert response.status_code == 404 and b"Acme" not in response.content
    assert stage.request(stage.client("olga"), method, stage.url(route, "olga", slug="no-such")).status_code == 404


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("route,method", [pair for pair in listed() if "_id>" in pair[0]])
def test_ids_of_another_organization_are_not_found(stage, route, method):
    for name, other in (("olga", "globex"), ("tess", "acme")):
        path = stage.url(route, name, ids_of=other)
        assert stage.request(stage.client(name), method, path).status_code == 404


@pytest.mark.parametrize("route,method", listed())
def test_signed_out_users_are_redirected_to_sign_in(stage, route, method):
    path = stage.url(route, "olga")
    response = stage.request(Client(), method, path)
    assert response.status_code == 302 and response["Location"].startswith("/accounts/login/?next=")
    back = response["Location"].removeprefix("/accounts/login/?next=")
    assert back.split("?")[0] == path or (route.startswith("users/add/") and back in form_pages(path))
    hx = stage.request(Client(), method, path, headers={"HX-Request": "true"})
    assert hx["HX-Redirect"].startswith("/accounts/login/") and not hx.content


@pytest.mark.parametrize("route", INSIDE)
def test_other_methods_are_not_allowed(stage, route):
    for method in METHODS:
        if method not in INSIDE[route]:
            assert stage.request(stage.client("olga"), method, stage.url(route, "olga")).status_code == 405, method


@pytest.mark.parametrize("route", [route for route, method in listed() if method == "POST"])
def test_forms_without_a_csrf_token_are_rejected(stage, route):
    client = stage.client("olga", enforce_csrf_checks=True)
    response = stage.request(client, "POST", stage.url(route, "olga"))
    assert response.status_code == 403 and "out of date" in response.content.decode()


def outside_path(stage: Stage, route: str) -> str:
    values = {
        "<str:name>": "none.png",
        "<path:path>": "Users",
        "<slug:key>": "0" * 64,
        "<path:object_id>": "01a2229e-ff3a-7135-af42-7c6b487ecbda",
        "^(?P<app_label>accounts|organizations)/$": "accounts/",
        "<slug:slug>": "acme",
        "<uuid:link_id>": stage.values["acme"]["link_id"],
        "<uuid:domain_id>": stage.values["acme"]["domain_id"],
        "<uuid:test_id>": stage.values["acme"]["test_id"],
        "<uuid:browser_id>": "01a2229e-ff3a-7135-af42-7c6b487ecbda",
        "<int:passkey_id>": "0",
        "<str:token>": stage.values["acme"]["token"],
        "^confirm-email/(?P<key>[-:\\w]+)/$": "confirm-email/abc/",
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/1-abc/",
    }
    for part, value in values.items():
        route = route.replace(part, value)
    return f"/{route}"


@pytest.mark.parametrize("route", OUTSIDE)
def test_urls_outside_an_organization(stage, route):
    path = outside_path(stage, route)
    for method in METHODS:
        if method in OUTSIDE[route]:
            expected = cells(OUTSIDE[route][method])
        elif route.startswith(LENIENT):
            continue
        else:
            expected = [405] * 3
        statuses = [stage.request(stage.client(name), method, path).status_code for name in ("", "bo", "stranger")]
        assert statuses == expected, method


def test_devmail_does_not_exist_outside_the_demo(stage, settings):
    assert not settings.DEMO
    assert stage.client("olga").get("/dev/mail/").status_code == 404
