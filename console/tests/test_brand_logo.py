"""The organization's logo: uploading, showing and removing it (A-2). base/tests/test_uploads.py has more bad files."""

import io
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from audit.models import Entry
from base import uploads
from base.policies import Refused
from base.tests.test_uploads import FILES, huge_png, picture
from organizations.models import Organization
from organizations.services import remove_logo, set_logo
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel

pytestmark = pytest.mark.spec("A-2")
PAGE = "/o/acme/brands/"
URL = PAGE + "logo/"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored() -> list[str]:
    return sorted(path.name for path in (Path(django_settings.MEDIA_ROOT) / "logos").glob("*"))


def stored_logo() -> bytes:
    return (Path(django_settings.MEDIA_ROOT) / "logos" / stored()[0]).read_bytes()


def upload(client: Client, content: bytes | None = None, name: str = "acme.png", **options):
    file = SimpleUploadedFile(name, picture() if content is None else content)
    return client.post(URL, {"logo": file}, **options)


@pytest.mark.django_db
def test_a_logo_is_saved_shown_and_removed(cast, django_capture_on_commit_callbacks):
    client = cast.client("olga")
    assert "No logo yet" in text_of(client.get(PAGE))
    with django_capture_on_commit_callbacks(execute=True):
        assert upload(client)["Location"] == PAGE
    page = client.get(PAGE)
    assert "Logo saved." in text_of(page) and "Replace logo" in text_of(page)
    src = re.search(r'src="(/media/logos/[0-9a-f]{32}\.webp)"', page.content.decode())[1]
    image = Client().get(src)  # also for people who are not signed in: invited people see it
    assert Image.open(io.BytesIO(image.getvalue())).format == "WEBP"  # reading it closes the file
    assert image["Content-Type"] == "image/webp" and image["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in image["Content-Security-Policy"] and "immutable" in image["Cache-Control"]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(URL + "removal/")["Location"] == PAGE
    assert "Logo removed." in text_of(client.get(PAGE)) and stored() == []
    client.post(URL + "removal/")  # pressed twice
    actions = list(Entry.objects.filter(organization_id=cast.acme.pk).values_list("action", flat=True))
    assert actions.count("brand.logo_changed") == actions.count("brand.logo_removed") == 1


@pytest.mark.django_db
def test_the_whole_logo_is_kept_on_a_transparent_square(cast):
    upload(cast.client("olga"), picture(size=(300, 100)))
    image = Image.open(io.BytesIO(stored_logo()))
    assert (image.format, image.size, image.mode) == ("WEBP", (uploads.SIDE, uploads.SIDE), "RGBA")
    assert image.getpixel((256, 10))[3] == 0 and image.getpixel((3, 256))[0] > 200


@pytest.mark.django_db
@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_files_that_are_no_picture_are_refused(cast, content):
    response = upload(cast.client("olga"), content)
    assert response.status_code == 422 and str(uploads.NOT_A_PICTURE) in text_of(response) and stored() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", uploads.EMPTY),
        (b"\x89PNG".ljust(10_000_000, b"\x00"), uploads.TOO_LARGE),
        (b"\x89PNG".ljust(uploads.MAX_BYTES + 1, b"\x00"), uploads.TOO_LARGE),
        (huge_png(4001, 4000), uploads.TOO_MANY_PIXELS),
    ],
    ids=["empty", "10 MB", "just too large", "too many pixels"],
)
def test_too_large_files_are_refused_with_words(cast, content, message):
    response = upload(cast.client("olga"), content)
    assert response.status_code == 422 and str(message) in text_of(response) and stored() == []
    assert Organization.objects.get(pk=cast.acme.pk).logo.name == ""


@pytest.mark.django_db
def test_metadata_and_appended_scripts_are_lost(cast):
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    exif.get_ifd(0x8825)[1] = "N"
    upload(cast.client("olga"), picture("JPEG", exif=exif) + b"<script>alert(1)</script>")
    content = stored_logo()
    assert b"secret" not in content and b"script" not in content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["../../x.png", "..\\x.png", "a.png\0.svg", "n" * 300 + ".png", "\u202egnp.exe", "x.svg", ".htaccess"]
)
def test_the_name_of_the_file_is_not_used(cast, name):
    assert upload(cast.client("olga"), name=name).status_code == 302
    assert len(stored()) == 1 and re.fullmatch(r"[0-9a-f]{32}\.webp", stored()[0])


@pytest.mark.django_db
def test_a_missing_file_is_refused_with_words(cast):
    for data in ({}, {"logo": "text"}):
        response = cast.client("olga").post(URL, data)
        assert response.status_code == 422 and "Choose a picture first." in text_of(response)


@pytest.mark.django_db
def test_htmx_gets_the_logo_and_the_preview_of_what_is_typed(cast):
    client = cast.client("olga")
    typed = {"platform_name": "Workbench", "brand_color": "#0b6b4f", "email": "invitation"}
    data = {**typed, "logo": SimpleUploadedFile("a.png", picture())}
    response = client.post(URL, data, headers={"hx-request": "true"})
    text, html = text_of(response), response.content.decode()
    assert response.status_code == 200 and "Logo saved." in text and "Join Acme on Workbench" in text
    assert "<html" not in html and html.count(f"/media/logos/{stored()[0]}") == 5  # the setting, and four previews
    bad = client.post(URL, {**typed, "logo": SimpleUploadedFile("a.png", b"<svg>")}, headers={"hx-request": "true"})
    assert bad.status_code == 422 and str(uploads.NOT_A_PICTURE) in text_of(bad) and len(stored()) == 1


@pytest.mark.django_db
def test_others_cannot_change_it(cast):
    assert upload(cast.client("max")).status_code == 403
    assert upload(cast.client("tess")).status_code == 404
    assert upload(cast.client()).status_code == 302
    for change in (lambda: set_logo(actor=cast.max, picture=b"RIFF"), lambda: remove_logo(actor=cast.max)):
        with pytest.raises(Refused):
            change()
    assert stored() == []


def test_of_parallel_uploads_one_file_remains(live_cast):
    run_in_parallel(6, lambda _number: set_logo(actor=live_cast.olga, picture=b"RIFF"))
    assert stored() == [Path(Organization.objects.get(pk=live_cast.acme.pk).logo.name).name]
