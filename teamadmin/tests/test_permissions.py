"""Who gets what answer from every address. An address that is not listed here fails; so does a method that is not.

To add an address: put its route into INSIDE (below /o/<slug>/) or OUTSIDE, with a status for each column and method.
Methods that are not listed must answer 405. Strangers, ids of another organization, the signed-out and forged forms are
tried on every listed one by themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from invitations.links import token_of
from organizations.models import Membership
from teamadmin.testing.cast import Cast, add_member, add_user

PREFIX = "o/<slug:slug>/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Columns. Ranked: Admin, Manager, Builder, Operator. Task: Admin, Data Admin, Read Only, Sub-Accounts, Team Management,
# Billing.
ACME = ("olga", "max", "bo", "opal")
GLOBEX = ("tess", "data_admin", "read_only", "sub_accounts", "team_management", "billing")


def everybody(status: int) -> str:
    return " ".join([str(status)] * 4) + " | " + " ".join([str(status)] * 6)


def invites(status: int) -> str:
    """For those who may invite; the others are refused."""
    return f"{status} {status} 403 403 | {status} 403 403 403 {status} 403"


def administers(status: int) -> str:
    """For those who may delete people."""
    return f"{status} 403 403 403 | {status} 403 403 403 403 403"


SEES_WORKSPACE = "200 200 200 200 | 200 200 200 200 200 403"
SEES_PEOPLE = "200 200 403 403 | 200 403 200 403 200 403"
INSIDE: dict[str, dict[str, str]] = {
    "": {"GET": everybody(200)},
    "projects/": {"GET": SEES_WORKSPACE},
    "workspace/": {"GET": SEES_WORKSPACE},
    "preferences/": {"GET": everybody(200), "POST": everybody(422)},
    "welcome/": {"GET": everybody(302), "POST": everybody(302)},
    "users/": {"GET": SEES_PEOPLE},
    "users/pending/": {"GET": SEES_PEOPLE},
    "users/<uuid:member_id>/menu/": {"GET": SEES_PEOPLE},
    "users/<uuid:member_id>/invitation/": {"GET": invites(200), "POST": invites(302)},
    "users/<uuid:member_id>/deletion/": {"GET": administers(200), "POST": administers(302)},
    # Each who may has a draft: the empty form leads to it, and an empty post is an old version of it.
    "users/add/": {"GET": invites(302), "POST": invites(422)},
    "users/add/people/": {"POST": invites(302)},
    "users/add/people/<int:row>/removal/": {"POST": invites(302)},
    "users/add/draft/": {"POST": invites(204)},
    "users/add/groups/": {"POST": invites(302)},
    "users/add/projects/": {"POST": invites(302)},
    "users/add/discard/": {"GET": invites(302), "POST": invites(302)},
    "users/add/<uuid:batch_id>/": {"GET": invites(200), "POST": invites(409)},
    "users/add/<uuid:batch_id>/people/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/people/<int:row>/removal/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/draft/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/groups/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/projects/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/discard/": {"GET": invites(200), "POST": invites(302)},
    "users/add/<uuid:batch_id>/personalize/": {"GET": invites(200), "POST": invites(409)},
    "users/add/<uuid:batch_id>/setup/": {"POST": invites(302)},
    "users/add/<uuid:batch_id>/preview/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/preview/mail/": {"GET": invites(200)},
}
# Columns: signed out, Bo, somebody in no organization.
OUTSIDE: dict[str, dict[str, str]] = {
    "": {"GET": "302 302 302"},
    "organizations/": {"GET": "302 200 200"},
    "media/logos/<str:name>": {"GET": "404 404 404"},
    "invitations/<str:token>/": {"GET": "302 302 302"},
    "invitations/accept/": {"GET": "404 404 404", "POST": "404 404 404"},
    "invitations/accept/other-account/": {"POST": "302 302 302"},
    "invitations/accept/new-link/": {"POST": "302 302 302"},
    "accounts/theme/": {"POST": "302 400 400"},
    "accounts/login/": {"GET": "200 302 302", "POST": "200 302 302"},
    "accounts/logout/": {"GET": "302 200 200", "POST": "302 302 302"},
    "accounts/inactive/": {"GET": "200 200 200"},
    "accounts/signup/": {"GET": "200 302 302", "POST": "200 302 302"},
    "accounts/reauthenticate/": {"GET": "302 200 200", "POST": "302 200 200"},
    "accounts/email/": {"GET": "404 404 404", "POST": "404 404 404"},
    "accounts/confirm-email/": {"GET": "200 200 200"},
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": {"GET": "200 200 200", "POST": "404 404 404"},
    "accounts/password/change/": {"GET": "302 200 200", "POST": "302 200 200"},
    "accounts/password/set/": {"GET": "302 302 302", "POST": "302 302 302"},
    "accounts/password/reset/": {"GET": "200 200 200", "POST": "200 200 200"},
    "accounts/password/reset/done/": {"GET": "200 200 200"},
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": {
        "GET": "200 200 200",
        "POST": "200 200 200",
    },
    "accounts/password/reset/key/done/": {"GET": "200 200 200"},
    "accounts/login/code/confirm/": {"GET": "302 302 302", "POST": "302 302 302"},
}
# allauth's views answer GET to any method that they do not know; nothing of ours does.
LENIENT = ("accounts/",)


def routes(patterns=None, prefix: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


def cells(line: str) -> list[int]:
    return [int(part) for part in line.replace("|", " ").split()]


@dataclass
class Stage:
    """The cast, one member of each task role, somebody pending and a draft of each inviter in both organizations."""

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
        values["batch_id"] = values.get(f"draft:{name}", values["draft"])
        path = f"/{PREFIX}{route}"
        for kind, key in (("slug", "slug"), ("uuid", "member_id"), ("uuid", "batch_id"), ("int", "row")):
            path = path.replace(f"<{kind}:{key}>", values[key])
        assert "<" not in path, f"give {path} a value in Stage.address()"
        return path

    def ask(self, client: Client, method: str, path: str, **options):
        """The answer, and the database as it was before."""
        with transaction.atomic():
            answer = client.generic(method, path, content_type="application/x-www-form-urlencoded", **options)
            transaction.set_rollback(True)
        return answer


@pytest.fixture
def stage(cast) -> Stage:
    made = Stage(cast, {name: getattr(cast, name) for name in (*ACME, "tess")})
    for role in GLOBEX[1:]:
        made.members[role] = add_member(cast.globex, add_user(f"{role}@globex.example", role.title(), "X"), role)
    for slug, admin, role in (("acme", cast.olga, "operator"), ("globex", cast.tess, "read_only")):
        invitation = cast.invite(actor=admin, role=role, people=[("Pia", "Pending", f"pia@{slug}.example")])[0]
        made.values[slug] = {"member_id": str(invitation.membership_id), "token": token_of(invitation)}
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


@pytest.mark.spec("R-2", "R-4")
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
