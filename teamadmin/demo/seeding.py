"""Makes the demo's rows of the tables in teamadmin.demo.data and a fixed seed; times count back from now."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from organizations.models import (
    Group,
    GroupMembership,
    Membership,
    MembershipRole,
    Organization,
    Project,
    ProjectGrant,
    Role,
    Status,
)
from organizations.queries import roles_in
from organizations.services import create_group, create_organization, create_project, grant_group_projects
from teamadmin.demo import extras, history, inviting
from teamadmin.demo.data import COMPANIES, PASSWORD, Company

SEED = 20


@transaction.atomic
def build() -> list[Organization]:
    """Makes the demo organizations that are not there; returns those that it made."""
    missing = [company for company in COMPANIES if not Organization.objects.filter(slug=company.slug).exists()]
    hashed = make_password(PASSWORD) if missing else ""
    return [Builder(company, hashed).build() for company in missing]


@transaction.atomic
def remove() -> None:
    """Deletes the demo organizations, their logos, and the users who are in no other."""
    organizations = list(Organization.objects.filter(slug__in=[company.slug for company in COMPANIES]))
    users = User.objects.filter(memberships__organization__in=organizations)
    keys = list(users.values_list("pk", flat=True))
    for organization in organizations:
        organization.logo.delete(save=False)
        organization.delete()
    User.objects.filter(pk__in=keys, memberships=None).delete()


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


class Builder:
    """Makes one organization of its tables."""

    def __init__(self, company: Company, hashed_password: str) -> None:
        self.company, self.hashed_password = company, hashed_password
        self.random = random.Random(f"{SEED} {company.slug}")  # noqa: S311 - for looks, not for secrets
        self.now = timezone.now()
        self.founded = self.now - timedelta(days=720)
        self.members: dict[str, Membership] = {}

    def build(self) -> Organization:
        """The organization with all of its rows, none of them waiting to be mailed."""
        company = self.company
        self.organization = create_organization(name=company.name, slug=company.slug, scheme=company.scheme)
        self.organization.logo.save(f"{company.slug}.png", company.logo(), save=True)
        self.roles: dict[str, Role] = {role.key: role for role in roles_in(self.organization)}
        lines = [[cell.strip() for cell in line.split("|")] for line in company.joined.strip().splitlines()]
        self._join(lines)
        self._share()
        for _, _, email, _, groups, projects, *_ in lines:
            self.link([self.members[email]], groups=_words(groups), projects=_words(projects))
        extras.add(self)
        history.tell_founding(self)
        for invited in company.invited:
            inviting.add(self, invited)
        return self.organization

    @property
    def founder(self) -> Membership:
        return next(iter(self.members.values()))

    def _join(self, lines: list[list[str]]) -> None:
        users = self._users(lines)
        for number, (first, last, email, _, _, _, *state) in enumerate(lines):
            member = Membership(
                organization=self.organization, user=users[email], first_name=first, last_name=last, email=email,
                status=Status.DEACTIVATED if "deactivated" in state else Status.ACTIVE,
                **self._times(number, gone="deactivated" in state),
            )  # fmt: skip
            self.members[email] = member.prepare()
        for member, line in zip(self.members.values(), lines, strict=True):
            roles = _words(line[3])
            member.role_order = min(self.roles[key].rank for key in roles)
            member.invited_by = None if member is self.founder else self.founder
        # The founder first: the others point at them.
        Membership.objects.bulk_create(self.members.values())
        for member, line in zip(self.members.values(), lines, strict=True):
            self.link([member], roles=_words(line[3]))

    def _times(self, number: int, *, gone: bool) -> dict[str, datetime]:
        # Some joined lately, so that the log has more to tell than invitations.
        earliest, latest = (1, 500) if gone else (690, 719) if number % 8 == 5 else (1, 690)
        joined = self.founded + timedelta(days=self.random.uniform(earliest, latest) if number else 0)
        # Olga founds Acme and is a guest at Globex: who was here last is where signing in leads to.
        minutes = min(self.random.lognormvariate(6.2, 2.4), 60_000) if number else 0
        quiet = timedelta(days=self.random.uniform(60, 180)) if gone else timedelta(minutes=minutes)
        active = max(self.now - quiet - timedelta(minutes=3), joined + timedelta(hours=1))
        return {"joined_at": joined, "last_active_at": active, "welcomed_at": joined}

    def _users(self, lines: list[list[str]]) -> dict[str, User]:
        there = {user.email: user for user in User.objects.filter(email__in=[line[2] for line in lines])}
        new = [
            User(email=email, first_name=first, last_name=last, password=self.hashed_password)
            for first, last, email, *_ in lines
            if email not in there
        ]
        User.objects.bulk_create(new)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in new
        )
        return there | {user.email: user for user in new}

    def _share(self) -> None:
        actor, organization = self.founder, self.organization
        self.projects: dict[str, Project] = {
            name: create_project(actor=actor, organization=organization, name=name) for name in self.company.projects
        }
        self.groups: dict[str, Group] = {}
        for name, projects in self.company.groups.items():
            self.groups[name] = create_group(actor=actor, organization=organization, name=name)
            grant_group_projects(
                actor=actor, group=self.groups[name], projects=[self.projects[project] for project in projects]
            )

    def link(
        self,
        members: Iterable[Membership],
        *,
        roles: Iterable[str] = (),
        groups: Iterable[str] = (),
        projects: Iterable[str] = (),
    ) -> None:
        """Gives each member these roles (by key), groups and projects (by name)."""
        for member in members:
            owner = {"organization": self.organization, "membership": member}
            MembershipRole.objects.bulk_create(MembershipRole(role=self.roles[key], **owner) for key in roles)
            GroupMembership.objects.bulk_create(GroupMembership(group=self.groups[name], **owner) for name in groups)
            ProjectGrant.objects.bulk_create(ProjectGrant(project=self.projects[name], **owner) for name in projects)

    @property
    def period(self) -> timedelta:
        """How long an invitation stands."""
        return timedelta(days=settings.INVITATION_DAYS)
