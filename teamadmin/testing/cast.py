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
from organizations.built_in_roles import BUILT_IN, BuiltInRole
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
    return Role.objects.get(pk=built_in(key, scheme).id)


def built_in(key: str, scheme: Scheme) -> BuiltInRole:
    return next(role for role in BUILT_IN if role.key == key and role.scheme == scheme)


def add_user(email: str, first_name: str = "", last_name: str = "") -> User:
    """Create a user with PASSWORD."""
    return User.objects.create_user(email, PASSWORD, first_name=first_name, last_name=last_name)


def new_user(email: str, first_name: str, last_name: str = "") -> User:
    """Return a user with PASSWORD, to be saved."""
    user = User(email=email, first_name=first_name, last_name=last_name)
    user.set_password(PASSWORD)
    return user


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
    member = new_member(organization, user, roles, **fields)
    member.save(force_insert=True)
    MembershipRole.objects.bulk_create(new_roles(member, roles))
    return member


def new_member(organization: Organization, user: User, roles: list[Role], **fields) -> Membership:
    """Return an active, welcomed member with these roles, to be saved."""
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
    return Membership(organization=organization, user=user, **(defaults | fields))


def new_roles(member: Membership, roles: list[Role]) -> list[MembershipRole]:
    return [MembershipRole(organization=member.organization, membership=member, role=role) for role in roles]


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
    """Create the cast in the database, with one query for each table: thousands of tests do this."""
    acme = Organization(name="Acme", slug="acme", scheme=Scheme.RANKED)
    globex = Organization(name="Globex", slug="globex", scheme=Scheme.TASK)
    Organization.objects.bulk_create([acme, globex])
    cast = Cast(acme, globex, **create_people(acme, globex))
    groups = [Group(organization=acme, name=name).prepare() for name in ("Marketing", "Research")]
    projects = [Project(organization=acme, name=name).prepare() for name in ("Website", "Atlas", "Ledger")]
    cast.groups = {group.name.lower(): group for group in groups}
    cast.projects = {project.name.lower(): project for project in projects}
    cast.globex_group = Group(organization=globex, name="Reactor").prepare()
    cast.globex_project = Project(organization=globex, name="Dam").prepare()
    Group.objects.bulk_create([*groups, cast.globex_group])
    Project.objects.bulk_create([*projects, cast.globex_project])
    marketing, shared = cast.groups["marketing"], (cast.projects["website"], cast.projects["atlas"])
    ProjectGrant.objects.bulk_create(
        ProjectGrant(organization=acme, project=project, group=marketing) for project in shared
    )
    GroupMembership.objects.create(organization=acme, group=marketing, membership=cast.bo)
    return cast


def create_people(acme: Organization, globex: Organization) -> dict[str, Membership | User]:
    """Create the users, members and their roles, and return them by the names of Cast."""
    roles = Role.objects.in_bulk([role.id for role in BUILT_IN])
    users: list[User] = []
    members: list[Membership] = []
    links: list[MembershipRole] = []
    for organization, first, last, key in (
        (acme, "Olga", "Ivanova", "admin"),
        (acme, "Max", "Keller", "manager"),
        (acme, "Bo", "Lindqvist", "builder"),
        (acme, "Opal", "Nakamura", "operator"),
        (globex, "Tess", "Moreau", "admin"),
    ):
        role = roles[built_in(key, Scheme(organization.scheme)).id]
        users.append(new_user(f"{first}@{organization.slug}.example".lower(), first, last))
        members.append(new_member(organization, users[-1], [role]).prepare())
        links += new_roles(members[-1], [role])
    stranger = new_user("stranger@nowhere.example", "Sam")
    User.objects.bulk_create([*users, stranger])
    Membership.objects.bulk_create(members)
    MembershipRole.objects.bulk_create(links)
    return {member.first_name.lower(): member for member in members} | {"stranger": stranger}


@pytest.fixture
def cast(db) -> Cast:
    """The cast, in the test's transaction."""
    return create_cast()


@pytest.fixture
def live_cast(transactional_db) -> Cast:
    """The cast, committed, for threads, workers and browsers."""
    return create_cast()
