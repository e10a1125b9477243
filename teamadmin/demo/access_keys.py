"""The demo's access keys. They don't work: no text has these digests."""

from datetime import timedelta

from organizations.models import AccessKey, AccessKeySecret
from organizations.scopes import with_reading
from teamadmin.demo.builder import Builder

# Name, prefix, creator, scopes, minutes since the last use (None for never), days until it expires (None for never).
PERSONAL = (
    ("Laptop scripts", "tap_9fK2", "olga@acme.example", "members:read", 105, 65),
    ("Quarterly report", "tap_Lw71", "olga@acme.example", "members:read, audit:read", 58 * 1440, 6),
    ("Onboarding checklist", "tap_c0Rv", "ines.carvalho@acme.example", "invitations:write, groups:read", 2880, 31),
    ("Shift planner", "tap_Zq8m", "max@acme.example", "members:write", 14, 340),
    ("Atlas build", "tap_4hTn", "bo@acme.example", "projects:write", 31, 88),
    ("Notebook", "tap_e2Wd", "bo@acme.example", "projects:read", None, 12),
    ("Map export", "tap_Ys6p", "opal@acme.example", "projects:read", 9 * 1440, None),
)
SHARED = (
    ("HR sync", "tao_M3vd", "ines.carvalho@acme.example", "members:write, invitations:write", 12, 183),
    ("Audit export to SIEM", "tao_8rQz", "olga@acme.example", "audit:read", 0, 48),
    ("Old onboarding bot", "tao_1cXe", "carl.ahlstrom@acme.example", "invitations:write", 94 * 1440, None),
)


def add(builder: Builder) -> None:
    """Add these to Acme."""
    if builder.company.slug != "acme":
        return
    for number, row in enumerate((*PERSONAL, *SHARED)):
        _add(builder, number, *row)


def _add(
    builder: Builder, number: int, name: str, prefix: str, email: str, scopes: str, used: int | None, days: int | None
) -> None:
    creator = builder.members[email]
    used_at = None if used is None else builder.now - timedelta(minutes=used)
    key = AccessKey.objects.create(
        organization=builder.organization,
        membership=creator if prefix.startswith("tap_") else None,
        name=name,
        scopes=with_reading(scopes.split(", ")),
        created_by=creator.name,
        expires_at=None if days is None else builder.now + timedelta(days=days),
        last_used_at=used_at,
    )
    AccessKey.objects.filter(pk=key.pk).update(created_at=builder.now - timedelta(days=120))
    AccessKeySecret.objects.create(
        key=key, prefix=prefix, digest=f"{number:064}", shown_to=creator.pk, last_used_at=used_at
    )
