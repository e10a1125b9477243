"""Groups and projects in step 1: searching, choosing and counting."""

import pytest

from base.picker import MAX_OPTIONS
from invitations.models import Batch
from invitations.tests.wizard_helpers import draft_form, page_html, setup_form, start_draft, url
from organizations.models import Group, GroupRole, Project
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of


def ids(*objects) -> list[str]:
    return [str(obj.pk) for obj in objects]


def checked(html: str, thing) -> bool:
    return "checked" in html.split(f'id="{type(thing).__name__.lower()}-{thing.pk}"')[1].split(">")[0]


@pytest.mark.spec("W-5")
def test_chosen_groups_are_added_and_counted(cast):
    client = cast.client("olga")
    draft = start_draft(client, groups=ids(cast.groups["marketing"]))
    html = page_html(client.get(url("user_add_draft", draft)))
    assert checked(html, cast.groups["marketing"]) and not checked(html, cast.groups["research"])
    assert 'data-tally="#group-list">1<' in html
    assert "1 person, 2 projects" in html


def test_the_summary_names_the_first_five_groups(cast):
    client = cast.client("olga")
    draft = start_draft(client, groups=ids(cast.groups["marketing"], cast.groups["research"]))
    assert "Groups Marketing and Research" in text_of(client.get(url("user_add_draft", draft)))
    more = [Group.objects.create(organization=cast.acme, name=f"Alpha {n}") for n in range(6)]
    draft.group_ids = ids(*more)
    draft.save()
    assert "Alpha 4 and 1 more" in text_of(client.get(url("user_add_draft", draft)))


@pytest.mark.spec("W-6")
def test_group_projects_are_listed_and_counted_once(cast):
    client = cast.client("olga")
    draft = start_draft(
        client, groups=ids(cast.groups["marketing"]), projects=ids(cast.projects["ledger"], cast.projects["atlas"])
    )
    response = client.get(url("user_add_draft", draft))
    html, text = page_html(response), text_of(response)
    assert text.count("Group access") == 2 and text.count("via Marketing") == 2
    assert 'data-tally="#project-list" data-tally-plus="1">3<' in html
    assert "Projects 2 from groups, 2 direct" in text
    assert f'id="project-{cast.projects["website"].pk}"' not in html  # no checkbox: it comes with the group
    assert checked(html, cast.projects["atlas"]) and checked(html, cast.projects["ledger"])


@pytest.mark.spec("W-5")
def test_searching_groups_keeps_chosen_ones(cast):
    client = cast.client("olga")
    form = setup_form(group_q=" reSEAr ", groups=ids(cast.groups["marketing"]))
    response = client.post(url("user_add_groups"), form, headers={"HX-Request": "true"})
    assert response.status_code == 200
    html = page_html(response)
    assert html.strip().startswith("<ul") and 'id="group-list"' in html
    assert html.index("Research") < html.index("Marketing")
    assert checked(html, cast.groups["marketing"]) and not checked(html, cast.groups["research"])
    assert not Batch.objects.exists()  # searching saves nothing
    response = client.post(url("user_add_groups"), setup_form(group_q="zebra"), headers={"HX-Request": "true"})
    assert "No groups match “zebra”." in text_of(response)


@pytest.mark.spec("W-6")
def test_searching_projects_includes_group_projects(cast):
    form = setup_form(project_q="at", groups=ids(cast.groups["marketing"]))
    response = cast.client("olga").post(url("user_add_projects"), form, headers={"HX-Request": "true"})
    text = text_of(response)
    assert "Atlas via Marketing Group access" in text and "Website" not in text and "Ledger" not in text


@pytest.mark.spec("W-5", "W-13")
def test_searching_without_javascript_saves_input(cast):
    client = cast.client("olga")
    form = setup_form(("Nadia", "", ""), role="", group_q="resea", groups=ids(cast.groups["marketing"]))
    response = client.post(url("user_add_groups"), form)
    draft = Batch.objects.get()
    assert response["Location"].startswith(url("user_add_draft", draft))
    html = page_html(client.get(response["Location"]))
    assert 'value="Nadia"' in html and 'value="resea"' in html
    assert checked(html, cast.groups["marketing"]) and not checked(html, cast.groups["research"])


@pytest.mark.spec("W-5")
@pytest.mark.parametrize("search", ["%", "_", "\\", "'; DROP TABLE", "a\0b", "x" * 5000, "\u202e", "\ufeff"])
def test_search_is_literal(cast, search):
    client = cast.client("olga")
    response = client.get(url("user_add"), {"group_q": search, "project_q": search})
    assert response.status_code == 200
    assert client.post(
        url("user_add_groups"), setup_form(group_q=search), headers={"HX-Request": "true"}
    ).status_code in (
        200,
        400,
    )


@pytest.mark.spec("W-5")
def test_long_list_is_cut(cast):
    Group.objects.bulk_create(
        Group(organization=cast.acme, name=f"Team {n:03}").prepare() for n in range(MAX_OPTIONS + 9)
    )
    last = Group.objects.get(name=f"Team {MAX_OPTIONS + 8:03}")
    client = cast.client("olga")
    html = page_html(client.get(url("user_add")))
    assert html.count('name="groups"') == MAX_OPTIONS
    assert "Not all groups are shown. Search to find more." in html
    html = page_html(client.get(url("user_add_draft", start_draft(client, groups=ids(last)))))
    assert checked(html, last)


@pytest.mark.spec("W-5", "W-6", "A-5")
@pytest.mark.parametrize("where", ["user_add", "user_add_people", "user_add_autosave"])
def test_ids_of_another_organization_are_rejected(cast, where):
    client = cast.client("olga")
    forged = [
        {"groups": ids(cast.globex_group)},
        {"projects": ids(cast.globex_project)},
        {"role": ids(role_named("admin", cast.globex.scheme))},
        {"groups": ids(cast.groups["marketing"], cast.globex_group)},
    ]
    for fields in forged:
        response = client.post(url(where), setup_form() | fields)
        assert response.status_code == 422, fields
        assert "no longer exist" in text_of(response) or "Choose a role of this organization." in text_of(response)
        assert "Reactor" not in page_html(response) and "Dam<" not in page_html(response)
        assert str(cast.globex_group.pk) not in page_html(response)
    assert not Batch.objects.exists()


@pytest.mark.spec("W-6")
def test_deleted_project_is_left_out(cast):
    client = cast.client("olga")
    draft = start_draft(client, projects=ids(cast.projects["ledger"], cast.projects["atlas"]))
    Project.objects.filter(pk=cast.projects["ledger"].pk).delete()
    assert "Projects 1 direct" in text_of(client.get(url("user_add_draft", draft)))
    response = client.get(url("user_add_personalize", draft))
    assert response["Location"] == f"{url('user_add_draft', draft)}?check=1"
    assert "Some of your choices no longer exist." in text_of(client.get(response["Location"]))
    assert (
        client.post(url("user_add_draft", draft), draft_form(draft, projects=ids(cast.projects["atlas"]))).status_code
        == 302
    )


@pytest.mark.spec("W-6")
def test_invalid_ids_are_a_bad_request(cast):
    for name in ("groups", "projects", "role"):
        assert cast.client("olga").post(url("user_add"), setup_form() | {name: ["1"]}).status_code == 400


@pytest.mark.spec("W-5", "R-6", "G-4")
def test_group_that_gives_more_is_disabled_with_reason(cast):
    group = cast.groups["research"]
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("admin"))
    pages = {}
    for name in ("olga", "max"):
        draft = cast.draft(getattr(cast, name))
        pages[name] = cast.client(name).get(f"/o/acme/users/add/{draft.pk}/").content.decode()
    assert f'value="{group.pk}"' in pages["olga"] and "allows more than your role" not in pages["olga"]
    assert f'value="{group.pk}"' not in pages["max"]
    assert "You can’t add people to Research because it allows more than your role." in pages["max"]
