"""The user's own picture: uploading, showing and removing it (U-1)."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.services import delete_user, set_avatar
from audit.models import Entry
from base import uploads
from base.tests.test_uploads import picture
from teamadmin.testing.parallel import run_in_parallel

URL = "/o/acme/preferences/avatar/"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored() -> list[str]:
    from django.conf import settings

    return sorted(path.name for path in (Path(settings.MEDIA_ROOT) / "avatars").glob("*"))


def upload(client: Client, content: bytes | None = None, name: str = "me.png"):
    return client.post(URL, {"picture": SimpleUploadedFile(name, picture() if content is None else content)})


@pytest.mark.django_db
@pytest.mark.spec("U-1")
def test_a_picture_is_saved_shown_and_removed(cast, django_capture_on_commit_callbacks):
    client = cast.client("bo")
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(client)
    assert response["Location"] == "/o/acme/preferences/"
    page = client.get("/o/acme/preferences/").content.decode()
    src = re.search(r'<img class="avatar" src="(/media/avatars/[0-9a-f]{32}\.webp)"', page)[1]
    assert "Your picture was saved." in page and page.count(src) == 3  # both account menus, and the setting
    response = client.get(src)
    assert response["Content-Type"] == "image/webp" and response.getvalue()[:4] == b"RIFF"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(URL + "removal/")
    page = client.get("/o/acme/preferences/").content.decode()
    assert "Your picture was removed." in page and "/media/avatars/" not in page
    assert stored() == [] and client.get(src).status_code == 404
    actions = Entry.objects.filter(target_id=cast.bo.user_id).values_list("action", flat=True)
    assert {"user.picture_changed", "user.picture_removed"} <= set(actions)


@pytest.mark.django_db
def test_a_new_picture_replaces_the_old_file(cast, django_capture_on_commit_callbacks):
    client = cast.client("bo")
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            upload(client)
    user = User.objects.get(pk=cast.bo.user_id)
    assert stored() == [Path(user.avatar.name).name]
    with django_capture_on_commit_callbacks(execute=True):
        delete_user(user=user)
    assert stored() == []


def test_of_parallel_uploads_one_file_remains(live_cast):
    user = live_cast.bo.user
    run_in_parallel(8, lambda _number: set_avatar(user=user, picture=b"RIFF"))
    assert stored() == [Path(User.objects.get(pk=user.pk).avatar.name).name]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["../../x.png", "..\\x.png", "a.png\0.svg", "n" * 300 + ".png", "\u202egnp.exe", ".htaccess"]
)
def test_the_name_of_the_file_is_not_used(cast, name):
    assert upload(cast.client("bo"), name=name).status_code == 302
    assert re.fullmatch(r"[0-9a-f]{32}\.webp", stored()[0]) and len(stored()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<svg onload=alert(1)>", uploads.NOT_A_PICTURE),
        (b"", uploads.EMPTY),
        (b"\x89PNG".ljust(10_000_000, b"\x00"), uploads.TOO_LARGE),
        (b"\x89PNG".ljust(uploads.MAX_BYTES + 1, b"\x00"), uploads.TOO_LARGE),
    ],
    ids=["svg", "empty", "10 MB", "just too large"],
)
def test_bad_files_are_refused_with_words(cast, content, message):
    response = upload(cast.client("bo"), content)
    assert response.status_code == 422 and str(message) in response.content.decode()
    assert stored() == [] and not User.objects.get(pk=cast.bo.user_id).avatar


@pytest.mark.django_db
def test_a_missing_file_is_refused_with_words(cast):
    for data in ({}, {"picture": "text"}):
        response = cast.client("bo").post(URL, data)
        assert response.status_code == 422 and "Choose a picture first." in response.content.decode()


@pytest.mark.django_db
def test_files_of_large_requests_are_dropped_before_they_are_stored(cast, monkeypatch):
    from django.core.files.uploadhandler import TemporaryFileUploadHandler

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", lambda *args: pytest.fail("stored"))
    assert upload(cast.client("bo"), b"\x89PNG".ljust(10_000_000, b"\x00")).status_code == 422


@pytest.mark.django_db
def test_huge_requests_are_refused_unread(cast, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_REQUEST_BYTES", 1000)
    assert upload(cast.client("bo"), b"\x89PNG".ljust(2000, b"\x00")).status_code == 400


@pytest.mark.django_db
def test_only_signed_in_users_see_pictures(cast):
    client = cast.client("bo")
    upload(client)
    url = f"/media/avatars/{stored()[0]}"
    response = client.get(url)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in response["Content-Security-Policy"] and "default-src 'none'" in response["Content-Security-Policy"]
    )
    assert "private" in response["Cache-Control"]
    other = cast.client("tess").get(url)
    assert other.getvalue() == response.getvalue()
    assert Client().get(url).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a%00.png", "x" * 300 + ".png", "..png", "%2e%2e", "0" * 32 + ".svg"])
@pytest.mark.parametrize("folder", ["avatars", "logos"])
def test_odd_names_are_not_found(cast, folder, name):
    assert cast.client("bo").get(f"/media/{folder}/{name}").status_code == 404


def test_a_picture_in_the_browser(page: Page, live_cast, open_page, axe, tmp_path):
    file = tmp_path / "me.png"
    file.write_bytes(picture(size=(700, 500)))
    open_page(page, live_cast, "bo", "/o/acme/preferences/")
    page.get_by_role("link", name="Add picture").click()
    axe(page)
    page.get_by_label("Picture").set_input_files(file)
    page.get_by_role("button", name="Save picture").click()
    expect(page.get_by_text("Your picture was saved.")).to_be_visible()
    image = page.locator("main img.avatar")
    expect(image).to_have_js_property("naturalWidth", uploads.SIDE)
    axe(page)
    page.get_by_role("button", name="Remove picture").click()
    expect(page.locator("img.avatar")).to_have_count(0)
