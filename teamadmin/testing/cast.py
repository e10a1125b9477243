"""The people in every test: Olga, Max, Bo and Opal of Acme, Tess of Globex, and a stranger."""

from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from accounts.sessions import hash_key
from base.text import canonical_email, name_key
from invitations.models import Batch, Invitation
from invitations.services import save_draft, send_batch
from organizations.built_in_roles import BUILT_IN
from organizations.models import (
    Group,
    GroupMembership,
    Membership,
    MembershipRole,
    Organization,
    Project,
    ProjectGrant,
    Role,
    Scheme,
    Status,
)
from organizations.permissions import Permission

PASSWORD = "correct-horse-battery"  # noqa: S105


def role_named(key: str, scheme: Scheme = Scheme.RANKED) -> Role:
    """Return a built-in role: "admin", "manager", "builder", "operator", or "data_admin" etc. in the task scheme."""
    wanted = next(role for role in BUILT_IN if role.key == key and role.scheme == scheme)
    return Role.objects.get(pk=wanted.id)


def add_user(email: str, first_name: str = "", last_name: str = "") -> User:
    """Create a user with PASSWORD."""
    return User.objects.create_user(email, PASSWORD, first_name=first_name, last_name=last_name)


def add_role(organization: Organization, name: str, *permissions: Permission) -> Role:
    """Create a custom role of the organization (R-3)."""
    return Role.objects.create(
        organization=organization,
        scheme=organization.scheme,
        key=name_key(name),
        name=name,
        description=f"What the {name} does.",
        permissions=[str(permission) for permission in permissions],
    )


def add_member(organization: Organization, user: User, *roles_or_keys: str | Role, **fields) -> Membership:
    """Create an active, welcomed member with these roles. Strings are keys of built-in roles."""
    scheme = Scheme(organization.scheme)
    roles = [role if isinstance(role, Role) else role_named(role, scheme) for role in roles_or_keys]
    defaults = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "status": Status.ACTIVE,
        "role_order": min(role.rank for role in roles),
        "joined_at": timezone.now(),
        "last_active_at": timezone.now(),
        "welcomed_at": timezone.now(),
    }
    member = Membership.objects.create(organization=organization, user=user, **(defaults | fields))
    MembershipRole.objects.bulk_create(
        MembershipRole(organization=organization, membership=member, role=role) for role in roles
    )
    return member


@dataclass
class Cast:
    """The cast. `acme` has ranked roles, `globex` task roles.

    The group Marketing (Bo) has access to Website and Atlas. No one has been given access to Ledger.
    """

    acme: Organization
    globex: Organization
    olga: Membership
    max: Membership
    bo: Membership
    opal: Membership
    tess: Membership
    stranger: User
    groups: dict[str, Group] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    globex_group: Group | None = None
    globex_project: Project | None = None

    def user(self, name: str) -> User:
        """Return the user of "olga", "max", "bo", "opal", "tess" or "stranger"."""
        return self.stranger if name == "stranger" else getattr(self, name).user

    def client(self, name: str = "", **options) -> Client:
        """Return a client signed in as that person, or signed out if `name` is blank.

        The session has already opened the person's organizations, so that a page takes the usual number of queries.
        """
        client = Client(**options)
        if name:
            user = User.objects.get(pk=self.user(name).pk)  # read again: the session depends on the current row
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            members = Membership.objects.filter(user=user).values_list("organization_id", flat=True)
            keys = [str(organization_id) for organization_id in members]
            Session.objects.filter(pk=hash_key(client.session.session_key)).update(organization_ids=keys)
        return client

    def draft(self, actor: Membership | None = None, *, role: str = "builder", people=None, **fields) -> Batch:
        """Save a draft by `actor` (default Olga) for Nadia Petrov, or for `people` as (first, last, email)."""
        actor = actor or self.olga
        rows = people or [("Nadia", "Petrov", "nadia@acme.example")]
        return save_draft(
            actor=actor,
            batch=None,
            people=[dict(zip(("first_name", "last_name", "email"), row, strict=True)) for row in rows],
            role_ids=[str(role_named(role, Scheme(actor.organization.scheme)).pk)],
            **fields,
        )

    def invite(self, actor: Membership | None = None, **options) -> list[Invitation]:
        """Send a draft (see draft()) and return the invitations in the order of its people."""
        actor = actor or self.olga
        batch = self.draft(actor, **options)
        sent, _ = send_batch(actor=actor, batch=batch, version=batch.version)
        invitations = Invitation.objects.filter(batch=sent).select_related("membership__organization", "batch")
        order = [canonical_email(person["email"]) for person in sent.people]
        return sorted(invitations, key=lambda invitation: order.index(invitation.membership.email_key))


def create_cast() -> Cast:
    """Create the cast in the database."""
    acme = Organization.objects.create(name="Acme", slug="acme", scheme=Scheme.RANKED)
    globex = Organization.objects.create(name="Globex", slug="globex", scheme=Scheme.TASK)
    people = {}
    for first, last, role in (
        ("Olga", "Ivanova", "admin"),
        ("Max", "Keller", "manager"),
        ("Bo", "Lindqvist", "builder"),
        ("Opal", "Nakamura", "operator"),
    ):
        user = add_user(f"{first.lower()}@acme.example", first, last)
        people[first.lower()] = add_member(acme, user, role)
    tess = add_member(globex, add_user("tess@globex.example", "Tess", "Moreau"), "admin")
    cast = Cast(acme=acme, globex=globex, tess=tess, stranger=add_user("stranger@nowhere.example", "Sam"), **people)
    for name in ("Marketing", "Research"):
        group = Group(organization=acme, name=name)
        group.save()
        cast.groups[name.lower()] = group
    for name in ("Website", "Atlas", "Ledger"):
        project = Project(organization=acme, name=name)
        project.save()
        cast.projects[name.lower()] = project
    for name in ("website", "atlas"):
        ProjectGrant.objects.create(organization=acme, project=cast.projects[name], group=cast.groups["marketing"])
    GroupMembership.objects.create(organization=acme, group=cast.groups["marketing"], membership=cast.bo)
    cast.globex_group = Group(organization=globex, name="Reactor")
    cast.globex_group.save()
    cast.globex_project = Project(organization=globex, name="Dam")
    cast.globex_project.save()
    return cast


@pytest.fixture
def cast(db) -> Cast:
    """The cast, in the test's transaction."""
    return create_cast()


@pytest.fixture
def live_cast(transactional_db) -> Cast:
    """The cast, committed, for threads, workers and browsers."""
    return create_cast()
