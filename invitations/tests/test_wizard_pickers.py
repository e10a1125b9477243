"""Groups and projects in step 1: searched, chosen, counted."""

import pytest

from base.picker import MAX_OPTIONS
from invitations.models import Batch
from invitations.tests.wizardry import begin, page, resend_form, setup_post, url, words
from organizations.models import Group, GroupRole, Project
from teamadmin.testing.cast import role_named


def ids(*things) -> list[str]:
    return [str(thing.pk) for thing in things]


def checked(html: str, thing) -> bool:
    return "checked" in html.split(f'id="{type(thing).__name__.lower()}-{thing.pk}"')[1].split(">")[0]


@pytest.mark.spec("W-5")
def test_chosen_groups_show_as_added_and_are_counted(cast):
    client = cast.client("olga")
    draft = begin(client, groups=ids(cast.groups["marketing"]))
    html = page(client.get(url("user_add_draft", draft)))
    assert checked(html, cast.groups["marketing"]) and not checked(html, cast.groups["research"])
    assert 'data-tally="#group-list">1<' in html
    assert "1 person, 2 projects" in html


@pytest.mark.spec("W-6")
def test_projects_through_groups_are_listed_and_counted_once(cast):
    client = cast.client("olga")
    draft = begin(
        client, groups=ids(cast.groups["marketing"]), projects=ids(cast.projects["ledger"], cast.projects["atlas"])
    )
    response = client.get(url("user_add_draft", draft))
    html, text = page(response), words(response)
    assert text.count("Group access") == 2 and text.count("via Marketing") == 2
    assert 'data-tally="#project-list" data-tally-plus="1">3<' in html
    assert "Projects 2 from groups, 2 direct" in text
    assert f'id="project-{cast.projects["website"].pk}"' not in html  # nothing to choose: the group brings it
    assert checked(html, cast.projects["atlas"]) and checked(html, cast.projects["ledger"])


@pytest.mark.spec("W-5")
def test_searching_finds_and_keeps_what_is_chosen(cast):
    client = cast.client("olga")
    form = setup_post(group_q=" reSEAr ", groups=ids(cast.groups["marketing"]))
    response = client.post(url("user_add_groups"), form, headers={"HX-Request": "true"})
    assert response.status_code == 200
    html = page(response)
    assert html.strip().startswith("<ul") and 'id="group-list"' in html
    assert html.index("Research") < html.index("Marketing")
    assert checked(html, cast.groups["marketing"]) and not checked(html, cast.groups["research"])
    assert not Batch.objects.exists()  # a search keeps nothing
    response = client.post(url("user_add_groups"), setup_post(group_q="zebra"), headers={"HX-Request": "true"})
    assert "No group matches “zebra”." in words(response)


@pytest.mark.spec("W-6")
def test_searching_projects_knows_the_groups(cast):
    form = setup_post(project_q="at", groups=ids(cast.groups["marketing"]))
    response = cast.client("olga").post(url("user_add_projects"), form, headers={"HX-Request": "true"})
    text = words(response)
    assert "Atlas via Marketing Group access" in text and "Website" not in text and "Ledger" not in text


@pytest.mark.spec("W-5", "W-13")
def test_searching_without_a_script_keeps_what_was_typed(cast):
    client = cast.client("olga")
    form = setup_post(("Nadia", "", ""), role="", group_q="resea", groups=ids(cast.groups["marketing"]))
    response = client.post(url("user_add_groups"), form)
    draft = Batch.objects.get()
    assert response["Location"].startswith(url("user_add_draft", draft))
    html = page(client.get(response["Location"]))
    assert 'value="Nadia"' in html and 'value="resea"' in html
    assert checked(html, cast.groups["marketing"]) and not checked(html, cast.groups["research"])


@pytest.mark.spec("W-5")
@pytest.mark.parametrize("asked", ["%", "_", "\\", "'; DROP TABLE", "a\0b", "x" * 5000, "\u202e", "\ufeff"])
def test_a_search_is_taken_literally(cast, asked):
    client = cast.client("olga")
    response = client.get(url("user_add"), {"group_q": asked, "project_q": asked})
    assert response.status_code == 200
    assert client.post(
        url("user_add_groups"), setup_post(group_q=asked), headers={"HX-Request": "true"}
    ).status_code in (
        200,
        400,
    )


@pytest.mark.spec("W-5")
def test_a_long_list_is_cut_and_says_so(cast):
    Group.objects.bulk_create(
        Group(organization=cast.acme, name=f"Team {n:03}").prepare() for n in range(MAX_OPTIONS + 9)
    )
    last = Group.objects.get(name=f"Team {MAX_OPTIONS + 8:03}")
    client = cast.client("olga")
    html = page(client.get(url("user_add")))
    assert html.count('name="groups"') == MAX_OPTIONS
    assert "There are more. Search to find them." in html
    html = page(client.get(url("user_add_draft", begin(client, groups=ids(last)))))
    assert checked(html, last)


@pytest.mark.spec("W-5", "W-6", "A-5")
@pytest.mark.parametrize("where", ["user_add", "user_add_people", "user_add_autosave"])
def test_ids_of_another_organization_are_refused_and_nothing_is_written(cast, where):
    client = cast.client("olga")
    forged = [
        {"groups": ids(cast.globex_group)},
        {"projects": ids(cast.globex_project)},
        {"role": ids(role_named("admin", cast.globex.scheme))},
        {"groups": ids(cast.groups["marketing"], cast.globex_group)},
    ]
    for fields in forged:
        response = client.post(url(where), setup_post() | fields)
        assert response.status_code == 422, fields
        assert "no longer there" in words(response) or "Choose a role of this organization." in words(response)
        assert "Reactor" not in page(response) and "Dam<" not in page(response)
        assert str(cast.globex_group.pk) not in page(response)
    assert not Batch.objects.exists()


@pytest.mark.spec("W-6")
def test_an_archived_or_deleted_project_drops_out(cast):
    client = cast.client("olga")
    draft = begin(client, projects=ids(cast.projects["ledger"], cast.projects["atlas"]))
    Project.objects.filter(pk=cast.projects["ledger"].pk).delete()
    assert "Projects 1 direct" in words(client.get(url("user_add_draft", draft)))
    response = client.get(url("user_add_personalize", draft))
    assert response["Location"] == f"{url('user_add_draft', draft)}?check=1"
    assert "Something you chose is no longer there." in words(client.get(response["Location"]))
    assert (
        client.post(url("user_add_draft", draft), resend_form(draft, projects=ids(cast.projects["atlas"]))).status_code
        == 302
    )


@pytest.mark.spec("W-6")
def test_what_is_no_id_is_no_form_of_ours(cast):
    for name in ("groups", "projects", "role"):
        assert cast.client("olga").post(url("user_add"), setup_post() | {name: ["1"]}).status_code == 400


@pytest.mark.spec("W-5", "R-6", "G-4")
def test_a_group_that_gives_more_than_one_has_is_off_with_the_reason(cast):
    group = cast.groups["research"]
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("admin"))
    answers = {}
    for name in ("olga", "max"):
        draft = cast.draft(getattr(cast, name))
        answers[name] = cast.client(name).get(f"/o/acme/users/add/{draft.pk}/").content.decode()
    assert f'value="{group.pk}"' in answers["olga"] and "allows more than your role" not in answers["olga"]
    assert f'value="{group.pk}"' not in answers["max"]
    assert "You can’t add people to Research because it allows more than your role." in answers["max"]
