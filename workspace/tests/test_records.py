"""The lists and drawers of datasets, sources, destinations and pipelines (A-3)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from organizations.models import Membership, ProjectGrant, Status
from organizations.permissions import Permission
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.records import add_pipeline, add_record
from workspace.models import Dataset, Destination, Pipeline, Source
from workspace.tests.pages import count_queries, page

DATASETS, SOURCES = "/o/acme/datasets/", "/o/acme/integrations/"
LISTS = {
    Dataset: DATASETS,
    Source: SOURCES,
    Destination: "/o/acme/integrations/destinations/",
    Pipeline: "/o/acme/integrations/pipelines/",
}
HONEST = "stores these records and who can edit them. It doesn’t move data."
HTMX = {"HX-Request": "true"}


def add(model, organization, name, **fields):
    make = add_pipeline if model is Pipeline else lambda *args, **options: add_record(model, *args, **options)
    return make(organization, name, **fields)


def names(html: str) -> list[str]:
    """Return the names in the list, in order."""
    return re.findall(r'id="name-[^>]*>([^<]*)</a>', html)


@pytest.mark.spec("A-3")
@pytest.mark.parametrize("model", LISTS)
def test_a_list_shows_owner_project_and_state_and_says_that_no_data_moves(cast, model):
    add(model, cast.acme, "Orders", owner=cast.max, project=cast.projects["ledger"], state="draft")
    html = page(cast, "olga", LISTS[model])
    assert HONEST in html and names(html) == ["Orders"]
    row = html[html.index('id="record-') :]
    assert "Ledger" in row and "Max Keller" in row and ">Draft<" in row


@pytest.mark.spec("A-3")
def test_pipelines_show_what_they_join_and_the_tabs_count(cast):
    add_pipeline(cast.acme, "Nightly")
    add_record(Source, cast.acme, "Old one", archived_at=timezone.now())
    html = page(cast, "olga", LISTS[Pipeline])
    assert "Source of Nightly" in html and "Destination of Nightly" in html
    assert re.findall(r'<span class="count">(\d+)</span></a>', html) == ["1", "1", "1"]


@pytest.mark.spec("A-3")
def test_search_filters_and_sorts(cast):
    old = timezone.now() - timedelta(days=3)
    add_record(Source, cast.acme, "Shop", owner=cast.max, project=cast.projects["atlas"], changed_at=old)
    add_record(Source, cast.acme, "Help desk", kind="http", owner=cast.bo, state="draft")
    add_record(Source, cast.acme, "Gone", archived_at=timezone.now())

    def found(query):
        return names(page(cast, "olga", f"{SOURCES}?{query}"))

    assert found("") == ["Help desk", "Shop"]
    assert found("q=SHO") == ["Shop"] and found("q=nothing") == []
    assert found("state=draft") == ["Help desk"] and found("state=archived") == ["Gone"]
    assert found("kind=http") == ["Help desk"] and found(f"owner={cast.max.pk}") == ["Shop"]
    assert found(f"project={cast.projects['atlas'].pk}") == ["Shop"]
    assert found("sort=-name") == ["Shop", "Help desk"] and found("sort=-changed") == ["Help desk", "Shop"]
    assert found("state=x&kind=x&owner=x&project=x&sort=x&after=x") == ["Help desk", "Shop"]


@pytest.mark.parametrize("sort", ["name", "-name", "changed", "-changed"])
def test_pages_show_each_record_once_in_both_directions(cast, sort, monkeypatch):
    monkeypatch.setattr("workspace.records.pages.PAGE_SIZE", 2)
    now = timezone.now()  # the same for several, so that the id decides
    for number in range(5):
        add_record(Dataset, cast.acme, f"D{number}", changed_at=now - timedelta(hours=number // 2))
    client, url, seen = cast.client("olga"), f"{DATASETS}?sort={sort}", []
    for _ in range(3):
        html = client.get(url).content.decode()
        seen.append(names(html))
        later = re.search(r'href="([^"]*)" rel="next"', html)
        url = later[1].replace("&amp;", "&") if later else ""
    assert sorted(sum(seen, [])) == [f"D{number}" for number in range(5)] and not url
    earlier = re.search(r'href="([^"]*)" rel="prev"', html)[1].replace("&amp;", "&")
    assert names(client.get(earlier).content.decode()) == seen[1]
    if "name" in sort:
        assert sum(seen, []) == sorted(sum(seen, []), reverse=sort == "-name")


@pytest.mark.spec("A-5")
def test_a_cursor_of_another_list_is_ignored(cast, monkeypatch):
    monkeypatch.setattr("workspace.records.pages.PAGE_SIZE", 1)
    for name in ("A", "B"):
        add_record(Dataset, cast.acme, name)
        add_record(Source, cast.acme, name)
    cursor = re.search(r"after=([^\"&]*)", page(cast, "olga", DATASETS))[1]
    assert names(page(cast, "olga", f"{DATASETS}?after={cursor}")) == ["B"]
    assert names(page(cast, "olga", f"{SOURCES}?after={cursor}")) == ["A"]


@pytest.mark.spec("A-3", "U-18")
def test_an_empty_list_says_what_to_do_and_who_may(cast):
    assert "Add a dataset with its owner and project." in page(cast, "olga", DATASETS)
    add_member(cast.acme, add_user("r@acme.example"), add_role(cast.acme, "Reader", Permission.INTEGRATIONS_VIEW))
    client = cast.client()
    client.force_login(Membership.objects.get(email_key="r@acme.example").user, backend=BACKEND)
    html = client.get(SOURCES).content.decode()
    assert "Members with one of these roles can add them: Admin." in html and "Add source" not in html
    assert "No matches for “zzz”" in page(cast, "olga", f"{SOURCES}?q=zzz")


BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_with(cast, *permissions):
    """Return a client of a member of Acme with a custom role."""
    role = add_role(cast.acme, "Custom", *permissions)
    member = add_member(cast.acme, add_user("c@acme.example", "Cleo", "Custom"), role)
    client = cast.client()
    client.force_login(member.user, backend=BACKEND)
    return client, member


@pytest.mark.spec("A-3", "R-2")
def test_projects_that_a_member_cannot_access_are_not_named(cast):
    dataset = add_record(Dataset, cast.acme, "Orders", project=cast.projects["ledger"])
    client, member = client_with(cast, Permission.DATASETS_MANAGE, Permission.DATASETS_VIEW)
    url = f"{DATASETS}{dataset.pk}/"
    for path in (DATASETS, url, f"{DATASETS}new/"):
        html = client.get(path).content.decode()
        assert "Ledger" not in html and "Website" not in html
    assert "A project you can’t access" in client.get(DATASETS).content.decode()
    # Not even by guessing the id.
    assert names(client.get(f"{DATASETS}?project={cast.projects['ledger'].pk}").content.decode()) == []
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=member)
    for path in (DATASETS, url, f"{DATASETS}new/"):
        assert "Ledger" in client.get(path).content.decode()


@pytest.mark.spec("A-3")
def test_owners_who_left_are_shown_as_such(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    add_record(Dataset, cast.acme, "Orders", owner=cast.bo)
    add_record(Dataset, cast.acme, "Clicks", owner=cast.opal)
    assert "Bo Lindqvist (deactivated)" in page(cast, "olga", DATASETS)
    cast.opal.delete()
    assert "No owner" in page(cast, "olga", DATASETS)


@pytest.mark.spec("A-3")
def test_the_drawer_says_who_can_edit_it_and_why(cast):
    dataset = add_record(Dataset, cast.acme, "Orders")
    html = page(cast, "olga", f"{DATASETS}{dataset.pk}/")
    section = html[html.index("Who can edit this") :]
    assert '<span class="count">2</span>' in section
    assert re.findall(r'<a href="/o/acme/users/\?role=[^"]*">(\w+)</a>', section) == ["Admin", "Manager"]


@pytest.mark.spec("U-12")
def test_the_deletion_of_a_member_says_what_loses_its_owner(cast):
    for name in ("Orders", "Clicks"):
        add_record(Dataset, cast.acme, name, owner=cast.bo)
    add_record(Source, cast.acme, "Shop", owner=cast.bo)
    html = page(cast, "olga", f"/o/acme/users/{cast.bo.pk}/deletion/")
    assert "Left without an owner: 2 datasets and 1 source" in html
    assert "Left without an owner" not in page(cast, "olga", f"/o/acme/users/{cast.opal.pk}/deletion/")


@pytest.mark.spec("A-3")
def test_workspace_and_project_pages_show_what_the_member_may_open(cast):
    add_record(Dataset, cast.acme, "Orders", project=cast.projects["website"])
    add_record(Source, cast.acme, "Shop")
    website = f"/o/acme/projects/{cast.projects['website'].pk}/"
    assert "Sources</dt>" in page(cast, "olga", "/o/acme/workspace/") and "Orders" in page(cast, "olga", website)
    html = page(cast, "max", "/o/acme/workspace/")
    assert "Datasets</dt>" in html and "Sources</dt>" not in html
    assert "Datasets</dt>" not in page(cast, "bo", "/o/acme/workspace/") and "Orders" not in page(cast, "bo", website)


@pytest.mark.parametrize("model", LISTS)
def test_the_number_of_queries_is_constant(cast, model):
    def fill(number):
        for index in range(number):
            owner = add_member(cast.acme, add_user(f"o{number}-{index}@acme.example"), "builder")
            project = cast.projects[("ledger", "atlas", "website")[index % 3]]
            add(model, cast.acme, f"R{number}-{index}", owner=owner, project=project)

    fill(1)
    record = model.objects.get()
    drawer = f"{LISTS[model] if model is not Source else SOURCES + 'sources/'}{record.pk}/"
    few = [count_queries(cast, path) for path in (LISTS[model], drawer)]
    fill(30)
    assert [count_queries(cast, path) for path in (LISTS[model], drawer)] == few
    print(model.__name__, few)  # noqa: T201
    assert max(few) <= 16


def test_htmx_gets_the_results_alone(cast):
    add_record(Source, cast.acme, "Shop")
    html = cast.client("olga").get(f"{SOURCES}?q=shop", headers=HTMX).content.decode()
    assert names(html) == ["Shop"] and "<h1" not in html and 'id="records-tabs"' in html
