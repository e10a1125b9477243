"""Every list and count of the Users page with 0, some and all members managed externally (U-16, G-3)."""

import csv
import io
import re
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.utils import timezone

from accounts.services.sign_in import SignIns, SsoSignIn
from console.tests.bulk_requests import BULK, press, url
from console.tests.people import USERS, expire, joined, names, pending
from console.tests.profiles import form_of
from console.tests.provisioning_data import add_managed, add_scim_group, connect, manage
from console.users.filters import INACTIVE
from organizations.models import Membership, Organization, Status
from organizations.policies import can_end_sessions, can_remind_two_factor
from organizations.queries import count_inactive
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.spec("U-16")
HOW = ("none", "some", "all")
ALL_COLUMNS = "role,groups,projects,invited_by,sent,status,two_factor,last_active,managed_by,invite_expires,joined"


@dataclass
class People:
    """Acme's members by what manages them. `client` is Olga's."""

    acme: Organization
    client: Client
    olga: Membership
    manual: list[Membership] = field(default_factory=list)
    managed: list[Membership] = field(default_factory=list)

    @property
    def everyone(self) -> list[Membership]:
        return [*self.manual, *self.managed]

    def having(self, *statuses: str) -> set[str]:
        return {member.name for member in self.everyone if member.status in statuses}


@pytest.fixture(params=HOW)
def people(cast, request) -> People:
    """Nobody, some or all are managed: people who signed in, who haven't yet, deactivated and pending ones."""
    connect(cast.acme)
    more = [*joined(cast.acme, 3), *pending(cast.acme, 2)]
    Membership.objects.filter(pk=more[0].pk).update(status=Status.DEACTIVATED)
    manual = [cast.olga, cast.max, cast.bo, cast.opal, *more]
    managed = []
    if request.param != "none":
        chosen = manual if request.param == "all" else [cast.bo, more[0], more[4]]
        managed = [manage(member) for member in chosen]
        managed += [add_managed(cast.acme, 1), add_managed(cast.acme, 2, status=Status.DEACTIVATED)]
    kept = [member for member in manual if member not in managed]
    for member in kept:
        member.refresh_from_db()
    return People(cast.acme, cast.client("olga"), cast.olga, kept, managed)


def count_in(tab: str, text: str) -> int:
    return int(re.search(rf"{tab} (\d+)", text)[1])


JOINED = (Status.ACTIVE, Status.DEACTIVATED)


def test_both_lists_and_their_counts_include_everyone(people):
    for path, tab, statuses in (("", "All Users", JOINED), ("pending/", "Pending", (Status.INVITED,))):
        response = people.client.get(USERS + path)
        assert set(names(response)) == people.having(*statuses)
        assert count_in(tab, text_of(response)) == len(people.having(*statuses))


def test_the_column_says_who_manages_each(people):
    response = people.client.get(f"{USERS}?status=everyone&columns={ALL_COLUMNS}")
    html = response.content.decode()
    for member in people.everyone:
        row = re.search(rf'<tr role="row" id="user-{member.pk}".*?</tr>', html, re.DOTALL)[0]
        words = "Managed externally" if member in people.managed else "Manually managed"
        assert words in row, member.name
    assert html.count(">Managed externally</td>") == len(people.managed)


@pytest.mark.parametrize("status", ["", "active", "deactivated", "everyone", "pending"])
@pytest.mark.parametrize("managed_by", ["scim", "manual"])
def test_the_filter_finds_exactly_these(people, managed_by, status):
    statuses = {
        "": JOINED,
        "active": (Status.ACTIVE,),
        "deactivated": (Status.DEACTIVATED,),
        "everyone": tuple(Status),
        "pending": (Status.INVITED,),
    }[status]
    chosen = people.managed if managed_by == "scim" else people.manual
    expected = {member.name for member in chosen if member.status in statuses}
    response = people.client.get(f"{USERS}?managed_by={managed_by}&status={status}")
    assert set(names(response)) == expected
    if not expected:
        assert "No members match" in text_of(response)


def test_the_empty_state_of_the_filter_can_be_cleared(cast):
    response = cast.client("olga").get(f"{USERS}?managed_by=scim")
    assert "No members match Managed by “Managed externally”" in text_of(response)
    assert "Clear filter" in text_of(response)


def test_a_search_finds_each_of_them(people):
    for member in people.everyone:
        response = people.client.get(f"{USERS}?status=everyone&q={member.email}")
        assert member.name in names(response), member.name


@pytest.mark.parametrize("sort", ["name", "role", "last_active", "invite_expires", "joined"])
@pytest.mark.parametrize("direction", ["", "-"])
def test_every_order_has_each_of_them_once(people, sort, direction):
    response = people.client.get(f"{USERS}?status=everyone&sort={direction}{sort}&columns={ALL_COLUMNS}")
    assert sorted(names(response)) == sorted(member.name for member in people.everyone)


def test_two_factor_and_activity_of_those_who_never_signed_in(people):
    """They haven't turned anything off, and haven't become inactive."""
    waiting = [member for member in people.managed if member.user_id is None and member.status != Status.INVITED]
    html = people.client.get(f"{USERS}?columns={ALL_COLUMNS}").content.decode()
    for member in waiting:
        row = re.search(rf'<tr role="row" id="user-{member.pk}".*?</tr>', html, re.DOTALL)[0]
        assert re.search(r'data-label="2FA" data-off>\s*–', row) and "Never" in row
    inactive = people.client.get(f"{USERS}?last_active={INACTIVE[0][0]}")
    assert not {member.name for member in waiting} & set(names(inactive))
    assert count_inactive(people.acme, timezone.now()).value == 0


def test_the_export_has_everyone_and_who_manages_them(people):
    response = people.client.get(f"{USERS}export/?view=%3Fstatus%3Deveryone%26columns%3Dmanaged_by&all=1")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    found = [row["Managed by"] for row in rows]
    assert found.count("Managed externally") == len(people.managed)
    assert found.count("Manually managed") == len(people.manual)


def test_select_all_counts_everyone_who_matches(people):
    for view, expected in (("?status=everyone", people.everyone), ("?status=everyone&managed_by=scim", people.managed)):
        response = people.client.get(f"{BULK}count/", {"view": view, "all": "1"})
        assert text_of(response) == f"Select all {len(expected)} matching"


def test_a_bulk_deletion_leaves_out_managed_members_and_says_why(people):
    address = url("deletion", *[member for member in people.everyone if member != people.olga])
    managed = [member for member in people.managed if member != people.olga]
    manual = [member for member in people.manual if member != people.olga]
    text = text_of(people.client.get(address))
    if managed:
        assert "managed by your identity provider. Remove them there." in text
        assert f"{len(managed)} users will be skipped" in text
    else:
        assert "managed by your identity provider" not in text
    if not manual:
        assert people.client.post(address).status_code == 409
    else:
        press(people.client, address)
    left = set(Membership.objects.filter(organization=people.acme).values_list("pk", flat=True))
    assert left == {people.olga.pk, *(member.pk for member in managed)}


def test_a_bulk_deletion_of_all_matching_names_how_many_are_skipped(people):
    view = "?status=everyone&managed_by=scim"
    response = people.client.get(url("deletion", view=view, all="1"))
    if people.managed and people.olga not in people.managed:
        text = text_of(response)
        assert "They are managed by your identity provider" in text or "is managed by your identity provider" in text
        assert people.client.post(url("deletion", view=view, all="1")).status_code == 409
        assert Membership.objects.filter(organization=people.acme, managed_by="scim").count() == len(people.managed)


@pytest.mark.spec("S-11")
def test_those_who_never_signed_in_are_not_reminded(people):
    waiting = [member for member in people.managed if member.user_id is None and member.status == Status.ACTIVE]
    for member in waiting:
        decision = can_remind_two_factor(people.olga, member)
        assert not decision and "hasn’t signed in yet" in decision.reason
        assert "n’t signed in yet" in text_of(people.client.get(url("reminder", view="?status=active", all="1")))
    security = people.client.get("/o/acme/security/")
    assert security.status_code == 200


# --- one member ---------------------------------------------------------------------------------------


def member_url(member: Membership) -> str:
    return f"{USERS}{member.pk}/"


def test_the_drawer_says_that_the_provider_manages_them(people):
    for member in people.everyone:
        response = people.client.get(member_url(member))
        text, html = text_of(response), response.content.decode()
        is_managed = member in people.managed
        assert ("Name, email and membership come from your identity provider." in text) is is_managed, member.name
        field = re.search(r'<input class="input" id="first_name".*?>', html, re.DOTALL)[0]
        assert ("readonly" in field) is is_managed
        never = member.user_id is None and member.status != Status.INVITED
        assert ("Hasn’t signed in yet" in text) is never, member.name


@pytest.mark.spec("U-19")
def test_the_page_says_who_added_them_and_that_they_were_never_active(cast):
    connect(cast.acme)
    text = text_of(cast.client("olga").get(member_url(add_managed(cast.acme))))
    assert re.search(r"Last active Never Joined .+? Invited by Your identity provider (?!2FA)", text)


def test_their_menu_has_no_delete(people):
    for member in people.everyone:
        html = people.client.get(f"{member_url(member)}menu/").content.decode()
        can_delete = member not in people.managed and member != people.olga
        assert (f"{member_url(member)}deletion/" in html) is can_delete, member.name


def test_direct_requests_are_refused_with_the_reason(people):
    for member in people.managed:
        for method in ("get", "post"):
            response = getattr(people.client, method)(f"{member_url(member)}deletion/")
            assert response.status_code == 403
            if member != people.olga:
                assert "is managed by your identity provider. Remove them there." in text_of(response)
        form = form_of(people.client.get(member_url(member)), first_name="Renamed")
        response = people.client.post(member_url(member), form)
        assert response.status_code == 403 and "come from your identity provider" in text_of(response)
        assert Membership.objects.get(pk=member.pk).first_name == member.first_name


@pytest.mark.spec("U-10")
def test_a_member_who_never_signed_in_can_be_deactivated_and_reactivated(cast):
    connect(cast.acme)
    member, client = add_managed(cast.acme), cast.client("olga")
    assert client.get(f"{member_url(member)}deactivation/").status_code == 200
    client.post(f"{member_url(member)}deactivation/")
    assert Membership.objects.get(pk=member.pk).status == Status.DEACTIVATED
    client.post(f"{member_url(member)}reactivation/")
    assert Membership.objects.get(pk=member.pk).status == Status.ACTIVE
    decision = can_end_sessions(cast.olga, Membership.objects.get(pk=member.pk))
    assert not decision and not decision.applies and "hasn’t signed in yet" in decision.reason
    assert client.post(f"{member_url(member)}sessions/").status_code == 403


def test_a_managed_pending_member_keeps_their_invitation_and_cannot_be_removed(cast):
    connect(cast.acme)
    invitation = cast.invite()[0]
    member = manage(Membership.objects.get(pk=invitation.membership_id))
    client = cast.client("olga")
    assert client.post(f"{member_url(member)}deletion/").status_code == 403
    assert client.get(f"{member_url(member)}invitation/").status_code == 200
    expire(invitation)
    assert "Expired" in text_of(client.get(f"{USERS}pending/?managed_by=scim"))


# --- groups -------------------------------------------------------------------------------------------


@pytest.mark.spec("G-3")
def test_groups_of_the_provider_are_read_only_except_projects_and_roles(cast):
    connect(cast.acme)
    member = add_managed(cast.acme)
    group, client = add_scim_group(cast.acme, "Crew", (member,)), cast.client("olga")
    assert "Crew" in text_of(client.get("/o/acme/groups/?managed=scim"))
    assert "Crew" not in text_of(client.get("/o/acme/groups/?managed=manual"))
    base = f"/o/acme/groups/{group.pk}/"
    assert "This group is managed externally" in text_of(client.get(base))
    for noun in ("details/", "deletion/", "members/", f"members/{member.pk}/removal/"):
        response = client.post(base + noun, {"name": "New", "members": str(cast.bo.pk)})
        assert response.status_code == 403 and "identity provider" in text_of(response), noun
    assert client.get(f"{base}projects/").status_code == 200 and client.get(f"{base}roles/").status_code == 200


# --- single sign-on enforced --------------------------------------------------------------------------


@pytest.mark.spec("O-4", "W-1")
def test_with_single_sign_on_enforced_the_lists_are_the_same_without_add_user(people):
    before = {path: names(people.client.get(USERS + path)) for path in ("", "pending/", "?managed_by=scim")}
    Organization.objects.filter(pk=people.acme.pk).update(sso_enforced=True)
    session = people.client.session
    SignIns.of(session).plus(SsoSignIn(str(people.acme.pk), mfa=True)).save(session)
    session.save()
    for path, expected in before.items():
        response = people.client.get(USERS + path)
        assert response.status_code == 200 and names(response) == expected, path
        assert f"{USERS}add/" not in response.content.decode()
        assert "single sign-on" in text_of(response)
