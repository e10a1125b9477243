"""The bytes of a first visit through the proxy: compressed responses with their headers, as a browser receives them."""

import subprocess
import sys

import pytest
from django.conf import settings

from teamadmin.testing import nginx
from teamadmin.testing.cast import PASSWORD, Cast
from teamadmin.testing.processes import free_port

SETTINGS = "teamadmin.testing.static_settings"
SIGN_IN, USERS = 30_000, 45_000


@pytest.fixture
def proxy(web_process, tmp_path, monkeypatch):
    """The proxy, in front of a web process with the static files of production."""
    if not nginx.ensure():
        pytest.skip("nginx isn't installed, and can't be installed here")
    monkeypatch.setenv("STATIC_ROOT", str(tmp_path / "static"))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", SETTINGS)
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True)
    port = free_port()
    web = web_process(**nginx.environment(port), DJANGO_SETTINGS_MODULE=SETTINGS)
    with nginx.running(tmp_path / "proxy", port=port, web_port=web.port) as proxy:
        yield proxy


class Visitor:
    """A browser with an empty cache, and what it has received."""

    def __init__(self, browser, cookies: list[dict]) -> None:
        self.sizes: list[tuple[int, str]] = []
        self.urls: dict[str, str] = {}
        self.context = browser.new_context(ignore_https_errors=True)
        self.context.add_cookies(cookies)
        self.page = self.context.new_page()
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self.sent)
        session.on("Network.loadingFinished", self.received)

    def sent(self, event: dict) -> None:
        self.urls[event["requestId"]] = event["request"]["url"]

    def received(self, event: dict) -> None:
        if size := event["encodedDataLength"]:  # 0: from the cache
            self.sizes.append((int(size), self.urls[event["requestId"]]))

    def take(self) -> list[tuple[int, str]]:
        """Return what was received since the last time, the largest first.

        Without the stylesheet for paper and contrast themes: browsers load it last, and pages don't wait for it.
        """
        self.page.wait_for_load_state("networkidle")
        sizes, self.sizes = sorted(self.sizes, reverse=True), []
        return [(size, url) for size, url in sizes if "/static/media." not in url]


def report(title: str, sizes: list[tuple[int, str]]) -> int:
    """Print the sizes and return their sum."""
    total = sum(size for size, _url in sizes)
    lines = [f"{title}: {total / 1000:.1f} KB", *(f"  {size:>6} {url.partition('://')[2]}" for size, url in sizes)]
    sys.stdout.write("\n".join(lines) + "\n")
    return total


@pytest.mark.django_db(transaction=True)
def test_weight_of_a_first_visit(proxy, cast: Cast, browser, capsys):
    visitor = Visitor(browser, [])
    visitor.page.goto(f"{proxy.url}/accounts/login/?next=/o/acme/users/")
    sign_in = visitor.take()
    visitor.page.fill("[name=login]", "olga@acme.example")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.press("[name=password]", "Enter")
    visitor.page.wait_for_url("**/o/acme/users/")
    users = visitor.take()

    other = Visitor(browser, visitor.context.cookies())
    other.page.goto(f"{proxy.url}/o/acme/users/")
    alone = other.take()
    with capsys.disabled():
        sys.stdout.write("\n")
        assert report("First visit, sign-in", sign_in) <= SIGN_IN
        assert report("First visit, Users after signing in", users) <= USERS
        assert report("Users with an empty cache", alone) <= USERS
    assert "/static/" in str(sign_in) and ".js" in str(alone)
