"""Turn one organization's tables (teamadmin.demo.data) into rows."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
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
from teamadmin.demo.data import Company

SEED = 20


def _split(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


class Builder:
    """Build one organization. A fixed seed gives the same people every time; times count back from now."""

    organization: Organization
    roles: dict[str, Role]
    groups: dict[str, Group]
    projects: dict[str, Project]

    def __init__(self, company: Company, hashed_password: str) -> None:
        self.company, self.hashed_password = company, hashed_password
        self.random = random.Random(f"{SEED} {company.slug}")  # noqa: S311 - for looks, not for secrets
        self.now = timezone.now()
        self.founded = self.now - timedelta(days=720)
        self.members: dict[str, Membership] = {}

    def create_organization(self) -> None:
        """Create the organization with its roles, members, groups and projects. No emails are queued."""
        company = self.company
        self.organization = create_organization(name=company.name, slug=company.slug, scheme=company.scheme)
        self.organization.logo.save(f"{company.slug}.png", company.logo(), save=True)
        self.roles = {role.key: role for role in roles_in(self.organization)}
        lines = [[cell.strip() for cell in line.split("|")] for line in company.members.strip().splitlines()]
        self._create_members(lines)
        self._create_groups_and_projects()
        for _, _, email, _, groups, projects, *_ in lines:
            self.link([self.members[email]], groups=_split(groups), projects=_split(projects))

    @property
    def founder(self) -> Membership:
        return next(iter(self.members.values()))

    def _create_members(self, lines: list[list[str]]) -> None:
        users = self._create_users(lines)
        for number, (first, last, email, _, _, _, *state) in enumerate(lines):
            member = Membership(
                organization=self.organization, user=users[email], first_name=first, last_name=last, email=email,
                status=Status.DEACTIVATED if "deactivated" in state else Status.ACTIVE,
                **self._times(number, deactivated="deactivated" in state),
            )  # fmt: skip
            self.members[email] = member.prepare()
        for member, line in zip(self.members.values(), lines, strict=True):
            roles = _split(line[3])
            member.role_order = min(self.roles[key].rank for key in roles)
            member.invited_by = None if member is self.founder else self.founder
        # The founder comes first, because the others refer to them.
        Membership.objects.bulk_create(self.members.values())
        for member, line in zip(self.members.values(), lines, strict=True):
            self.link([member], roles=_split(line[3]))

    def _times(self, number: int, *, deactivated: bool) -> dict[str, datetime]:
        # Some joined recently, so that the audit log starts with more than invitations.
        earliest, latest = (1, 500) if deactivated else (690, 719) if number % 8 == 5 else (1, 690)
        joined = self.founded + timedelta(days=self.random.uniform(earliest, latest) if number else 0)
        # Founders were active last: sign-in opens the organization where the user was last active, and Olga, who
        # founded Acme, is a guest at Globex.
        minutes = min(self.random.lognormvariate(6.2, 2.4), 60_000) if number else 0
        idle = timedelta(days=self.random.uniform(60, 180)) if deactivated else timedelta(minutes=minutes)
        active = max(self.now - idle - timedelta(minutes=3), joined + timedelta(hours=1))
        return {"joined_at": joined, "last_active_at": active, "welcomed_at": joined}

    def _create_users(self, lines: list[list[str]]) -> dict[str, User]:
        existing = {user.email: user for user in User.objects.filter(email__in=[line[2] for line in lines])}
        new = [
            User(email=email, first_name=first, last_name=last, password=self.hashed_password)
            for first, last, email, *_ in lines
            if email not in existing
        ]
        User.objects.bulk_create(new)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in new
        )
        return existing | {user.email: user for user in new}

    def _create_groups_and_projects(self) -> None:
        actor, organization = self.founder, self.organization
        self.projects = {
            name: create_project(actor=actor, organization=organization, name=name) for name in self.company.projects
        }
        self.groups = {}
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
        """Give each member these roles (by key), groups and projects (by name)."""
        for member in members:
            owner = {"organization": self.organization, "membership": member}
            MembershipRole.objects.bulk_create(MembershipRole(role=self.roles[key], **owner) for key in roles)
            GroupMembership.objects.bulk_create(GroupMembership(group=self.groups[name], **owner) for name in groups)
            ProjectGrant.objects.bulk_create(ProjectGrant(project=self.projects[name], **owner) for name in projects)

    @property
    def invitation_period(self) -> timedelta:
        """How long an invitation is valid."""
        return timedelta(days=settings.INVITATION_DAYS)
