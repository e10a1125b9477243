"""The databases that the Users page is measured on, one for each size."""

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
# Number of members of the measured organization, and number of organizations.
SIZES = {"1k": (1_000, 1), "100k": (100_000, 1), "1M": (1_000_000, 1), "100k orgs": (10, 100_000)}


def address(url: str, name: str) -> str:
    """Return the URL of the database of that size on the server at `url`."""
    return urlsplit(url)._replace(path=f"/{PREFIX}_{name.lower().replace(' ', '_')}").geturl()


def drop(url: str, names: list[str]) -> None:
    """Drop the databases of these sizes if they exist."""
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f"DROP DATABASE IF EXISTS {urlsplit(address(url, name)).path[1:]} WITH (FORCE)")


def make(url: str, names: list[str]) -> None:
    """Create and seed databases of these sizes on the server at `url`, and print the seconds each took."""
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
            if organizations > 1:  # the measured organization has as many members as in "1k"
                took += seed.seed(address(url, name), "acme", members=SIZES["1k"][0])
            seed.settle(address(url, name))
            print(f"{name}: seeded in {took:.0f} s", flush=True)
    drop(url, ["template"])


def enter(url: str) -> None:
    """Make a new connection to that database Django's default connection."""
    parts = urlsplit(url)
    wrapper = connections.create_connection("default")
    wrapper.settings_dict = {**wrapper.settings_dict, "NAME": parts.path[1:]}
    connections["default"] = wrapper


class Backend:
    """The PostgreSQL process of the current connection, whose CPU time can be read if it runs on this computer."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        self.clock, name = Path(f"/proc/{pid}/schedstat"), Path(f"/proc/{pid}/comm")
        self.is_local = self.clock.exists() and name.read_text().strip() == "postgres"

    def time(self) -> float:
        """Return the CPU time in seconds, 0.0 if it can't be read."""
        return int(self.clock.read_text().split()[0]) / 1e9 if self.is_local else 0.0


@dataclass
class Place:
    """A database with its connection and two clients signed in as an Admin.

    ours: for the Users page. others: for floor A and Django admin. addresses: see `views`.
    """

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
    """Connect to the database of that size and sign in."""
    enter(address(url, name))
    clients = _client(None), _client(floor.MIDDLEWARE)
    return Place(name, *clients, Backend(), views())


SEARCHES = {
    "common": "mar", "medium": "xenia", "rare": rows.RARE_NAME, "absent": "qwxz", "two letters": "an",
    "two words": "mar example", "in all": "acme",
}  # fmt: skip
PENDING_FILTERS = {
    "problem": "delivery=problem", "problem, by name": "delivery=problem&sort=name", "asked": "delivery=asked",
    "several": "delivery=asked&delivery=bounced&delivery=delivered", "open, sent": "status=pending&delivery=sent",
    "expires soon": "expires=soon&sort=name",
}  # fmt: skip
SORTS = ("-name", "role", "-role", "last_active", "-last_active", "joined", "-joined")


def views() -> dict[str, tuple[str, dict]]:
    """Return the URL and the request headers of every view, by its name."""
    users = "/o/acme/users/"
    result: dict[str, tuple[str, dict]] = {
        "floor A": ("/floor/acme/", {}),
        "first page": (users, {}),
        "first page, htmx": (users, {"HTTP_HX_REQUEST": "true"}),
        "deep page": (users + deep(), {}),
        "pending tab": (users + "pending/", {}),
    }
    for name, words in SEARCHES.items():
        result[f"search {name}"] = (f"{users}?q={words.replace(' ', '+')}", {})
    result["search everyone"] = (f"{users}?q=mar&status=everyone", {})
    for name, query in filters().items():
        result[f"filter {name}"] = (f"{users}?{query}", {})
    for sort in SORTS:
        result[f"sort {sort}"] = (f"{users}?sort={sort}", {})
    for sort in ("name", "-invite_expires", "role", "sent", "-sent", "delivery"):
        result[f"sort pending {sort}"] = (f"{users}pending/?sort={sort}", {})
    for name, query in PENDING_FILTERS.items():
        result[f"filter pending {name}"] = (f"{users}pending/?{query}", {})
    for words in ("mar", "qwxz", "group 1"):
        result[f"palette {words}"] = (f"/o/acme/search/?q={words.replace(' ', '+')}", {})
    result["Homepage"] = ("/o/acme/", {})
    # Last, because it evicts the pages of all other views from the cache.
    result["Django admin"] = ("/admin/organizations/membership/", {})
    return result


def deep() -> str:
    """Return the query of a page nine tenths down the list."""
    members = Membership.objects.filter(organization__slug="acme").exclude(status=Status.INVITED)
    member = members.order_by("sort_name", "id")[members.count() * 9 // 10]
    return UserListParams().page_at(member.organization_id, (member.sort_name, member.pk), backwards=False).query()


def filters() -> dict[str, str]:
    """Return the query of each option of each filter, and of some combinations, by name."""
    result = {status: f"status={status}" for status in ("active", "pending", "expired", "deactivated", "everyone")}
    for role in Role.objects.filter(organization=None, scheme="ranked"):
        result[f"role {role.key}"] = f"role={role.pk}"
    group = Group.objects.filter(organization__slug="acme").order_by("name_key")[5:6].first()
    project = Project.objects.filter(organization__slug="acme").order_by("name_key")[5:6].first()
    group, project = (thing.pk if thing else "" for thing in (group, project))
    result |= {"group": f"group={group}", "project": f"project={project}"}
    result |= {"managed by": "managed_by=scim", "2FA on": "two_factor=on", "2FA off": "two_factor=off"}
    result["group, deactivated"] = f"group={group}&status=deactivated"
    builder, manager = (
        Role.objects.get(organization=None, scheme="ranked", key=key).pk for key in ("builder", "manager")
    )
    result["two roles"] = f"role={builder}&role={manager}"
    result["active or pending"] = "status=active&status=pending"
    result["expired by role"] = "status=expired&sort=role"
    for days in ("30", "60", "90"):
        result[f"inactive {days}"] = f"last_active={days}"
        result[f"inactive {days}, last first"] = f"last_active={days}&sort=-last_active"
    result["group, project"] = f"group={group}&project={project}&sort=role"
    return result


if __name__ == "__main__":
    sys.exit("Run bench/users_page.py instead.")
