"""The demo's emails: saved as complete files, listed newest first, displayed safely."""

import time
from email.mime.image import MIMEImage

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import include, path

from base.mail import LogoEmail
from teamadmin.devmail import emails, urls

urlpatterns = [path("dev/mail/", include(urls))]
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ROOT_URLCONF = __name__
    settings.MAIL_DIR = tmp_path / "mail"
    settings.DEMO = True
    return settings.MAIL_DIR


def send(subject: str = "Join Acme", html: str = "<p>Hello</p>") -> str:
    """Send an email and return the name of its file."""
    message = LogoEmail(subject, "Hello\nhttp://127.0.0.1:8000/x/", "a@acme.example", ["é@acme.example"])
    message.connection = get_connection("teamadmin.devmail.backend.EmailBackend")
    message.attach_alternative(f"<html><head></head><body>{html}<img src='cid:logo'></body></html>", "text/html")
    picture = MIMEImage(PIXEL, "png")
    picture["Content-ID"] = "<logo>"
    message.attach(picture)
    assert message.send() == 1
    return emails.list_names()[0]


def test_an_email_is_saved_as_one_complete_file(folder):
    name = send()
    assert [path.name for path in folder.iterdir()] == [f"{name}.eml"]
    content = (folder / f"{name}.eml").read_bytes()
    assert b"\r\nSubject: Join Acme\r\n" in content
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_an_email_without_recipients_is_not_saved(folder):
    message = EmailMultiAlternatives("Subject", "Text", "a@acme.example", [])
    message.connection = get_connection("teamadmin.devmail.backend.EmailBackend")
    assert message.send() == 0
    assert not folder.exists()


def test_emails_are_listed_newest_first(client):
    send("First")
    time.sleep(0.001)
    send("Second")
    page = client.get("/dev/mail/").text
    assert page.index("Second") < page.index("First")


def test_empty_list(client):
    assert "No emails yet." in client.get("/dev/mail/").text


def test_html_images_and_source(client):
    name = send("<script>1</script>")
    page = client.get(f"/dev/mail/{name}/").text
    assert "&lt;script&gt;" in page and "<script>1" not in page
    html = client.get(f"/dev/mail/{name}/html/")
    assert f"src='/dev/mail/{name}/pictures/logo/'" in html.text
    policy = html["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "sandbox" in policy
    picture = client.get(f"/dev/mail/{name}/pictures/logo/")
    assert (picture.content, picture["Content-Type"]) == (PIXEL, "image/png")
    assert "Subject: <script>" in client.get(f"/dev/mail/{name}/source/").text


@pytest.mark.parametrize("name", ["absent", "..%2F..%2Fsecret", ".", "%2Fetc%2Fpasswd"])
def test_unknown_names_are_not_found(client, folder, name):
    (folder.parent / "secret.eml").write_text("Subject: secret\n\n")
    folder.mkdir()
    assert client.get(f"/dev/mail/{name}/").status_code == 404
    assert client.get(f"/dev/mail/{send()}/pictures/other/").status_code == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_email_in_a_browser(live_server, page, axe, scheme):
    name = send(html="<h1 style='color:rgb(1,2,3)'>Hello</h1><script>document.title='run'</script>")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/dev/mail/")
    axe(page)
    page.get_by_role("link", name="Join Acme").click()
    frame = page.frame_locator("iframe")
    assert frame.get_by_role("heading", name="Hello").evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    assert frame.locator("img").evaluate("e => e.decode().then(() => e.naturalWidth)") == 1
    assert page.get_by_role("link", name="http://127.0.0.1:8000/x/").count() == 1
    page.goto(f"{live_server.url}/dev/mail/{name}/html/")
    assert page.title() != "run"
