"""Rows of seed data for COPY: organizations, members, invitations, groups, projects and grants, from a fixed seed."""

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

FIRST_NAMES = """Maria Marek Marta Anna Hanna Joanna Ben Clara David Elena Farid Grace Hiro Ines Jonas Kofi Leila Mateo
Noor Oscar Priya Quentin Rosa Samir Tara Umar Vera Wanda Xenia Yusuf Zoë Åsa Émile Łukasz Nadia Olu""".split()
LAST_NAMES = """Meyer Novak Okafor Silva Tanaka Weber Petrov Rossi Haddad Lind Moreau Nguyen Costa Byrne Demir Fischer
Garcia Ivanova Jansen Kowalski Larsen Martin Nakamura Olsen Park Quist Reyes Sato Torres Ueda Vogel Wright""".split()
RARE_NAME = "Zebulon"
NEVER = "1970-01-01 00:00:00+00"
STATES = ("active", "deactivated", "invited")
# What became of invitations: the state of Delivery, its reason, and up to which chance.
DELIVERIES = ((1, "Mailbox doesn’t exist", 0.01), (2, "", 0.015), (4, "", 0.016), (5, "", 0.15), (6, "", 1.0))
BATCH_SIZE = 50
TWO_FACTOR_METHODS = ("app", "app", "app", "app", "app", "app", "app", "passkey", "passkey", "both")
TABLES = {
    "accounts_user": "id password is_superuser email first_name last_name theme is_active is_staff date_joined",
    "organizations_organization": "id name slug scheme logo sso_enforced allowed_email_domains created_at",
    "organizations_group": "id organization_id name name_key sort_name description managed_by created_at",
    "organizations_project": "id organization_id name name_key sort_name description created_at",
    "organizations_membership": "id organization_id user_id first_name last_name email email_key sort_name search_text"
    " status managed_by two_factor invited_by_id role_order invite_expires_at joined_at last_active_at welcomed_at"
    " created_at invite_sent_at invite_delivery two_factor_method",
    "invitations_batch": "id organization_id created_by_id inviter_name created_at updated_at sent_at",
    "invitations_invitation": "id organization_id batch_id membership_id created_at new_link_asked_at",
    "invitations_invitationemail": "invitation_id number email sent_by created_at delivery delivery_at reason",
    "organizations_membershiprole": "organization_id membership_id role_id",
    "organizations_groupmembership": "organization_id membership_id group_id",
    "organizations_projectgrant": "organization_id project_id membership_id group_id",
}
Lines = dict[str, list[str]]


@dataclass(frozen=True)
class Plan:
    """What to write: `organizations` with `members` each. `created_ms` makes the ids of a load unique."""

    slug: str
    organizations: int
    members: int
    roles: tuple[tuple[str, int], ...]  # id and rank, highest first
    extras: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # further columns, with their only value
    created_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    @property
    def groups(self) -> int:
        return 2 if self.organizations > 1 else min(max(self.members // 100, 10), 500)

    @property
    def projects(self) -> int:
        return 2 if self.organizations > 1 else 60

    def key(self, kind: int, number: int) -> str:
        """Return the id of a row: a version 7 UUID, so that later ids sort after earlier ones."""
        stamp = f"{self.created_ms + number // 100:012x}"
        return f"{stamp[:8]}-{stamp[8:]}-7{kind:03x}-8{kind:03x}-{number:012x}"

    def name(self, organization: int) -> str:
        return f"{self.slug}-{organization}" if self.organizations > 1 else self.slug

    def columns(self, table: str) -> list[str]:
        return TABLES[table].split() + [name for name, _ in self.extras.get(table, [])]


class Writer:
    """Write COPY lines for the organizations `first` to `last`, or, if there is only one, for these members of it."""

    def __init__(self, plan: Plan, first: int, last: int) -> None:
        self.plan, self.first, self.last = plan, first, last
        self.random = random.Random(f"{plan.slug}{first}")
        self.lines: Lines = {table: [] for table in TABLES}
        self.tails = {
            table: "".join(f"\t{value}" for _, value in plan.extras.get(table, [])) + "\n" for table in TABLES
        }

    @cached_property
    def names(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """First and last names, each with its form for sorting and searching."""
        from base.text import fold

        return [(name, fold(name)) for name in FIRST_NAMES], [(name, fold(name)) for name in LAST_NAMES]

    @cached_property
    def days(self) -> dict[int, str]:
        today = datetime.now(UTC).date()
        return {number: str(today + timedelta(days=number)) for number in range(-900, 31)}

    def random_time(self, day: int) -> str:
        """Return a random time on the day that is `day` days from today."""
        second = int(self.random.random() * 86_400)
        hour, minute = second // 3600, second // 60 % 60
        return f"{self.days[day]} {hour:02}:{minute:02}:{second % 60:02}.{second * 7919 % 10**6:06}+00"

    def add(self, table: str, *values: Any) -> None:
        self.lines[table].append("\t".join(values) + self.tails[table])

    def write(self) -> Lines:
        """Return all lines by table."""
        plan = self.plan
        self.now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}+00"
        if plan.organizations == 1:
            if self.first == 0:
                self.organization(0)
            for number in range(self.first, self.last):
                self.member(0, number)
        else:
            for organization in range(self.first, self.last):
                self.organization(organization)
                for number in range(plan.members):
                    self.member(organization, number)
        return self.lines

    def organization(self, at: int) -> None:
        plan, key, name = self.plan, self.plan.key(1, at), self.plan.name(at)
        self.add("organizations_organization", key, name, name, "ranked", "", "f", "[]", self.now)
        for number in range(plan.projects):
            project, name = plan.key(3, at * plan.projects + number), f"Project {number:02}"
            self.add("organizations_project", project, key, name, name.lower(), name.lower(), "", self.now)
        for number in range(plan.groups):
            group, name = plan.key(2, at * plan.groups + number), f"Group {number:03}"
            self.add("organizations_group", group, key, name, name.lower(), name.lower(), "", "manual", self.now)
            for index in self.random.sample(range(plan.projects), min(4, plan.projects)):
                project = plan.key(3, at * plan.projects + index)
                self.add("organizations_projectgrant", key, project, r"\N", group)

    def _name(self, at: int) -> tuple[str, str, str]:
        firsts, lasts = self.names
        last, last_key = lasts[int(self.random.random() * len(lasts))]
        if at % max(self.plan.members // 25, 1) == 7:
            first, first_key = RARE_NAME, RARE_NAME.lower()
        else:
            first, first_key = firsts[int(self.random.random() * len(firsts))]
        return first, f"{last} {at:x}", f"{first_key} {last_key} {at:x}"

    def _state(self, at: int) -> str:
        chance = self.random.random()  # with 1,000 members, every status still fills a page
        return STATES[0] if not at or chance < 0.72 else STATES[1] if chance < 0.8 else STATES[2]

    def _role(self, at: int) -> tuple[str, int]:
        chance = self.random.random()
        return self.plan.roles[0 if not at or chance < 0.01 else 1 if chance < 0.1 else 2 if chance < 0.5 else 3]

    def member(self, organization: int, at: int) -> None:
        plan, chance = self.plan, self.random.random
        number = organization * plan.members + at
        key, owner, first_member = plan.key(4, number), plan.key(1, organization), plan.key(4, number - at)
        (first, last, sort_name), state, (role, rank) = self._name(at), self._state(at), self._role(at)
        email, invited = f"u{at}@{plan.name(organization)}.example", state == "invited"
        two_factor = not invited and chance() < 0.4
        user = r"\N" if invited else plan.key(5, number)
        active = f"{self.days[2]} 00:00:00+00" if not at else self.random_time(-int(chance() ** 3 * 100))
        if not invited:
            password = "!" + "x" * 40
            self.add("accounts_user", user, password, "f", email, first, last, "system", "t", "f", self.now)
        expires_in = int(chance() * 45) - 15
        sent_at, delivery = (self.random_time(expires_in - 30), self._delivery()) if invited else (NEVER, (0, "", 0))
        self.add(
            "organizations_membership", key, owner, user, first, last, email, email, sort_name,
            f" {sort_name} {email} {email}", state, "scim" if chance() < 0.1 else "manual",
            "t" if two_factor else "f", first_member if at else r"\N", str(rank),
            self.random_time(expires_in), NEVER if invited else self.random_time(-int(chance() * 900)),
            NEVER if invited else active, r"\N" if at else self.now, self.now,
            sent_at, str(delivery[0]), self.random.choice(TWO_FACTOR_METHODS) if two_factor else "",
        )  # fmt: skip
        if at % BATCH_SIZE == 0:
            batch = plan.key(6, number // BATCH_SIZE if plan.organizations == 1 else organization)
            self.add("invitations_batch", batch, owner, first_member, "Admin", self.now, self.now, self.now)
        if invited:
            self._invitation(owner, number, organization, email, sent_at, delivery)
        self.add("organizations_membershiprole", owner, key, role)
        self._grants(owner, key, organization)

    def _delivery(self) -> tuple[int, str, float]:
        chance = self.random.random()
        return next(delivery for delivery in DELIVERIES if chance < delivery[2])

    def _invitation(
        self, owner: str, number: int, organization: int, email: str, sent_at: str, delivery: tuple[int, str, float]
    ) -> None:
        plan, key = self.plan, self.plan.key(7, number)
        batch = plan.key(6, number // BATCH_SIZE if plan.organizations == 1 else organization)
        asked = self.now if self.random.random() < 0.002 else r"\N"
        self.add("invitations_invitation", key, owner, batch, plan.key(4, number), sent_at, asked)
        state, reason = str(delivery[0]), delivery[1]
        self.add("invitations_invitationemail", key, "1", email, "Admin", sent_at, state, sent_at, reason)

    def _grants(self, owner: str, key: str, organization: int) -> None:
        plan, chance = self.plan, self.random.random
        start, count = int(chance() * plan.groups), (0, 1, 1, 2, 3)[int(chance() * 5)]
        for step in range(min(count, plan.groups)):
            group = plan.key(2, organization * plan.groups + (start + step * 7) % plan.groups)
            self.add("organizations_groupmembership", owner, key, group)
        start, count = int(chance() * plan.projects), (0, 0, 1, 2)[int(chance() * 4)]
        for step in range(min(count, plan.projects)):
            project = plan.key(3, organization * plan.projects + (start + step) % plan.projects)
            self.add("organizations_projectgrant", owner, project, key, r"\N")
