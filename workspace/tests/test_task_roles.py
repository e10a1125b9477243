"""What each role of the task scheme sees and can do on the pages of the workspace (R-2)."""

import re

import pytest
from django.conf import settings

from audit.models import Entry
from organizations.built_in_roles import BUILT_IN
from organizations.models import Status
from organizations.pages import accessible_pages
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.records import add_pipeline, add_record
from workspace.models import Dataset, Destination, Pipeline, Source

LISTS = ("datasets/", "integrations/", "integrations/destinations/", "integrations/pipelines/")
NEW = (
    "datasets/new/", "integrations/sources/new/", "integrations/destinations/new/", "integrations/pipelines/new/",
)  # fmt: skip
# The entries of the navigation, in order.
NAVIGATION = {
    "admin": (
        "Homepage, Projects, Workspace, Datasets, Integrations, Users, Groups, Roles, Security, Brands, Access keys, "
        "Subscription, Sub-accounts, Audit log"
    ),
    "data_admin": "Homepage, Projects, Workspace, Datasets, Integrations",
    "read_only": (
        "Homepage, Projects, Workspace, Datasets, Integrations, Users, Groups, Roles, Security, Subscription, Audit log"
    ),
    "sub_accounts": "Homepage, Projects, Workspace, Sub-accounts",
    "team_management": "Homepage, Projects, Workspace, Users, Groups, Roles",
    "billing": "Subscription",
}


@pytest.fixture
def sign_in(cast):
    """A function that adds a member of Globex with this role, and returns their client."""

    def add(role: str):
        member = add_member(cast.globex, add_user(f"{role}@globex.example", "Ann", role), role)
        client = cast.client()
        client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return add


def navigation(client) -> str:
    html = client.get("/o/globex/").content.decode()
    links = re.findall(r'<a class="nav-item"(?![^>]*data-palette)[^>]*>(.*?)</a>', html, re.S)  # without Search
    return ", ".join(re.sub(r"<[^>]*>|\s+", " ", link).strip() for link in links)


@pytest.mark.spec("R-2")
@pytest.mark.parametrize("role", NAVIGATION)
def test_each_role_sees_the_pages_that_it_may_open(cast, sign_in, role):
    client = cast.client("tess") if role == "admin" else sign_in(role)
    assert navigation(client) == NAVIGATION[role]


@pytest.mark.spec("W-8", "R-5")
@pytest.mark.parametrize("role", BUILT_IN, ids=lambda role: f"{role.scheme}-{role.key}")
def test_every_quick_action_leads_to_a_page_that_the_role_may_open(role):
    icons = (settings.BASE_DIR / "static/img/icons.svg").read_text()
    open_to_role = {page.key for page in accessible_pages(role.permissions)}
    for action in role.quick_actions:
        assert action.page in open_to_role and f'id="i-{action.icon}"' in icons, str(action.label)


def fields(**changes):
    return {"name": "New", "kind": "http", "state": "active", "secret": "", **changes}


@pytest.mark.spec("R-2", "A-3")
def test_a_data_admin_creates_and_edits_sources_destinations_and_pipelines(sign_in):
    client = sign_in("data_admin")
    for kind in ("sources", "destinations"):
        assert client.post(f"/o/globex/integrations/{kind}/new/", fields()).status_code == 302
    source, destination = Source.objects.get(), Destination.objects.get()
    joined = {"source": str(source.pk), "destination": str(destination.pk)}
    assert client.post("/o/globex/integrations/pipelines/new/", fields(**joined)).status_code == 302
    assert client.post("/o/globex/datasets/new/", fields()).status_code == 302
    pipeline = Pipeline.objects.get()
    seen = re.search(
        r'name="seen" value="([^"]*)"', client.get(f"/o/globex/integrations/pipelines/{pipeline.pk}/").content.decode()
    )[1]
    changed = fields(name="Nightly", **joined, seen=seen.replace("&quot;", '"'))
    assert client.post(f"/o/globex/integrations/pipelines/{pipeline.pk}/", changed).status_code == 302
    assert client.post(f"/o/globex/integrations/pipelines/{pipeline.pk}/archive/").status_code == 302
    pipeline.refresh_from_db()
    assert pipeline.name == "Nightly" and pipeline.archived_at
    # No access to administration.
    for path in ("users/", "groups/", "roles/", "security/", "access-keys/", "audit-log/", "subscription/"):
        assert client.get(f"/o/globex/{path}").status_code == 403


@pytest.mark.spec("R-2", "A-3")
def test_read_only_sees_everything_and_changes_nothing(cast, sign_in):
    pipeline = add_pipeline(cast.globex, "Nightly", owner=cast.tess, project=cast.globex_project)
    dataset = add_record(Dataset, cast.globex, "Orders", project=cast.globex_project)
    client = sign_in("read_only")
    one = {"integrations/pipelines/": pipeline, "integrations/sources/": pipeline.source, "datasets/": dataset}
    before = Entry.objects.count()
    for path in LISTS:
        html = client.get(f"/o/globex/{path}").content.decode()
        assert 'id="new-record"' not in html and "More actions for" not in html and 'id="name-' in html
    for path, record in one.items():
        url = f"/o/globex/{path}{record.pk}/"
        html = client.get(url).content.decode()
        assert record.name in html and "Save changes" not in html and 'id="record"' not in html
        assert "Your role doesn’t include" in html
        for post in (url, f"{url}archive/", f"{url}restoration/"):
            assert client.post(post, fields()).status_code == 403
    assert "Dam" in client.get(f"/o/globex/datasets/{dataset.pk}/").content.decode()
    assert [client.post(f"/o/globex/{path}", fields()).status_code for path in NEW] == [403] * 4
    for path in ("users/", "security/", "audit-log/", "subscription/", "roles/", "groups/"):
        assert client.get(f"/o/globex/{path}").status_code == 200
    assert Entry.objects.exclude(action__startswith="session").count() == before


@pytest.mark.spec("R-2")
@pytest.mark.parametrize("role", ["sub_accounts", "team_management", "billing"])
def test_the_other_roles_open_neither_datasets_nor_integrations(cast, sign_in, role):
    dataset = add_record(Dataset, cast.globex, "Orders", project=cast.globex_project)
    client = sign_in(role)
    for path in (*LISTS, *NEW, f"datasets/{dataset.pk}/"):
        assert client.get(f"/o/globex/{path}").status_code == 403
        assert client.post(f"/o/globex/{path}", fields()).status_code in (403, 405)


@pytest.mark.spec("R-2")
def test_billing_opens_the_subscription_alone(sign_in):
    client = sign_in("billing")
    assert client.get("/o/globex/subscription/").status_code == 200
    for path in ("projects/", "workspace/", "users/", "groups/", "roles/", "security/", "brands/", "access-keys/"):
        assert client.get(f"/o/globex/{path}").status_code == 403
    for path in ("sub-accounts/", "audit-log/", *LISTS):
        assert client.get(f"/o/globex/{path}").status_code == 403


@pytest.mark.spec("R-2")
def test_sub_accounts_opens_sub_accounts_but_no_other_administration(sign_in):
    client = sign_in("sub_accounts")
    assert client.get("/o/globex/sub-accounts/").status_code == 200
    for path in ("users/", "security/", "brands/", "access-keys/", "subscription/", "audit-log/"):
        assert client.get(f"/o/globex/{path}").status_code == 403


@pytest.mark.spec("R-2")
def test_team_management_adds_and_edits_users(cast, sign_in):
    client = sign_in("team_management")
    assert client.get("/o/globex/users/add/", follow=True).status_code == 200
    other = add_member(cast.globex, add_user("other@globex.example", "Otto", "Other"), "read_only")
    assert client.get(f"/o/globex/users/{other.pk}/").status_code == 200
    assert "Save changes" in client.get(f"/o/globex/users/{other.pk}/").content.decode()
    assert client.post(f"/o/globex/users/{other.pk}/deactivation/").status_code == 403
    other.refresh_from_db()
    assert other.status == Status.ACTIVE
