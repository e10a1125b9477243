"""The demo's identity provider: members and groups from Okta, two adoption requests, and a log of 480 requests."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from base import text
from base.times import NEVER
from organizations.models import Group, GroupMembership, ManagedBy, Membership
from organizations.services import change_group_roles, create_group
from provisioning.models import AdoptionRequest, ScimConnection, ScimGroup, ScimLogEntry, ScimToken, ScimUser
from provisioning.services.scim_users import fill_scim_user, key_of
from teamadmin.demo.builder import Builder

FIELD_OPERATIONS = (
    "chidi.nwosu@acme.example", "ngozi.eze@acme.example", "mateo.quispe@acme.example", "aylin.yildiz@acme.example",
    "pieter.vandermerwe@acme.example", "leilani.kahale@acme.example", "oscar.fuentes@acme.example",
    "deepa.iyer@acme.example", "ali.hassan@acme.example",
)  # fmt: skip
OTHERS = (
    "camille.lefevre@acme.example", "gareth.llewellyn@acme.example", "ulla-maija.virtanen@acme.example",
    "tomasz.wieczorek@acme.example", "yusuf.demir@acme.example",
)  # fmt: skip
# Okta created her, and she hasn't signed in yet.
NOT_SIGNED_IN = "leilani.kahale@acme.example"
# New groups: their members, and the role that they give.
GROUPS = {
    "Warehouse leads": ("chidi.nwosu@acme.example", "gareth.llewellyn@acme.example", "ali.hassan@acme.example"),
    "IT administrators": ("tomasz.wieczorek@acme.example", "yusuf.demir@acme.example"),
}
GROUP_ROLES = {"Field operations": "operator", "Warehouse leads": "builder"}
REQUESTS = 480
SCIM = "application/scim+json"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def add(builder: Builder) -> None:
    """Connect Acme to Okta."""
    if builder.company.slug != "acme":
        return
    connection = ScimConnection.objects.create(
        organization=builder.organization,
        provider=ScimConnection.Provider.OKTA,
        last_sync_at=builder.now - timedelta(minutes=6),
    )
    _add_tokens(builder, connection)
    _add_members(builder)
    _add_groups(builder)
    _add_adoption_requests(builder)
    _add_log(builder)


def _add_tokens(builder: Builder, connection: ScimConnection) -> None:
    """Two tokens that don't work: no text has these digests."""
    ines = builder.members["ines.carvalho@acme.example"]
    tokens = (
        ("Okta production", "tas_k7QdW2xn", builder.founder, builder.now - timedelta(minutes=6), 185, "0" * 64),
        ("Okta, next rotation", "tas_p2XwR9bc", ines, None, 357, "1" * 64),
    )
    for name, prefix, creator, used_at, days, digest in tokens:
        ScimToken.objects.create(
            connection=connection,
            name=name,
            prefix=prefix,
            digest=digest,
            created_by=creator.name,
            last_used_at=used_at,
            expires_at=builder.now + timedelta(days=days),
        )


def _add_members(builder: Builder) -> None:
    members = [builder.members[email] for email in (*FIELD_OPERATIONS, *OTHERS)]
    Membership.objects.filter(pk__in=[member.pk for member in members]).update(managed_by=ManagedBy.SCIM)
    ScimUser.objects.bulk_create(
        fill_scim_user(ScimUser(), member, _attributes(member, f"00u{number:017d}"))
        for number, member in enumerate(members, start=1)
    )
    waiting = Membership.objects.filter(pk=builder.members[NOT_SIGNED_IN].pk)
    waiting.update(user=None, joined_at=NEVER, last_active_at=NEVER, welcomed_at=None, invited_by=None)
    User.objects.filter(email=NOT_SIGNED_IN, memberships=None).delete()
    builder.members[NOT_SIGNED_IN].refresh_from_db()


def _attributes(member: Membership, external_id: str) -> dict[str, Any]:
    return {
        "userName": member.email,
        "externalId": external_id,
        "displayName": member.name,
        "name": {"givenName": member.first_name, "familyName": member.last_name},
        "emails": [{"value": member.email, "primary": True}],
    }


def _add_groups(builder: Builder) -> None:
    founder, organization = builder.founder, builder.organization
    for name, emails in GROUPS.items():
        group = create_group(actor=founder, organization=organization, name=name)
        builder.groups[name] = group
        GroupMembership.objects.bulk_create(
            GroupMembership(organization=organization, group=group, membership=builder.members[email])
            for email in emails
        )
    for name, key in GROUP_ROLES.items():
        change_group_roles(actor=founder, group=builder.groups[name], add=[builder.roles[key]])
    for number, name in enumerate(("Field operations", *GROUPS), start=1):
        Group.objects.filter(pk=builder.groups[name].pk).update(managed_by=ManagedBy.SCIM)
        ScimGroup.objects.create(
            group=builder.groups[name],
            organization=organization,
            external_id=f"00g{number:017d}",
            display_name=name,
            display_name_key=key_of(name),
        )


def _add_adoption_requests(builder: Builder) -> None:
    requests = (
        ("noor.haddad@acme.example", "noor.haddad@acme.example", "email"),
        ("daniel.oconnor@acme.example", "d.oconnor@acme.example", "name"),
    )
    for email, user_name, reason in requests:
        member = builder.members[email]
        AdoptionRequest.objects.create(
            organization=builder.organization,
            membership=member,
            user_name=user_name,
            reason=reason,
            payload={
                "userName": user_name,
                "name": {"givenName": member.first_name, "familyName": member.last_name},
                "emails": [{"value": user_name, "primary": True}],
                "active": True,
            },
        )


def _add_log(builder: Builder) -> None:
    members = [builder.members[email] for email in (*FIELD_OPERATIONS, *OTHERS)]
    leilani, deepa = (builder.members[f"{name}@acme.example"] for name in ("leilani.kahale", "deepa.iyer"))
    entries = [
        _deactivation(builder, deepa),
        _entry(builder, 6, "PATCH", "/Groups/8d0e…12aa", "add_member", "Field operations", 204, 21),
        _entry(builder, 61, "POST", "/Users", "create_user", "Daniel O’Connor", 409, 30, note=ADOPTION_NOTE),
        _entry(builder, 61, "GET", "/Users", "find_user", "userName eq …", 200, 9),
        _entry(builder, 1100, "PUT", "/Users/77b1…90cd", "replace_user", leilani.name, 412, 17, note=VERSION_NOTE),
    ]
    for number in range(REQUESTS - len(entries)):
        member = members[number % len(members)]
        minutes = 1200 + 85 * number + builder.random.randrange(60)
        if number % 3:
            entries.append(_entry(builder, minutes, "GET", "/Users", "find_user", "userName eq …", 200, 7 + number % 5))
        else:
            path = f"/Users/{str(member.pk)[:4]}…{str(member.pk)[-4:]}"
            entries.append(_entry(builder, minutes, "PATCH", path, "update_user", member.name, 200, 25 + number % 20))
    times = [entry.at for entry in entries]
    rows = ScimLogEntry.objects.bulk_create(entries)
    for row, at in zip(rows, times, strict=True):
        row.at = at  # auto_now_add has set the time of the INSERT
    ScimLogEntry.objects.bulk_update(rows, ["at"])


ADOPTION_NOTE = "Daniel O’Connor is a member already. An Admin must approve the adoption."
VERSION_NOTE = "Okta sent an old version, so nothing was changed. It reads the member again and retries."


def _entry(
    builder: Builder,
    minutes: float,
    method: str,
    path: str,
    action: str,
    about: str,
    status: int,
    milliseconds: int,
    **more: Any,
) -> ScimLogEntry:
    at: datetime = builder.now - timedelta(minutes=minutes)
    reference = f"{builder.random.randrange(16**8):08x}"
    return ScimLogEntry(
        organization=builder.organization,
        at=at,
        method=method,
        path=f"/scim/v2{path}",
        action=action,
        about=about,
        status=status,
        milliseconds=milliseconds,
        reference=reference,
        search_text=text.fold(f"{about} {reference}"),
        **more,
    )


def _deactivation(builder: Builder, member: Membership) -> ScimLogEntry:
    name = member.name
    note = f"Okta deactivated {name}. Their 2 sessions ended immediately. “False” was read as false."
    operation = {"op": "Replace", "value": {"active": "False", "phoneNumbers": "masked"}}
    headers = {"Authorization": "Bearer masked", "Content-Type": SCIM, "User-Agent": "Okta SCIM Client 1.0.0"}
    answer = {"id": "5c21…e0b4", "userName": "s•••••@acme.example", "active": False, "meta": {"version": 'W/"17"'}}
    return _entry(
        builder, 5.5, "PATCH", "/Users/5c21…e0b4", "deactivate_user", name, 200, 38,
        note=note,
        request={"headers": headers, "body": {"schemas": [PATCH], "Operations": [operation]}},
        response={"headers": {"Content-Type": SCIM, "ETag": 'W/"17"'}, "body": answer},
    )  # fmt: skip
