"""The two tabs of the Users page, the members in each, and the text of a row (U-2, U-3, U-4, J-8)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.tests.people import PENDING, USERS, expire, in_groups, joined, link, names, pending, row
from invitations.services import accept_as_new_user
from organizations.models import ManagedBy, Membership, MembershipRole, Project, ProjectGrant, Status
from organizations.models.members import NEVER
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(cast):
    """One member with each status: Bo active, Opal deactivated, Nadia pending, Eve expired."""
    cast.opal.status = Status.DEACTIVATED
    cast.opal.save()
    nadia, eve = cast.invite(
        people=[("Nadia", "Petrov", "nadia@acme.example"), ("Eve", "Late", "eve@acme.example")],
        group_ids=[str(cast.groups["research"].pk)],
    )
    cast.nadia, cast.eve = nadia.membership, expire(eve)
    return cast


@pytest.mark.spec("U-2", "U-3")
def test_each_tab_lists_its_members(four):
    client = four.client("olga")
    all_users, pending_users = client.get(USERS), client.get(PENDING)
    assert names(all_users) == ["Bo Lindqvist", "Max Keller", "Olga Ivanova", "Opal Nakamura"]
    assert names(pending_users) == ["Eve Late", "Nadia Petrov"]
    for page in (all_users, pending_users):
        assert "All Users 4 Pending 2" in text_of(page)
        assert (link(page, "All Users"), link(page, "Pending")) == (USERS, PENDING)
    assert "People in Acme and what they can access." in text_of(all_users)
    text = "2 pending invitations, 1 expired. Links are valid for 30 days."
    assert text in text_of(pending_users)


@pytest.mark.spec("U-3")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (USERS + "?status=active", ["Bo Lindqvist", "Max Keller", "Olga Ivanova"]),
        (USERS + "?status=deactivated", ["Opal Nakamura"]),
        (USERS + "?status=pending", ["Nadia Petrov"]),
        (USERS + "?status=expired", ["Eve Late"]),
        (
            USERS + "?status=everyone",
            ["Bo Lindqvist", "Eve Late", "Max Keller", "Nadia Petrov", "Olga Ivanova", "Opal Nakamura"],
        ),
        (PENDING + "?status=pending", ["Nadia Petrov"]),
        (PENDING + "?status=expired", ["Eve Late"]),
        (PENDING + "?status=active", ["Eve Late", "Nadia Petrov"]),
        (USERS + "?status=nonsense", ["Bo Lindqvist", "Max Keller", "Olga Ivanova", "Opal Nakamura"]),
    ],
)
def test_status_filter(four, address, expected):
    assert names(four.client("olga").get(address)) == expected


@pytest.mark.spec("U-4", "I-1")
def test_a_row_shows_every_column(four):
    four.bo.last_active_at = timezone.now() - timedelta(minutes=12)
    four.bo.save()
    page = four.client("olga").get(USERS + "?status=everyone")
    assert row(page, four.bo) == "BL Bo Lindqvist bo@acme.example Builder Marketing 2 Active Off 12m ago"
    assert row(page, four.olga) == "OI Olga Ivanova (you) olga@acme.example Admin – All Active Off Now"
    assert "Deactivated Off" in row(page, four.opal)
    assert row(page, four.nadia) == "NP Nadia Petrov nadia@acme.example Builder Research 0 Pending – Never"
    assert "Expired – Never" in row(page, four.eve)


@pytest.mark.spec("U-4")
def test_pending_tab_shows_inviter_and_expiry(four):
    page = four.client("max").get(PENDING + "?columns=role,groups,invited_by,invite_expires")
    assert row(page, four.nadia).startswith("NP Nadia Petrov nadia@acme.example Builder Research Olga Ivanova")
    assert row(page, four.nadia).endswith("in 30 days")
    assert row(page, four.eve).endswith("3 days ago")


@pytest.mark.spec("U-4")
def test_a_row_with_several_roles_and_groups(cast):
    tina = add_member(cast.globex, add_user("tina@globex.example", "Tina", "Roth"), "billing", "read_only")
    page = cast.client("tess").get("/o/globex/users/")
    assert row(page, tina) == "TR Tina Roth tina@globex.example Read Only Billing – All Active Off Now"
    in_groups([cast.bo], [cast.groups["research"]])
    bo = row(cast.client("olga").get(USERS), cast.bo)
    assert "Builder Marketing +1 , Research 2 Active" in bo


@pytest.mark.spec("U-4")
def test_project_count_has_no_duplicates_and_no_archived_projects(cast):
    in_groups([cast.bo], [cast.groups["research"]])
    for project, grantee in (
        (cast.projects["website"], {"membership": cast.bo}),  # Bo already has access through Marketing
        (cast.projects["ledger"], {"membership": cast.bo}),
        (cast.projects["atlas"], {"group": cast.groups["research"]}),
        (
            Project.objects.create(organization=cast.acme, name="Old", archived_at=timezone.now()),
            {"membership": cast.bo},
        ),
    ):
        ProjectGrant.objects.create(organization=cast.acme, project=project, **grantee)
    assert "Marketing +1 , Research 3 Active" in row(cast.client("olga").get(USERS), cast.bo)


@pytest.mark.spec("U-4")
def test_the_url_can_show_hidden_columns(four):
    four.bo.managed_by, four.bo.invited_by = ManagedBy.SCIM, four.olga
    four.bo.joined_at = timezone.now().replace(year=timezone.now().year - 1, month=5, day=4)
    four.bo.save()
    client = four.client("olga")
    assert "Managed externally" not in row(client.get(USERS), four.bo)
    page = client.get(USERS + "?columns=managed_by,joined,invited_by,nonsense")
    year = timezone.now().year - 1
    assert (
        row(page, four.bo) == f"BL Bo Lindqvist bo@acme.example Builder Olga Ivanova Managed externally May 4, {year}"
    )
    assert "Name Role Invited by Managed by Joined Actions" in text_of(page)
    assert "Manually managed" in row(page, four.max)


@pytest.mark.spec("U-4")
def test_headings_and_cells_match_in_number_and_order(four):
    from console.users.columns import OPTIONAL

    page = four.client("olga").get(f"{USERS}?status=everyone&columns={','.join(OPTIONAL)}").content.decode()
    headings = page.split("<tbody")[0].count("<th ")
    rows = page.split("<tbody")[1].split("</tbody>")[0].split("<tr ")[1:]
    assert headings == len(OPTIONAL) + 3 and all(row.count("<td") == headings for row in rows)
    labels = ["Projects", "Invited by", "Sent", "2FA", "Last active", "Managed by", "Invite expires", "Joined"]
    positions = [rows[0].index(f'data-label="{label}"') for label in labels]
    assert positions == sorted(positions)


@pytest.mark.spec("J-8")
def test_a_member_who_accepts_moves_to_all_users(cast):
    invitation = cast.invite(role="operator", group_ids=[str(cast.groups["marketing"].pk)])[0]
    accept_as_new_user(invitation=invitation, password="a long enough passphrase")
    client, member = cast.client("olga"), invitation.membership
    page = client.get(USERS)
    assert row(page, member) == "NP Nadia Petrov nadia@acme.example Operator Marketing 2 Active Off Now"
    assert "All Users 5 Pending 0" in text_of(page)
    assert names(client.get(PENDING)) == []


@pytest.mark.spec("I-1")
def test_an_invitation_expires_without_a_job(cast):
    member = cast.invite()[0].membership
    client = cast.client("olga")
    assert "Pending" in row(client.get(PENDING), member)
    Membership.objects.filter(pk=member.pk).update(invite_expires_at=timezone.now())
    page = client.get(PENDING)
    assert "Expired" in row(page, member) and row(page, member).endswith("today")


@pytest.mark.spec("U-2")
def test_tab_counts_are_exact_and_the_expired_count_is_capped(cast, monkeypatch):
    monkeypatch.setattr("base.counting.CAP", 10)
    monkeypatch.setattr("console.users.counts.SUMMARY_CAP", 10)
    joined(cast.acme, 16)
    pending(cast.acme, 11, days=-3)
    page = cast.client("olga").get(PENDING)
    assert "All Users 20 Pending 11" in text_of(page)
    assert "11 pending invitations, 10+ expired." in text_of(page)


@pytest.mark.spec("A-5")
def test_other_organizations_stay_hidden(cast):
    cast.bo.invited_by = cast.tess  # not even an inconsistent row may reveal a name
    cast.bo.save()
    page = cast.client("olga").get(USERS + "?status=everyone&columns=invited_by")
    assert "Tess" not in text_of(page) and "Reactor" not in text_of(page)
    assert cast.client("tess").get(USERS).status_code == 404
    assert cast.client("stranger").get(USERS).status_code == 404


@pytest.mark.spec("U-6")
def test_an_invalid_current_url_is_ignored(cast):
    """HX-Current-URL only decides whether the address bar changes."""
    headers = {"HX-Request": "true", "HX-Current-URL": "http://[::1"}
    response = cast.client("olga").get(USERS, headers=headers)
    assert response.status_code == 200 and response["HX-Push-Url"] == USERS


@pytest.mark.spec("U-4")
def test_names_are_escaped(cast):
    cast.bo.first_name, cast.bo.last_name = '<b onclick="x">', "&amp;"
    cast.bo.save()
    cast.groups["marketing"].name = "<i>Marketing</i>"
    cast.groups["marketing"].save()
    page = cast.client("olga").get(USERS + "?status=everyone").content.decode()
    assert "<b onclick" not in page and "<i>Marketing" not in page
    assert "&lt;i&gt;Marketing" in page


@pytest.mark.spec("U-4")
def test_a_member_without_role_and_name_is_listed(cast):
    MembershipRole.objects.filter(membership=cast.bo).delete()
    Membership.objects.filter(pk=cast.bo.pk).update(first_name="", last_name="", last_active_at=NEVER)
    assert (
        row(cast.client("olga").get(USERS), cast.bo) == "B bo@acme.example bo@acme.example Marketing 2 Active Off Never"
    )


@pytest.mark.spec("U-4")
def test_custom_roles_show_their_names(cast):
    custom = role_named("builder")
    custom.pk, custom.organization, custom.key, custom.name = None, cast.acme, "auditor", "Auditor"
    custom.permissions = ["projects.view_all", "gone.permission"]
    custom._state.adding = True
    custom.save(force_insert=True)
    MembershipRole.objects.filter(membership=cast.bo).update(role=custom)
    assert "Auditor Marketing All Active" in row(cast.client("olga").get(USERS), cast.bo)


@pytest.mark.spec("I-8", "U-6")
def test_pending_can_be_sorted_by_sent(cast):
    pending(cast.acme, 3, days=20)
    now = timezone.now()
    members = list(Membership.objects.filter(status=Status.INVITED).order_by("pk"))
    for member, days in zip(members, (2, 5, 1), strict=True):
        Membership.objects.filter(pk=member.pk).update(invite_sent_at=now - timedelta(days=days))
    latest_first = [members[number].name for number in (2, 0, 1)]
    client = cast.client("olga")
    page = client.get(f"{PENDING}?sort=-sent")
    assert names(page) == latest_first and 'aria-sort="descending"' in page.content.decode()
    assert names(client.get(f"{PENDING}?sort=sent")) == latest_first[::-1]
