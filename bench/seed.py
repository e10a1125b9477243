"""Fills an organization with members by COPY: 100,000 in seconds. Names, states and groups from a fixed seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts.models import User
from base.ids import uuid7
from organizations.models import Group, Membership, Organization, Project, ProjectGrant, Role, Scheme, Status
from organizations.models.members import NEVER
from organizations.queries import roles_in

FIRST = """Maria Marek Marta Anna Hanna Joanna Ben Clara David Elena Farid Grace Hiro Ines Jonas Kofi Leila Mateo Noor
Oscar Priya Quentin Rosa Samir Tara Umar Vera Wanda Xenia Yusuf Zoë Åsa Émile Łukasz Nadia Olu""".split()
LAST = """Meyer Novak Okafor Silva Tanaka Weber Petrov Rossi Haddad Lind Moreau Nguyen Costa Byrne Demir Fischer
Garcia Ivanova Jansen Kowalski Larsen Martin Nakamura Olsen Park Quist Reyes Sato Torres Ueda Vogel Wright""".split()
RARE = "Zebulon"
CHUNK = 20_000
MEMBERSHIP = (
    "id, organization_id, user_id, first_name, last_name, email, email_key, sort_name, search_text, status, managed_by,"
    " invited_by_id, role_order, invite_expires_at, joined_at, last_active_at, welcomed_at, created_at"
)


def copy(table: str, columns: str, rows: list[tuple]) -> None:
    """COPY of these rows."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


class Seeder:
    """Makes one organization of `size` members, its first an Admin who can sign in as `admin`."""

    def __init__(self, slug: str, size: int) -> None:
        self.slug, self.size = slug, size
        self.random = random.Random(slug)
        self.now = datetime.now(UTC)

    def seed(self) -> User:
        """Writes everything; returns the Admin's user."""
        self.organization = Organization.objects.create(name=self.slug, slug=self.slug, scheme=Scheme.RANKED)
        self.roles: list[Role] = roles_in(self.organization)
        self._groups()
        numbers = iter(range(self.size))
        while chunk := list(islice(numbers, CHUNK)):
            self._write(chunk)
        self.admin.welcomed_at = self.admin.last_active_at = self.now
        return self.admin.user

    def _groups(self) -> None:
        count = min(max(self.size // 100, 10), 500)
        self.groups = [Group(organization=self.organization, name=f"Group {n:03}").prepare() for n in range(count)]
        self.projects = [Project(organization=self.organization, name=f"Project {n}").prepare() for n in range(60)]
        Group.objects.bulk_create(self.groups)
        Project.objects.bulk_create(self.projects)
        ProjectGrant.objects.bulk_create(
            ProjectGrant(organization=self.organization, project=project, group=group)
            for group in self.groups
            for project in self.random.sample(self.projects, 4)
        )

    def _member(self, number: int) -> Membership:
        first = RARE if number % max(self.size // 25, 1) == 7 else self.random.choice(FIRST)
        last = self.random.choice(LAST)
        status = self._status(number)
        member = Membership(
            organization=self.organization,
            first_name=first,
            last_name=f"{last} {number:x}",
            email=f"u{number}@{self.slug}.example",
            status=status,
            created_at=self.now,
        )
        role = self.roles[0 if number == 0 else self.random.choices((0, 1, 2, 3), (1, 9, 40, 50))[0]]
        member.role_order, member.chosen = role.rank, role
        member.invite_expires_at = self.now + timedelta(minutes=self.random.uniform(-15, 30) * 1440)
        if status != Status.INVITED:
            member.joined_at = self.now - timedelta(minutes=self.random.uniform(0, 900) * 1440)
            member.last_active_at = self.now - timedelta(minutes=self.random.expovariate(1 / 20000))
        else:
            member.joined_at = member.last_active_at = NEVER
        return member.prepare()

    def _status(self, number: int) -> str:
        if number == 0:
            return Status.ACTIVE
        return self.random.choices((Status.ACTIVE, Status.DEACTIVATED, Status.INVITED), (72, 8, 20))[
            0
        ]  # all fill a page, even of 1,000

    def _users(self, members: list[Membership]) -> Iterator[tuple]:
        for member in members:
            if member.status != Status.INVITED:
                member.user_id = uuid7()
                yield (member.user_id, make_password(None), False, member.email_key, member.first_name,
                       member.last_name, "system", True, False, self.now)  # fmt: skip

    def _write(self, numbers: list[int]) -> None:
        members = [self._member(number) for number in numbers]
        columns = "id, password, is_superuser, email, first_name, last_name, theme, is_active, is_staff, date_joined"
        copy("accounts_user", columns, list(self._users(members)))
        if 0 in numbers:
            self.admin = members[0]
            self.admin.welcomed_at = self.admin.last_active_at = self.now + timedelta(days=1)
        names = MEMBERSHIP.split(", ")
        for member in members:
            member.invited_by_id = self.admin.pk if member is not self.admin else None
        copy("organizations_membership", MEMBERSHIP, [tuple(getattr(m, name) for name in names) for m in members])
        key = self.organization.pk
        roles = [(key, member.pk, member.chosen.pk) for member in members]
        copy("organizations_membershiprole", "organization_id, membership_id, role_id", roles)
        groups = [
            (key, member.pk, group.pk)
            for member in members
            for group in self.random.sample(self.groups, self.random.choice((0, 1, 1, 2, 3)))
        ]
        copy("organizations_groupmembership", "organization_id, membership_id, group_id", groups)
        grants = [
            (key, member.pk, project.pk)
            for member in members
            for project in self.random.sample(self.projects, self.random.choice((0, 0, 1, 2)))
        ]
        copy("organizations_projectgrant", "organization_id, membership_id, project_id", grants)


def settle() -> None:
    """What a server does by itself within minutes: statistics, and the map that index-only scans need."""
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
