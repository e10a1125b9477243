"""Access to an organization: sign-in, the chooser, and nothing of one organization visible from another."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import Membership, Organization, ProjectGrant, Scheme, Status
from organizations.queries import SWITCHER_LIMIT, granted_projects, memberships_of
from teamadmin.testing.cast import add_member

PAGES = ("", "projects/", "workspace/", "preferences/")
HTMX = {"HX-Request": "true"}


def join_organizations(user, number):
    return [
        add_member(
            Organization.objects.create(name=f"Org {index:03}", slug=f"org-{index}", scheme=Scheme.RANKED),
            user,
            "builder",
        )
        for index in range(number)
    ]


def url(path):
    return f"/o/acme/{path}"


@pytest.mark.parametrize("path", PAGES)
def test_signed_out_visitors_sign_in_and_come_back(cast, path):
    response = cast.client().get(url(path) + "?q=1")
    assert response["Location"] == f"/accounts/login/?next=/o/acme/{path}%3Fq%3D1"


def test_a_signed_out_htmx_request_redirects_the_page(cast):
    response = cast.client().get("/o/acme/projects/", headers=HTMX)
    assert response["HX-Redirect"].startswith("/accounts/login/") and response.content == b""


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["tess", "stranger"])
def test_users_of_other_organizations_get_404(cast, path, name):
    client = cast.client(name)
    unknown = client.get(f"/o/no-such-place/{path}")
    for headers in ({}, HTMX):
        response = client.get(url(path), headers=headers)
        assert response.status_code == unknown.status_code == 404
        assert b"Acme" not in response.content


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("status", [Status.DEACTIVATED, Status.INVITED])
def test_pending_and_deactivated_members_get_404(cast, status):
    user = None if status == Status.INVITED else cast.bo.user
    Membership.objects.filter(pk=cast.bo.pk).update(status=status, user=user)
    client = cast.client("bo")
    assert client.get("/o/acme/").status_code == 404
    assert client.get("/")["Location"] == "/organizations/"
    assert b"Acme" not in client.get("/organizations/").content


@pytest.mark.spec("R-4")
def test_members_without_the_permission_get_403_with_the_reason(cast):
    response = cast.client("bo").get("/o/acme/users/")
    assert response.status_code == 403
    assert "Your role doesn’t include “See people”. Ask an Admin for access." in response.content.decode()


@pytest.mark.spec("J-4")
def test_new_members_see_the_welcome_page_first(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(welcomed_at=None)
    client = cast.client("bo")
    assert client.get("/o/acme/projects/")["Location"] == "/o/acme/welcome/"
    assert client.get("/o/acme/projects/", headers=HTMX).status_code == 200


@pytest.mark.spec("A-5")
def test_root_redirects_to_the_last_active_organization(cast):
    assert cast.client().get("/")["Location"].startswith("/accounts/login/")
    client = cast.client("olga")
    assert client.get("/")["Location"] == "/o/acme/"
    add_member(cast.globex, cast.olga.user, "read_only", last_active_at=timezone.now() + timedelta(minutes=1))
    assert client.get("/")["Location"] == "/o/globex/"


@pytest.mark.spec("A-5")
def test_the_chooser_and_the_switcher_list_only_own_organizations(cast):
    add_member(cast.globex, cast.olga.user, "read_only", "billing")
    page = cast.client("olga").get("/organizations/").content.decode()
    assert 'href="/o/acme/"' in page and 'href="/o/globex/"' in page and "Read Only, Billing" in page
    switcher = cast.client("olga").get("/o/acme/").content.decode()
    switcher = switcher[switcher.index('id="organization-menu"') :]
    assert 'href="/o/globex/"' in switcher and 'href="/organizations/"' in switcher
    assert "globex" not in cast.client("bo").get("/organizations/").content.decode()


@pytest.mark.spec("A-5")
def test_users_without_organizations_see_an_explanation_and_can_sign_out(cast):
    client = cast.client("stranger")
    assert client.get("/")["Location"] == "/organizations/"
    page = client.get("/organizations/").content.decode()
    assert "You’re not a member of any organization yet" in page
    assert "stranger@nowhere.example" in page and 'action="/accounts/logout/"' in page


def test_many_organizations_can_be_searched(cast):
    client = cast.client("stranger")
    join_organizations(cast.stranger, 20)
    assert 'type="search"' not in client.get("/organizations/").content.decode()
    add_member(cast.globex, cast.stranger, "read_only")
    assert 'type="search"' in client.get("/organizations/").content.decode()
    found = client.get("/organizations/?q=LOBE").content.decode()
    assert "Globex" in found and "Org 001" not in found and 'value="LOBE"' in found
    nothing = client.get("/organizations/?q=Acme").content.decode()
    assert "No organizations match “Acme”" in nothing
    assert client.get("/organizations/?q=%00").status_code == 200


def test_the_chooser_runs_the_same_queries_for_1_and_30_organizations(cast):
    def count():
        client = cast.client("stranger")
        with CaptureQueriesContext(connection) as queries:
            client.get("/organizations/")
        return len(queries)

    add_member(cast.globex, cast.stranger, "read_only")
    few = count()
    join_organizations(cast.stranger, 30)
    assert count() == few == 5


def test_the_switcher_limit_never_cuts_off_roles(cast):
    join_organizations(cast.stranger, SWITCHER_LIMIT - 1)
    last = Organization.objects.create(name="Zz", slug="zz", scheme=Scheme.TASK)
    add_member(last, cast.stranger, "read_only", "billing")
    assert [member.organization.slug for member in memberships_of(cast.stranger)][-1] == f"org-{SWITCHER_LIMIT - 2}"
    assert cast.client("stranger").get("/o/zz/").status_code == 200
    assert "Read Only, Billing" in cast.client("stranger").get("/o/zz/").content.decode()


def test_last_active_is_saved_at_most_every_five_minutes(cast):
    long_ago = timezone.now() - timedelta(hours=1)
    Membership.objects.filter(pk=cast.bo.pk).update(last_active_at=long_ago)
    client = cast.client("bo")
    client.get("/o/acme/")
    first = Membership.objects.get(pk=cast.bo.pk).last_active_at
    client.get("/o/acme/")
    assert first > long_ago and Membership.objects.get(pk=cast.bo.pk).last_active_at == first


def test_granted_projects_lists_direct_and_group_projects_once(cast):
    for name in ("ledger", "atlas"):
        ProjectGrant.objects.create(organization=cast.acme, project=cast.projects[name], membership=cast.bo)
    assert sorted(project.name for project in granted_projects(cast.bo)) == ["Atlas", "Ledger", "Website"]
    assert not granted_projects(cast.opal).exists()


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("path", ["/", "/organizations/"])
def test_post_is_not_allowed(cast, path):
    assert cast.client("bo").post(path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/organizations/", *(f"/o/acme/{page}" for page in PAGES), "/o/globex/", "/o/acme/users/"]
)
def test_pages_of_members_are_not_stored_in_caches(cast, path):
    assert "no-store" in cast.client("bo").get(path)["Cache-Control"]
