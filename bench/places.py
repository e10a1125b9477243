"""The databases that the Users page is measured on: one for each size, as large as its members make it."""

import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import override_settings

from bench import floor, rows, seed
from console.users.params import UserListParams
from organizations.models import Group, Membership, Project, Role, Status

PREFIX = "teamadmin_bench"
# Members of the organization that is measured, and how many organizations there are.
SIZES = {"1k": (1_000, 1), "100k": (100_000, 1), "1M": (1_000_000, 1), "100k orgs": (10, 100_000)}


def address(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{PREFIX}_{name.lower().replace(' ', '_')}").geturl()


def drop(url: str, names: list[str]) -> None:
    """Takes the databases away."""
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f"DROP DATABASE IF EXISTS {urlsplit(address(url, name)).path[1:]} WITH (FORCE)")


def make(url: str, names: list[str]) -> None:
    """Databases of these sizes on the server at `url`, and what each took to fill."""
    drop(url, ["template", *names])
    with psycopg.connect(url, autocommit=True) as server:
        template = urlsplit(address(url, "template")).path[1:]
        server.execute(f"CREATE DATABASE {template}")
        enter(address(url, "template"))
        call_command("migrate", verbosity=0)
        connection.close()
        for name in names:
            server.execute(f"CREATE DATABASE {urlsplit(address(url, name)).path[1:]} TEMPLATE {template}")
            members, organizations = SIZES[name]
            took = seed.seed(address(url, name), "acme", members=members, organizations=organizations)
            if organizations > 1:  # the one that is measured has as many members as the small one
                took += seed.seed(address(url, name), "acme", members=SIZES["1k"][0])
            seed.settle(address(url, name))
            print(f"{name}: seeded in {took:.0f} s", flush=True)
    drop(url, ["template"])


def enter(url: str) -> None:
    """Django's default connection becomes a new one to that database."""
    parts = urlsplit(url)
    wrapper = connections.create_connection("default")
    wrapper.settings_dict = {**wrapper.settings_dict, "NAME": parts.path[1:]}
    connections["default"] = wrapper


class Backend:
    """The CPU time of the PostgreSQL process of this connection, where it runs on this machine; else nought."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        self.clock, name = Path(f"/proc/{pid}/schedstat"), Path(f"/proc/{pid}/comm")
        self.here = self.clock.exists() and name.read_text().strip() == "postgres"

    def time(self) -> float:
        """Seconds."""
        return int(self.clock.read_text().split()[0]) / 1e9 if self.here else 0.0


@dataclass
class Place:
    """A database with its connection, an Admin signed in to ours, and one to the floor and Django's admin."""

    name: str
    ours: Client
    others: Client
    backend: Backend
    addresses: dict[str, tuple[str, dict]]

    def enter(self) -> None:
        connections["default"] = self.wrapper

    def sign_in(self) -> None:
        """Give both clients a new session."""
        for client in (self.ours, self.others):
            client.cookies.clear()
            client.force_login(_admin().user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def __post_init__(self) -> None:
        self.wrapper = connections["default"]


def _admin() -> Membership:
    return Membership.objects.select_related("user").get(organization__slug="acme", email="u0@acme.example")


def _client(middleware: list[str] | None) -> Client:
    member = _admin()
    member.user.is_staff = member.user.is_superuser = True
    member.user.save()
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    if middleware:
        with override_settings(MIDDLEWARE=middleware):
            client.handler.load_middleware()
    return client


def place(url: str, name: str) -> Place:
    """The database of that size, ready."""
    enter(address(url, name))
    clients = _client(None), _client(floor.MIDDLEWARE)
    return Place(name, *clients, Backend(), views())


SEARCHES = {
    "common": "mar", "medium": "xenia", "rare": rows.RARE_NAME, "absent": "qwxz", "two letters": "an",
    "two words": "mar example", "in all": "acme",
}  # fmt: skip
SORTS = ("-name", "role", "-role", "last_active", "-last_active", "joined", "-joined")


def views() -> dict[str, tuple[str, dict]]:
    """Every view by name: its address and the request's headers."""
    users = "/o/acme/users/"
    found: dict[str, tuple[str, dict]] = {
        "floor A": ("/floor/acme/", {}),
        "first page": (users, {}),
        "first page, htmx": (users, {"HTTP_HX_REQUEST": "true"}),
        "deep page": (users + deep(), {}),
        "pending tab": (users + "pending/", {}),
    }
    for name, words in SEARCHES.items():
        found[f"search {name}"] = (f"{users}?q={words.replace(' ', '+')}", {})
    found["search everyone"] = (f"{users}?q=mar&status=everyone", {})
    for name, query in filters().items():
        found[f"filter {name}"] = (f"{users}?{query}", {})
    for sort in SORTS:
        found[f"sort {sort}"] = (f"{users}?sort={sort}", {})
    for sort in ("name", "-invite_expires", "role"):
        found[f"sort pending {sort}"] = (f"{users}pending/?sort={sort}", {})
    # Last, because it leaves nothing of the others in any cache.
    found["Django admin"] = ("/admin/organizations/membership/", {})
    return found


def deep() -> str:
    """The query of a page nine tenths down the list."""
    members = Membership.objects.filter(organization__slug="acme").exclude(status=Status.INVITED)
    member = members.order_by("sort_name", "id")[members.count() * 9 // 10]
    return UserListParams().page_at(member.organization_id, (member.sort_name, member.pk), backwards=False).query()


def filters() -> dict[str, str]:
    """Each choice of each filter, and some together."""
    found = {status: f"status={status}" for status in ("active", "pending", "expired", "deactivated", "everyone")}
    for role in Role.objects.filter(organization=None, scheme="ranked"):
        found[f"role {role.key}"] = f"role={role.pk}"
    group = Group.objects.filter(organization__slug="acme").order_by("name_key")[5:6].first()
    project = Project.objects.filter(organization__slug="acme").order_by("name_key")[5:6].first()
    group, project = (thing.pk if thing else "" for thing in (group, project))
    found |= {"group": f"group={group}", "project": f"project={project}"}
    found |= {"managed by": "managed_by=scim", "2FA on": "two_factor=on", "2FA off": "two_factor=off"}
    found["group, deactivated"] = f"group={group}&status=deactivated"
    found["expired by role"] = "status=expired&sort=role"
    return found


if __name__ == "__main__":
    sys.exit("bench/users_page.py is the program.")
