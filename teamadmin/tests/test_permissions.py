"""Every address answers each role as the table in answers.py says, and tells strangers nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from console.models import BulkAction
from invitations.links import make_token
from organizations.models import Membership
from organizations.permissions import Permission
from teamadmin.testing.cast import Cast, add_member, add_role, add_user
from teamadmin.tests.answers import ACME, CUSTOM, GLOBEX, INSIDE, LENIENT, OUTSIDE, WITH_ACTIVE, WITH_DEACTIVATED

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
    """The cast, a member of each task and custom role; in both organizations somebody pending, active and deactivated,
    a group, a project and a draft of each inviter."""

    cast: Cast
    members: dict[str, Membership] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, name: str, **options) -> Client:
        client = Client(**options)
        if name:
            user = self.members[name].user if name in self.members else self.cast.user(name)
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def address(self, route: str, name: str, *, slug: str = "", ids_of: str = "") -> str:
        """The route filled in for that person; with `slug` or `ids_of` of another organization."""
        own = "acme" if name in ACME else "globex"
        values = {**self.values[ids_of or own], "slug": slug or own, "row": "0"}
        for key, routes_of in (("active", WITH_ACTIVE), ("deactivated", WITH_DEACTIVATED)):
            values["member_id"] = values[key] if route in routes_of else values["member_id"]
        values["batch_id"] = values.get(f"draft:{name}", values["draft"])
        return re.sub(r"<\w+:(\w+)>", lambda found: values[found[1]], f"/{PREFIX}{route}")

    def ask(self, client: Client, method: str, path: str, **options):
        """The answer, and the database as it was before."""
        with transaction.atomic():
            answer = client.generic(method, path, content_type="application/x-www-form-urlencoded", **options)
            transaction.set_rollback(True)
        return answer


@pytest.fixture
def stage(cast) -> Stage:
    made = Stage(cast, {name: getattr(cast, name) for name in (*ACME[:-1], "tess")})
    for role in GLOBEX[1:-1]:
        made.members[role] = add_member(cast.globex, add_user(f"{role}@globex.example", role.title(), "X"), role)
    for name, organization in (("people_desk", cast.acme), ("auditor", cast.globex)):
        role = add_role(organization, name.replace("_", " ").capitalize(), *CUSTOM[name])
        made.members[name] = add_member(organization, add_user(f"{name}@cast.example", name.title(), "X"), role)
    for slug, admin, role in (("acme", cast.olga, "operator"), ("globex", cast.tess, "read_only")):
        invitation = cast.invite(actor=admin, role=role, people=[("Pia", "Pending", f"pia@{slug}.example")])[0]
        made.values[slug] = {"member_id": str(invitation.membership_id), "token": make_token(invitation)}
        for key, state in (("active", {"two_factor": True}), ("deactivated", {"status": "deactivated"})):
            user = add_user(f"{key}@{slug}.example", "Ann", key.title())
            made.values[slug][key] = str(add_member(getattr(cast, slug), user, role, **state).pk)
        made.values[slug]["role_id"] = str(add_role(getattr(cast, slug), "Spare", Permission.PEOPLE_VIEW).pk)
        action = BulkAction.objects.create(organization=admin.organization, actor_id=admin.pk, kind="deletion")
        made.values[slug]["action_id"] = str(action.pk)
    for slug, group, project in (
        ("acme", cast.groups["marketing"], cast.projects["website"]),
        ("globex", cast.globex_group, cast.globex_project),
    ):
        made.values[slug] |= {"group_id": str(group.pk), "project_id": str(project.pk)}
    for name in ("olga", "max", "tess", "team_management"):
        slug = "acme" if name in ACME else "globex"
        draft = cast.draft(made.members[name], role="operator" if slug == "acme" else "read_only")
        made.values[slug] |= {f"draft:{name}": str(draft.pk), "draft": made.values[slug].get("draft", str(draft.pk))}
    Membership.objects.filter(user__isnull=False).update(last_active_at=timezone.now())
    return made


def form_pages(path: str) -> tuple[str, str]:
    """The two pages of the Add User flow whose forms post to `path`: a part of a form has no page to come back to."""
    start = re.match(r"/o/[^/]+/users/add/([0-9a-f-]{36}/)?", path).group()
    return start, f"{start}personalize/"


def listed() -> list[tuple[str, str]]:
    return [(route, method) for route, methods in INSIDE.items() for method in methods]


def test_every_address_is_listed():
    known = {PREFIX + route for route in INSIDE} | set(OUTSIDE)
    there = {route for route in routes() if not route.startswith("dev/")}
    assert there == known, f"not listed: {sorted(there - known)}; not there: {sorted(known - there)}"


@pytest.mark.spec("R-2", "R-3", "R-4")
@pytest.mark.parametrize("route,method", listed())
def test_each_role_gets_its_answer(stage, route, method):
    people = (*ACME, *GLOBEX)
    answers = {name: stage.ask(stage.client(name), method, stage.address(route, name)).status_code for name in people}
    assert answers == dict(zip(people, cells(INSIDE[route][method]), strict=True))


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("route,method", listed())
def test_a_stranger_gets_404_and_no_name(stage, route, method):
    for name in ("tess", "billing", "stranger"):
        answer = stage.ask(stage.client(name), method, stage.address(route, "olga", slug="acme"))
        assert answer.status_code == 404 and b"Acme" not in answer.content
    assert stage.ask(stage.client("olga"), method, stage.address(route, "olga", slug="no-such")).status_code == 404


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("route,method", [pair for pair in listed() if "_id>" in pair[0]])
def test_ids_of_another_organization_are_unknown(stage, route, method):
    for name, other in (("olga", "globex"), ("tess", "acme")):
        path = stage.address(route, name, ids_of=other)
        assert stage.ask(stage.client(name), method, path).status_code == 404


@pytest.mark.parametrize("route,method", listed())
def test_the_signed_out_go_to_sign_in(stage, route, method):
    path = stage.address(route, "olga")
    answer = stage.ask(Client(), method, path)
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")
    back = answer["Location"].removeprefix("/accounts/login/?next=")
    assert back.split("?")[0] == path or (route.startswith("users/add/") and back in form_pages(path))
    hx = stage.ask(Client(), method, path, headers={"HX-Request": "true"})
    assert hx["HX-Redirect"].startswith("/accounts/login/") and not hx.content


@pytest.mark.parametrize("route", INSIDE)
def test_no_other_method_is_taken(stage, route):
    for method in METHODS:
        if method not in INSIDE[route]:
            assert stage.ask(stage.client("olga"), method, stage.address(route, "olga")).status_code == 405, method


@pytest.mark.parametrize("route", [route for route, method in listed() if method == "POST"])
def test_a_form_from_elsewhere_is_refused(stage, route):
    client = stage.client("olga", enforce_csrf_checks=True)
    answer = stage.ask(client, "POST", stage.address(route, "olga"))
    assert answer.status_code == 403 and "out of date" in answer.content.decode()


def outside_path(stage: Stage, route: str) -> str:
    values = {
        "<str:name>": "none.png",
        "<str:token>": stage.values["acme"]["token"],
        "^confirm-email/(?P<key>[-:\\w]+)/$": "confirm-email/abc/",
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/1-abc/",
    }
    for part, value in values.items():
        route = route.replace(part, value)
    return f"/{route}"


@pytest.mark.parametrize("route", OUTSIDE)
def test_outside_an_organization(stage, route):
    path = outside_path(stage, route)
    for method in METHODS:
        if method in OUTSIDE[route]:
            expected = cells(OUTSIDE[route][method])
        elif route.startswith(LENIENT):
            continue
        else:
            expected = [405] * 3
        answers = [stage.ask(stage.client(name), method, path).status_code for name in ("", "bo", "stranger")]
        assert answers == expected, method


def test_the_demos_mails_are_nowhere_outside_the_demo(stage, settings):
    assert not settings.DEMO
    assert stage.client("olga").get("/dev/mail/").status_code == 404
