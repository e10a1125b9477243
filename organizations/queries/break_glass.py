"""Break-glass Admins: they may sign in with their own password and second factor where single sign-on is enforced."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q

from organizations.models import Group, Membership, Organization, Status
from organizations.queries.roles import admin_links

# More Admins than this are not listed to choose from.
BREAK_GLASS_CHOICES = 100


def break_glass_admins(
    organization: Organization, *, besides: Membership | None = None, besides_group: Group | None = None
) -> list[Membership]:
    """Return the break-glass Admins who can sign in now: with a password and a second factor (O-4). Three queries.

    Ignores the member `besides`, and the Admin roles that come from `besides_group`.
    """
    rows = Membership.objects.filter(
        organization=organization,
        is_break_glass=True,
        status=Status.ACTIVE,
        two_factor=True,
        user__is_active=True,
    ).exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    chosen = [each for each in rows.order_by("pk").select_related("user") if each != besides]
    admins = _admins_among(organization, chosen, besides_group) if chosen else set()
    return [each for each in chosen if each.pk in admins]


def _admins_among(organization: Organization, members: list[Membership], besides_group: Group | None) -> set:
    direct, through_groups = admin_links(organization)
    if besides_group is not None:
        through_groups = through_groups.exclude(group=besides_group)
    links = (each.filter(membership__in=members) for each in (direct, through_groups))
    return {key for each in links for key in each.values_list("membership_id", flat=True)}


def break_glass_choices(organization: Organization) -> list[Membership]:
    """Return active Admins to choose break-glass Admins from, the chosen ones first. At most BREAK_GLASS_CHOICES."""
    direct, through_groups = admin_links(organization)
    is_admin = Q(pk__in=direct.values("membership_id")) | Q(pk__in=through_groups.values("membership_id"))
    rows = Membership.objects.filter(is_admin, organization=organization, status=Status.ACTIVE)
    rows = rows.order_by("-is_break_glass", "-two_factor", "sort_name", "pk").select_related("user")
    return list(rows[:BREAK_GLASS_CHOICES])
