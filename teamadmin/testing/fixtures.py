"""Fixtures for all tests. conftest.py loads them."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import BrowserContext, Playwright, expect

from teamadmin.testing import browser as chromium
from teamadmin.testing import processes
from teamadmin.testing.mailserver import MailServer

# A key that marks a Redis database as one that tests may empty.
TEST_MARKER = "teamadmin:only-for-tests"
# How long expectations of a page may take, in milliseconds. Long, because a busy machine is no failure.
TIMEOUT = 60_000
# Random texts are the same in each run, and a busy machine is no failure: no change fails by chance. To look for new
# failures: bin/test PATH --hypothesis-profile search
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None, database=None)
hypothesis_settings.register_profile("search", deadline=None, database=None, max_examples=3000)
hypothesis_settings.load_profile("suite")
# axe computes the same few colors thousands of times a page, with most of its time. Keep each color's result.
KEEP_COLORS = """;{
  const { prototype } = axe.commons.color.Color, { parseString } = prototype, kept = new Map();
  prototype.parseString = function (text) {
    if (!kept.has(text)) {
      const { r, g, b, alpha } = parseString.call(this, text);
      kept.set(text, { r, g, b, alpha });
    }
    return Object.assign(this, kept.get(text));
  };
  undefined; // Playwright would call the function
}"""
BROWSER_FIXTURES = {"page", "context", "browser", "running_demo"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser tests, and run tests of the demo in one process, so that it starts once."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("browser")
        if "running_demo" in fixtures:
            item.add_marker(pytest.mark.xdist_group("demo"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect the tests without garbage collection, which frees next to nothing, and leave them out of it later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_sessionstart() -> None:
    """Refuse to run on a Redis database with data that does not come from tests."""
    if django_settings.REDIS_URL:
        client = redis.Redis.from_url(django_settings.REDIS_URL)
        if client.dbsize() and not client.exists(TEST_MARKER):
            raise pytest.UsageError("The Redis database in REDIS_URL is not empty. Tests would empty it: use another.")
        clear_redis(client)


def clear_redis(client: redis.Redis) -> None:
    client.flushdb()
    client.set(TEST_MARKER, 1)


@pytest.fixture(scope="session")
def _redis_client() -> Iterator[redis.Redis | None]:
    if not django_settings.REDIS_URL:
        yield None
        return
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        yield client


@pytest.fixture(autouse=True)
def _clear_redis(_redis_client: redis.Redis | None) -> None:
    """Start each test with an empty cache, no counted sign-in attempts and an empty queue."""
    if _redis_client:
        clear_redis(_redis_client)
    else:
        cache.clear()


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """An SMTP server that receives this test's emails. Processes get `mail_server.url` as EMAIL_URL."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield server
    server.stop()


@pytest.fixture
def celery_worker_process(transactional_db, tmp_path) -> Iterator[Callable[..., processes.Child]]:
    """A function that starts a worker with beat: start(EMAIL_URL=mail_server.url). Stopped after the test."""
    started: list[processes.Child] = []

    def start(*options: str, **env: str) -> processes.Child:
        child = processes.start_worker(tmp_path / f"worker-{len(started)}.log", *options, **env)
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()


@pytest.fixture
def web_process(transactional_db, tmp_path) -> Iterator[Callable[..., processes.Web]]:
    """A function that starts the production web server and waits for it: start(threads=8, EMAIL_URL=...).

    Killed after the test.
    """
    started: list[processes.Web] = []

    def start(**options: Any) -> processes.Web:
        web = processes.Web(tmp_path / f"web-{len(started)}.log", **options)
        started.append(web)
        web.wait_ready()
        return web

    yield start
    for web in started:
        web.kill()


@pytest.fixture(scope="session")
def running_demo(tmp_path_factory) -> Iterator[processes.Demo]:
    """A running bin/run, with `.url`, `.mail` (the folder of .eml files) and `.output`."""
    demo = processes.Demo(tmp_path_factory.mktemp("demo"))
    demo.wait_ready()
    yield demo
    demo.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Use the Chromium that teamadmin.testing.browser finds."""
    path = chromium.find()
    if not path:
        pytest.fail(chromium.HELP)
    return {**browser_type_launch_args, "executable_path": path, "args": chromium.launch_args()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def playwright(playwright: Playwright) -> Iterator[Playwright]:
    """Close the connections that Django made while Playwright's event loop ran: later it has others, for no loop."""
    yield playwright
    connections.close_all()


@pytest.fixture
def axe() -> Callable:
    """A function that asserts that axe finds no accessibility problem on the page, and no id twice: axe(page)."""
    from axe_playwright_python.base import AXE_SCRIPT
    from axe_playwright_python.sync_playwright import Axe

    def check(page) -> None:
        results = Axe(AXE_SCRIPT + KEEP_COLORS).run(page)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
        ids = Counter(page.locator("[id]").evaluate_all("elements => elements.map(each => each.id)"))
        assert not (repeated := [each for each, count in ids.items() if count > 1]), f"{page.url}: {repeated}"

    return check


@pytest.fixture(scope="session", autouse=True)
def _expect_timeout() -> None:
    """Set the timeout of expectations."""
    expect.set_options(timeout=TIMEOUT)


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """Set the timeout of actions and navigation."""
    context.set_default_timeout(TIMEOUT)
    return context


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> None:
    """Bypass proxies: tests connect only to this machine."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
