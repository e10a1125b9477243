"""Saved views of the Users page: saving, sharing, defaults, conflicts, limits and what others see (U-20)."""

import re
from html import unescape
from uuid import uuid4

import pytest

from audit.models import Entry
from console.models import DefaultView, SavedView
from console.saved_views import services
from console.saved_views.queries import open_url
from console.tests.people import PENDING, USERS, names
from console.tests.test_filters import role_id
from organizations.permissions import Permission
from organizations.services import delete_group, delete_member
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-20")]
VIEWS = f"{USERS}views/"


def builders(view: str = "") -> dict[str, str]:
    return {"view": view or f"?role={role_id('builder')}&sort=-name"}


def save(cast, who: str, name: str = "Builders", *, view: str = "", shared: bool = False) -> SavedView:
    data = {**builders(view), "name": name, "sharing": "shared" if shared else "private"}
    response = cast.client(who).post(f"{VIEWS}new/", data)
    assert response.status_code == 302, text_of(response)
    return SavedView.objects.latest("created_at")


def menu(cast, who: str, view: str = "") -> str:
    return text_of(cast.client(who).get(VIEWS, {"view": view}))


def actions(cast, who: str) -> list[str]:
    entries = Entry.objects.filter(organization_id=cast.acme.pk, action__startswith="saved_view.")
    return list(entries.order_by("at", "id").values_list("action", flat=True))


def test_a_view_has_search_filters_sort_and_columns(cast):
    view = save(cast, "olga", view="?q=bo&status=active&sort=-name&columns=role,groups")
    page = cast.client("olga").get(open_url("acme", view), follow=True)
    params = page.context["params"]
    assert names(page) == ["Bo Lindqvist"] and params.q == "bo" and params.sort == "-name"
    assert params.filters == {"status": ("active",)} and params.shown == ("role", "groups")
    assert params.saved == str(view.pk) and "View Builders" in text_of(page)
    pending = save(cast, "olga", "Late", view="pending/?status=expired")
    assert cast.client("olga").get(open_url("acme", pending)).url.startswith(f"{PENDING}?status=expired")


def test_after_saving_the_view_is_open_and_marked_in_the_menu(cast):
    client = cast.client("olga")
    page = client.post(f"{VIEWS}new/", {**builders(), "name": "Builders", "sharing": "private"}, follow=True)
    assert names(page) == ["Bo Lindqvist"] and "Builders was saved." in text_of(page)
    html = client.get(VIEWS, {"view": page.context["params"].view}).content.decode()
    assert re.search(r'aria-current="true"><span class="truncate">Builders</span>', html)
    assert "Update view" not in html
    # After another filter, the same view is shown as changed and can be updated.
    view = f"{page.context['params'].view}&status=deactivated"
    changed = client.get(USERS + view)
    assert "Builders (changed)" in text_of(changed)
    html = client.get(VIEWS, {"view": view}).content.decode()
    assert "Update view" in html and "Save as new view" in html
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', html)[1])
    saved = SavedView.objects.get()
    page = client.post(f"{VIEWS}{saved.pk}/contents/", {"view": view, "seen": seen}, follow=True)
    assert "Builders was updated." in text_of(page) and "(changed)" not in text_of(page)
    assert "status=deactivated" in SavedView.objects.get().view


def test_private_views_are_seen_by_no_one_else(cast):
    view = save(cast, "olga")
    assert "Builders" in menu(cast, "olga") and "Builders" not in menu(cast, "max")
    client = cast.client("max")
    page = client.get(open_url("acme", view))
    assert page.status_code == 200 and "Builders" not in text_of(page) and page.context["params"].saved == ""
    for url in (f"{VIEWS}{view.pk}/", f"{VIEWS}{view.pk}/deletion/"):
        assert client.get(url).status_code == 404 and client.post(url, {"name": "Mine"}).status_code == 404
    assert client.post(f"{VIEWS}{view.pk}/contents/", builders()).status_code == 404
    assert client.post(f"{VIEWS}default/", {"id": view.pk}).status_code == 404
    assert actions(cast, "olga") == []


def test_shared_views_are_seen_by_all_who_see_users_and_stay_when_their_maker_leaves(cast):
    view = save(cast, "max", shared=True)
    assert "Shared views Builders" in menu(cast, "olga")
    delete_member(actor=cast.olga, member=cast.max)
    view.refresh_from_db()
    assert view.created_by is None and "Builders" in menu(cast, "olga")
    assert actions(cast, "max") == ["saved_view.shared"]


def test_views_of_another_organization_are_not_found(cast):
    view = SavedView.objects.create(organization=cast.globex, name="Secret", name_key="secret", view="?q=x")
    client = cast.client("olga")
    page = client.get(open_url("acme", view))
    assert page.status_code == 200 and "Secret" not in text_of(page) and "Secret" not in menu(cast, "olga")
    assert client.get(f"{VIEWS}{view.pk}/").status_code == 404
    assert client.post(f"{VIEWS}default/", {"id": view.pk}).status_code == 404


def test_sharing_needs_the_permission_to_edit_people(cast):
    role = add_role(cast.acme, "Reader", Permission.PEOPLE_VIEW)
    cast.rita = add_member(cast.acme, add_user("rita@acme.example", "Rita", "Reader"), role)
    shared, client = save(cast, "olga", shared=True), cast.client("rita")
    text = text_of(client.get(f"{VIEWS}new/"))
    assert "Only you can see it." in text and "Edit people" in text and "Everyone who can see users" not in text
    assert not save(cast, "rita", shared=True).is_shared
    # She opens shared views, and can make one her default, but not change it.
    page = client.get(open_url("acme", shared), follow=True)
    assert names(page) == ["Bo Lindqvist"]
    text = menu(cast, "rita", page.context["params"].view)
    assert (
        "Set as default" in text and "Edit people" in text and "Rename view" not in text and "Delete view" not in text
    )
    for url in (f"{VIEWS}{shared.pk}/", f"{VIEWS}{shared.pk}/deletion/", f"{VIEWS}{shared.pk}/contents/"):
        assert client.post(url, {"name": "Mine"}).status_code == 403
    assert client.post(f"{VIEWS}default/", {"id": shared.pk}).status_code == 302


def test_a_view_is_renamed_and_shared(cast):
    view = save(cast, "olga")
    client = cast.client("olga")
    data = {"name": "Our builders", "sharing": "shared", "seen_name": "Builders", **builders()}
    assert client.post(f"{VIEWS}{view.pk}/", data).status_code == 302
    view.refresh_from_db()
    assert view.name == "Our builders" and view.is_shared and view.created_by == cast.olga
    # A shared view stays shared.
    data = {"name": "Builders", "sharing": "private", "seen_name": "Our builders", **builders()}
    assert "sharing" not in client.get(f"{VIEWS}{view.pk}/").context["form"].fields
    client.post(f"{VIEWS}{view.pk}/", data)
    view.refresh_from_db()
    assert view.is_shared and actions(cast, "olga") == ["saved_view.shared", "saved_view.renamed"]
    page = cast.client("olga").get("/o/acme/audit-log/")
    assert "Renamed the shared Users view Our builders to Builders" in text_of(page)


@pytest.mark.parametrize("shared", [False, True])
def test_names_are_unique_among_own_and_among_shared_views(cast, shared):
    save(cast, "olga", shared=shared)
    data = {**builders(), "name": "  BUILDERS ", "sharing": "shared" if shared else "private"}
    response = cast.client("olga").post(f"{VIEWS}new/", data)
    assert response.status_code == 422 and "There’s already a view called “BUILDERS”" in text_of(response)
    other = save(cast, "olga", shared=not shared)
    assert other.name == "Builders" and SavedView.objects.count() == 2
    if not shared:
        assert save(cast, "max").name == "Builders"


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\u202eb"])
def test_a_view_needs_a_name(cast, name):
    response = cast.client("olga").post(f"{VIEWS}new/", {**builders(), "name": name, "sharing": "private"})
    assert response.status_code == 422 and not SavedView.objects.exists()


def test_there_are_limits(cast, monkeypatch):
    monkeypatch.setattr(services, "MAX_OWN", 1)
    monkeypatch.setattr(services, "MAX_SHARED", 1)
    save(cast, "olga")
    response = cast.client("olga").post(f"{VIEWS}new/", {**builders(), "name": "Second", "sharing": "private"})
    assert response.status_code == 422 and "You already have 1 views" in text_of(response)
    save(cast, "olga", shared=True)
    response = cast.client("max").post(f"{VIEWS}new/", {**builders(), "name": "Second", "sharing": "shared"})
    assert response.status_code == 422 and "already 1 shared views" in text_of(response)
    save(cast, "max")


def test_two_tabs_do_not_overwrite_each_other_unnoticed(cast):
    view = save(cast, "olga", shared=True)
    client, url = cast.client("max"), f"{VIEWS}{view.pk}/"
    cast.client("olga").post(url, {"name": "Makers", "seen_name": "Builders"})
    response = client.post(url, {"name": "Crafts", "seen_name": "Builders"})
    assert response.status_code == 409 and "Someone else just renamed this view to “Makers”" in text_of(response)
    seen = re.search(r'name="seen_name" value="([^"]*)"', response.content.decode())[1]
    assert client.post(url, {"name": "Crafts", "seen_name": seen}).status_code == 302
    page = client.post(f"{url}contents/", {"view": "?q=bo", "seen": "?q=older"}, follow=True)
    view.refresh_from_db()
    assert view.name == "Crafts" and "Someone else just changed Crafts" in text_of(page) and "q=bo" not in view.view
    client.post(f"{url}deletion/")
    assert cast.client("olga").post(f"{url}deletion/").status_code == 404
    assert cast.client("olga").post(f"{url}contents/", {"view": "", "seen": ""}).status_code == 404


def test_users_opens_on_the_default_view(cast):
    view = save(cast, "olga")
    client = cast.client("olga")
    assert "Set as default" in menu(cast, "olga", f"?saved={view.pk}")
    page = client.post(f"{VIEWS}default/", {"id": view.pk, "view": ""}, follow=True)
    assert "This is now your default view." in text_of(page)
    page = client.get(USERS, follow=True)
    assert names(page) == ["Bo Lindqvist"] and "View Builders (default)" in text_of(page)
    assert "Builders Default" in menu(cast, "olga")
    # Everyone is one click away, also from Pending, and stays open after a reload or a search.
    for url in (USERS, PENDING, f"{USERS}?q=bo"):
        page = client.get(url, follow=True)
        everyone = unescape(re.search(r'<a href="([^"]*)"[^>]*>All Users', page.content.decode())[1])
        assert everyone == f"{USERS}?saved=none" and len(names(client.get(everyone))) == 4
        clear = re.search(r'clear" href="([^"]*)"', page.content.decode())[1]
        assert clear == (PENDING if url == PENDING else f"{USERS}?saved=none")
    search = client.get(f"{USERS}?q=", headers={"HX-Request": "true"})
    assert search["HX-Push-Url"] == f"{USERS}?saved=none"
    # Only for the user, and until they stop.
    assert len(names(cast.client("max").get(USERS))) == 4
    client.post(f"{VIEWS}default/", {"view": ""})
    assert len(names(client.get(USERS))) == 4 and not DefaultView.objects.exists()
    assert client.get(f"{USERS}?saved=none").context["params"].url("acme") == USERS


def test_own_columns_do_not_keep_the_default_view_from_opening(cast):
    view = save(cast, "olga")
    client = cast.client("olga")
    client.post(f"{USERS}columns/", {"view": "", "columns": ["groups", "joined"]})
    client.post(f"{VIEWS}default/", {"id": view.pk, "view": ""})
    page = client.get(USERS, follow=True)
    assert page.context["params"].saved == str(view.pk) and "(changed)" not in text_of(page)
    assert "joined" not in page.context["params"].shown
    page = client.get(f"{USERS}?saved=none", follow=True)
    assert len(names(page)) == 4 and "joined" in page.context["params"].shown


def test_columns_can_be_reset_in_a_view(cast):
    view = save(cast, "olga", view="?columns=role,joined")
    client = cast.client("olga")
    page = client.get(open_url("acme", view), follow=True)
    reset = client.post(f"{USERS}columns/", {"view": page.context["params"].view, "usual": "1"}, follow=True)
    assert "joined" not in reset.context["params"].shown and "Builders (changed)" in text_of(reset)


def test_deleting_a_view_asks_first_and_clears_the_default(cast):
    view = save(cast, "olga", shared=True)
    for who in ("olga", "max"):
        cast.client(who).post(f"{VIEWS}default/", {"id": view.pk, "view": ""})
    page = cast.client("max").get(f"{VIEWS}{view.pk}/deletion/")
    assert "Delete the view Builders?" in text_of(page)
    assert "It’s deleted for everyone in the organization" in text_of(page)
    page = cast.client("max").post(f"{VIEWS}{view.pk}/deletion/", {"view": ""}, follow=True)
    assert "The view Builders was deleted." in text_of(page) and len(names(page)) == 4
    assert len(names(cast.client("olga").get(USERS))) == 4 and not DefaultView.objects.exists()
    assert actions(cast, "max") == ["saved_view.shared", "saved_view.deleted"]


def test_a_view_whose_group_was_deleted_says_so(cast):
    group, other = cast.groups["marketing"], cast.groups["research"]
    view = save(cast, "olga", "Marketing people", view=f"?group={group.pk}&group={other.pk}")
    client = cast.client("olga")
    page = client.get(open_url("acme", view), follow=True)
    assert "no longer works" not in text_of(page)
    delete_group(actor=cast.olga, group=group)
    page = client.get(open_url("acme", view), follow=True)
    assert "A filter in Marketing people no longer works" in text_of(page) and "Group" in text_of(page)


def test_a_view_from_the_url_that_does_not_exist_is_ignored(cast):
    for value in (uuid4(), "x", "none", ""):
        page = cast.client("olga").get(f"{USERS}?saved={value}")
        assert page.status_code == 200 and len(names(page)) == 4 and page.context["address"] == USERS


def test_the_number_of_queries_does_not_depend_on_the_number_of_views(cast, django_assert_num_queries):
    view = save(cast, "olga")
    client = cast.client("olga")
    address = client.get(open_url("acme", view)).url
    for count in (1, 30):
        SavedView.objects.bulk_create(
            SavedView(organization=cast.acme, owner=None, name=f"{count} {n}", name_key=f"{count} {n}", view="?q=bo")
            for n in range(count)
        )
        with django_assert_num_queries(9):  # seven, the saved view, and whether few have the role
            client.get(address)
        with django_assert_num_queries(5):
            client.get(VIEWS)


def test_on_pending_the_menu_leads_to_all_pending(cast):
    cast.invite()
    client = cast.client("olga")
    assert "View All pending" in text_of(client.get(PENDING)) and "View All users" in text_of(client.get(USERS))
    html = client.get(VIEWS, {"view": "pending/?status=expired"}).content.decode()
    assert f'href="{PENDING}" aria-current="true"' in html and "All pending" in html and "All users" not in html
    html = client.get(VIEWS, {"view": "?q=bo"}).content.decode()
    assert f'href="{USERS}" aria-current="true"' in html and "All pending" not in html
