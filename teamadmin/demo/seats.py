"""The demo's plans, seats over a year, and the sub-accounts of Acme."""

from datetime import timedelta

from allauth.account.models import EmailAddress

from accounts.models import User
from organizations.models import Membership, MembershipRole, Organization, Role, Scheme, SeatUse, Status
from organizations.queries import roles_in
from organizations.services import create_organization
from teamadmin.demo.builder import Builder

# By organization slug: the plan and the seats.
PLANS = {"acme": ("Team", 60), "globex": ("Business", 0)}
# The highest number of seats that Acme used in each of the last twelve months.
HISTORY = (31, 33, 34, 36, 38, 38, 41, 44, 47, 48, 51, 53)
# Name, name in URLs, the one above, who created it, seats, Olga's role there, and whether it's open.
SUB_ACCOUNTS = (
    ("Acme Nordics", "acme-nordics", "acme", "Ines Carvalho", 20, "admin", True),
    ("Acme Iceland", "acme-nordics-iceland", "acme-nordics", "Björk Jónsdóttir", 5, "", True),
    ("Acme Field", "acme-field", "acme", "Olga Marchenko", 10, "manager", True),
    ("Acme Labs", "acme-labs", "acme", "Olga Marchenko", 5, "", False),
)
PEOPLE = {
    "acme-nordics": ("Astrid Lund", "Mikkel Holm", "Signe Dahl", "Eino Laine", "Tuva Berg", "Oskar Nygren"),
    "acme-nordics-iceland": ("Katrín Helgadóttir", "Jón Einarsson"),
    "acme-field": ("Dana Whitlock", "Reza Karimi", "Paula Stein", "Ike Obi"),
    "acme-labs": ("Leo Park",),
}


def add(builder: Builder) -> None:
    """Add the plan, and to Acme its history and sub-accounts."""
    plan, limit = PLANS.get(builder.company.slug, ("", 0))
    builder.organization.plan, builder.organization.seat_limit = plan, limit
    builder.organization.save(update_fields=["plan", "seat_limit"])
    if builder.company.slug == "acme":
        _add_history(builder, limit)
        for row in SUB_ACCOUNTS:
            _add_sub_account(builder, *row)


def _add_history(builder: Builder, limit: int) -> None:
    """Save a number for each day of the last twelve months but today: the month's highest on its last days."""
    today = builder.now.date()
    rows = []
    for days in range(1, 365):
        day = today - timedelta(days=days)
        months_ago = (today.year - day.year) * 12 + today.month - day.month
        if months_ago < len(HISTORY):
            used = HISTORY[-1 - months_ago] - (1 if day.day < 10 else 0)
            rows.append(SeatUse(organization=builder.organization, day=day, used=used, limit=limit))
    SeatUse.objects.bulk_create(rows)


def _add_sub_account(
    builder: Builder, name: str, slug: str, parent: str, created_by: str, seats: int, role: str, is_active: bool
) -> None:
    organization = create_organization(name=name, slug=slug, scheme=Scheme.RANKED)
    organization.parent, organization.created_by = Organization.objects.get(slug=parent), created_by
    organization.seat_limit, organization.is_active = seats, is_active
    organization.save(update_fields=["parent", "created_by", "seat_limit", "is_active"])
    roles = {each.key: each for each in roles_in(organization)}
    if role:
        founder = builder.founder
        _add_member(builder, organization, founder.user, founder.first_name, founder.last_name, roles[role])
    for number, person in enumerate(PEOPLE.get(slug, ())):
        first, last = person.split()
        email = f"person{number + 1}@{slug}.example"
        user = User.objects.create(email=email, first_name=first, last_name=last, password=builder.hashed_password)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        needs_admin = number == 0 and role != "admin"
        _add_member(builder, organization, user, first, last, roles["admin" if needs_admin else "builder"])


def _add_member(
    builder: Builder, organization: Organization, user: User | None, first: str, last: str, role: Role
) -> None:
    assert user
    joined = builder.now - timedelta(days=200)
    member = Membership(
        organization=organization, user=user, first_name=first, last_name=last, email=user.email,
        status=Status.ACTIVE, joined_at=joined, last_active_at=joined, welcomed_at=joined, role_order=role.rank,
    )  # fmt: skip
    member.save(force_insert=True)
    MembershipRole.objects.create(organization=organization, membership=member, role=role)
