"""The Provisioning page: connecting, status, values, groups and roles, and who may see and change them (C-5, C-6)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from console.tests.provisioning_data import URL, add_managed, add_scim_group, ask_for, connect, log
from organizations.models import Group, GroupRole, Membership
from organizations.permissions import Permission
from provisioning.models import ScimConnection, ScimToken
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.spec("C-6")


def stale(client: Client) -> Client:
    """Make the client's sign-in an hour old."""
    from accounts.models import Session
    from accounts.sessions import hash_key

    past = timezone.now() - timedelta(hours=1)
    Session.objects.filter(pk=hash_key(client.session.session_key)).update(signed_in_at=past)
    return client


def test_without_a_connection_an_admin_can_connect(cast):
    client = cast.client("olga")
    assert "Connect your identity provider" in text_of(client.get(URL))
    response = client.post(f"{URL}connection/", {"provider": "entra"})
    assert response.status_code == 302 and response.url == URL
    assert ScimConnection.objects.get(organization=cast.acme).provider == "entra"
    text = text_of(client.get(URL))
    assert "Entra ID is connected" in text and "No changes have arrived yet" in text and "?aadOptscim062020" in text
    assert Entry.objects.filter(action="scim.connected").count() == 1


@pytest.mark.parametrize(
    ("provider", "error"), [("", "Choose your identity provider."), ("bogus", "Choose a provider.")]
)
def test_an_unknown_provider_is_refused_beside_the_field(cast, provider, error):
    response = cast.client("olga").post(f"{URL}connection/", {"provider": provider})
    assert response.status_code == 422 and error in text_of(response)
    assert not ScimConnection.objects.exists()


def test_each_provider_has_its_values_in_its_order(cast):
    connection, client = connect(cast.acme), cast.client("olga")
    text = text_of(client.get(URL))
    assert text.index("Base URL") < text.index("Unique identifier field") < text.index("HTTP Header")
    connection.provider = "other"
    connection.save()
    assert "Your identity provider is connected" in text_of(client.get(URL))


def test_the_status_links_to_filtered_lists_that_have_as_many_rows(cast):
    connection = connect(cast.acme)
    connection.last_sync_at = timezone.now() - timedelta(minutes=20)
    connection.save()
    member = add_managed(cast.acme)
    add_managed(cast.acme, 2)
    add_scim_group(cast.acme, "Pushed", (member,))
    client = cast.client("olga")
    response = client.get(URL)
    text, page = text_of(response), response.content.decode()
    assert "Last sync 20m ago" in text and "2 members" in text and "1 group" in text
    assert "/o/acme/users/?status=everyone&amp;managed_by=scim" in page and "/o/acme/groups/?managed=scim" in page
    users = text_of(client.get("/o/acme/users/?status=everyone&managed_by=scim"))
    assert "Person 1" in users and "Person 2" in users and "Lindqvist" not in users
    assert "Pushed" in text_of(client.get("/o/acme/groups/?managed=scim"))


def test_failed_requests_are_counted_among_the_last(cast):
    connect(cast.acme)
    connect(cast.globex)
    for number in range(5):
        log(cast.acme, minutes=number, status=500 if number < 2 else 200)
    log(cast.globex, status=500)
    text = text_of(cast.client("olga").get(URL))
    assert "2 of the last 5 requests failed" in text
    log(cast.acme, minutes=10)
    assert "2 of the last 6 requests failed" in text_of(cast.client("olga").get(URL))


def viewer(cast) -> Client:
    """A member who can view the security settings of Acme, but not change them."""
    role = add_role(cast.acme, "Auditor", Permission.SECURITY_VIEW, Permission.PEOPLE_VIEW)
    cast.auditor = add_member(cast.acme, add_user("auditor@acme.example", "Una", "Auditor"), role)
    return cast.client("auditor")


def test_viewers_see_everything_and_can_change_nothing(cast):
    connection = connect(cast.acme)
    token = ScimToken.objects.create(connection=connection, name="One", prefix="tas_abc", digest="x", created_by="O")
    ask_for(cast.bo)
    add_scim_group(cast.acme, "Pushed")
    client = viewer(cast)
    response = client.get(URL)
    page, text = response.content.decode(), text_of(response)
    assert response.status_code == 200 and "Your role doesn’t include" in text and "One" in text
    for words in ("Create token", "Revoke One", "Approve Bo", "Delete connection", "Save roles"):
        assert words not in page
    assert 'name="adopt"' not in page
    posts = {
        "connection/": {"provider": "entra"},
        "roles/": {},
        "adoption/": {"answer": "approve", "all": "1"},
        "test/": {"sequence": "okta"},
        "deletion/": {"members": "keep"},
        "tokens/new/": {"name": "Two"},
        f"tokens/{token.pk}/revocation/": {},
    }
    for noun, data in posts.items():
        assert client.post(URL + noun, data).status_code == 403, noun
    assert ScimConnection.objects.get(pk=connection.pk).provider == "okta" and ScimToken.objects.count() == 1


def test_admins_of_another_organization_get_404_and_change_nothing(cast):
    connection = connect(cast.acme)
    token = ScimToken.objects.create(connection=connection, name="One", prefix="tas_abc", digest="x", created_by="O")
    tess = cast.client("tess")
    for noun in ("", "tokens/new/", f"tokens/{token.pk}/revocation/", "test/", "deletion/", "log/export/"):
        assert tess.get(URL + noun).status_code == 404, noun
    connect(cast.globex)
    own = "/o/globex/security/provisioning/"
    assert tess.post(f"{own}tokens/{token.pk}/revocation/").status_code == 404
    request = ask_for(cast.bo)
    tess.post(f"{own}adoption/", {"approve": str(request.pk)})
    tess.post(f"{own}adoption/", {"answer": "approve", "adopt": [str(request.pk)]})
    cast.bo.refresh_from_db()
    assert cast.bo.managed_by == "manual" and ScimToken.objects.count() == 1


def test_changes_need_a_fresh_sign_in(cast):
    connect(cast.acme)
    request = ask_for(cast.bo)
    client = stale(cast.client("olga"))
    assert client.get(URL).status_code == 200
    posts = {
        "connection/": {"provider": "entra"},
        "tokens/new/": {"name": "Two", "expires": "90"},
        "roles/": {},
        "adoption/": {"approve": str(request.pk)},
        "deletion/": {"members": "keep"},
    }
    for noun, data in posts.items():
        response = client.post(URL + noun, data)
        assert response.status_code == 302 and "/accounts/reauthenticate/" in response.url, noun
    assert not ScimToken.objects.exists() and ScimConnection.objects.get().provider == "okta"
    assert Membership.objects.get(pk=cast.bo.pk).managed_by == "manual"


def test_forged_forms_are_refused(cast):
    connect(cast.acme)
    client = cast.client("olga", enforce_csrf_checks=True)
    for noun in ("connection/", "tokens/new/", "roles/", "adoption/", "test/", "deletion/"):
        assert client.post(URL + noun, {"provider": "entra"}).status_code == 403, noun


# --- groups and roles ---------------------------------------------------------------------------------


def role_of(group: Group) -> list[str]:
    return [link.role.key for link in GroupRole.objects.filter(group=group).select_related("role")]


@pytest.mark.spec("C-5", "G-4")
def test_groups_of_the_provider_get_roles(cast):
    connect(cast.acme)
    first, second = add_scim_group(cast.acme, "Crew"), add_scim_group(cast.acme, "Leads")
    client = cast.client("olga")
    page = client.get(URL).content.decode()
    assert "Role for Crew" in page and "Role for Marketing" not in page, "manual groups aren’t here"
    builder, operator = str(role_named("builder").pk), str(role_named("operator").pk)
    data = {f"role-{first.pk}": builder, f"seen-{first.pk}": "", f"role-{second.pk}": "", f"seen-{second.pk}": ""}
    response = client.post(f"{URL}roles/", data, follow=True)
    assert "Role saved for 1 group." in text_of(response)
    assert role_of(first) == ["builder"] and role_of(second) == []
    client.post(f"{URL}roles/", {f"role-{first.pk}": operator, f"seen-{first.pk}": builder})
    assert role_of(first) == ["operator"]
    client.post(f"{URL}roles/", {f"role-{first.pk}": "", f"seen-{first.pk}": operator})
    assert role_of(first) == []


@pytest.mark.spec("R-6", "G-4")
def test_no_one_can_give_a_group_a_role_above_their_own(cast):
    connect(cast.acme)
    group, other = add_scim_group(cast.acme, "Crew"), add_scim_group(cast.acme, "Leads")
    role = add_role(
        cast.acme, "Security desk", Permission.SECURITY_VIEW, Permission.SECURITY_MANAGE, Permission.GROUPS_MANAGE,
        Permission.PEOPLE_VIEW,
    )  # fmt: skip
    cast.desk = add_member(cast.acme, add_user("desk@acme.example", "Dee", "Desk"), role)
    client = cast.client("desk")
    admin, operator = str(role_named("admin").pk), str(role_named("operator").pk)
    page = client.get(URL).content.decode()
    assert f'<option value="{admin}" disabled>' in page and f'<option value="{operator}">' in page
    data = {f"role-{other.pk}": operator, f"seen-{other.pk}": "", f"role-{group.pk}": admin, f"seen-{group.pk}": ""}
    text = text_of(client.post(f"{URL}roles/", data, follow=True))
    assert "No roles were changed. You can’t give the role Admin" in text
    assert role_of(group) == [] and role_of(other) == [], "all or nothing"


def test_nonsense_changes_no_roles(cast):
    connect(cast.acme)
    foreign, group = cast.globex_group, add_scim_group(cast.acme, "Crew")
    builder = str(role_named("builder").pk)
    data = {f"role-{foreign.pk}": builder, "role-x": builder, f"role-{group.pk}": "nonsense", "role-": "\0"}
    assert cast.client("olga").post(f"{URL}roles/", data).status_code == 302
    assert not GroupRole.objects.exists()


def test_a_group_with_several_roles_keeps_them_until_another_is_chosen(cast):
    connect(cast.acme)
    group = add_scim_group(cast.acme, "Crew")
    for key in ("builder", "operator"):
        GroupRole.objects.create(organization=cast.acme, group=group, role=role_named(key))
    client = cast.client("olga")
    page = client.get(URL).content.decode()
    assert "Builder, Operator" in page
    seen = ",".join(str(role_named(key).pk) for key in ("builder", "operator"))
    client.post(f"{URL}roles/", {f"role-{group.pk}": "keep", f"seen-{group.pk}": seen})
    assert sorted(role_of(group)) == ["builder", "operator"]
    client.post(f"{URL}roles/", {f"role-{group.pk}": str(role_named("manager").pk), f"seen-{group.pk}": seen})
    assert role_of(group) == ["manager"]


def test_many_groups_are_paged_and_searched(cast):
    connect(cast.acme)
    for number in range(25):
        add_scim_group(cast.acme, f"Team {number:02}")
    client = cast.client("olga")
    page = client.get(URL).content.decode()
    assert "Role for Team 19" in page and "Role for Team 20" not in page
    following = re.search(r'groups_after=[^"]+', page)[0].replace("&amp;", "&")
    response = client.get(f"{URL}?{following}")
    assert "Role for Team 20" in response.content.decode()
    found = client.get(
        f"{URL}?groups=TEAM+24", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="groups-results"
    ).content.decode()
    assert "Role for Team 24" in found and "Role for Team 01" not in found and "<html" not in found
    assert "No groups match" in text_of(client.get(f"{URL}?groups=zzz"))
    for nonsense in ("?groups=%00", "?groups_after=%00&groups_before=%FF", "?groups=" + "x" * 3000):
        assert client.get(URL + nonsense).status_code == 200


# --- cost ---------------------------------------------------------------------------------------------


def fill(cast, start: int, count: int) -> None:
    for number in range(start, start + count):
        member = add_managed(cast.acme, number)
        group = add_scim_group(cast.acme, f"Team {number:02}", (member,))
        GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("builder"))
        user = add_user(f"manual{number}@acme.example", "Manual", str(number))
        ask_for(add_member(cast.acme, user, "operator"))
        log(cast.acme, minutes=number)


def test_the_page_takes_the_same_queries_with_1_and_30_rows(cast, django_assert_max_num_queries):
    connection = connect(cast.acme)
    ScimToken.objects.create(connection=connection, name="One", prefix="tas_abc", digest="x", created_by="O")
    fill(cast, 0, 1)
    client = cast.client("olga")
    with django_assert_max_num_queries(24) as first:
        client.get(URL)
    fill(cast, 1, 29)
    with django_assert_max_num_queries(len(first) + 1):  # one more counts the requests beyond the first page
        client.get(URL)
