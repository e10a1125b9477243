"""Fixtures for every test; conftest.py loads them."""

import os
from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings as django_settings
from django.core.cache import cache
from playwright.sync_api import BrowserContext, expect

from teamadmin.testing import browser as chromium
from teamadmin.testing import processes
from teamadmin.testing.mailserver import MailServer

# Says that a Redis database belongs to tests, which empty it.
OURS = "teamadmin:only-for-tests"
# What is expected of a page may take so long, in milliseconds.
PATIENCE = 60_000
BROWSER = {"page", "context", "browser", "running_demo"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks browser tests, and keeps those of the running demo in one process: it is started once."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & BROWSER:
            item.add_marker("browser")
        if "running_demo" in fixtures:
            item.add_marker(pytest.mark.xdist_group("demo"))


def pytest_sessionstart() -> None:
    """Never empties a Redis database that holds something of somebody else's."""
    if django_settings.REDIS_URL:
        client = redis.Redis.from_url(django_settings.REDIS_URL)
        if client.dbsize() and not client.exists(OURS):
            raise pytest.UsageError("REDIS_URL names a database that is not empty; tests would empty it. Take another.")
        empty(client)


def empty(client: redis.Redis) -> None:
    client.flushdb()
    client.set(OURS, 1)


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """Each test begins with an empty cache, no counted sign-in attempts and an empty queue."""
    if django_settings.REDIS_URL:
        with redis.Redis.from_url(django_settings.REDIS_URL) as client:
            empty(client)
    else:
        cache.clear()


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A real SMTP server that mails of this test go to; `mail_server.url` is for EMAIL_URL of a process."""
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
    """start(*options, **env) starts a real worker with beat: start(EMAIL_URL=mail_server.url). Ended with the test."""
    started: list[processes.Child] = []

    def start(*options: str, **env: str) -> processes.Child:
        child = processes.start_worker(tmp_path / f"worker-{len(started)}.log", *options, **env)
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()


@pytest.fixture(scope="session")
def running_demo(tmp_path_factory) -> Iterator[processes.Demo]:
    """bin/run, really: `.url`, `.mail` (folder of .eml files), `.output`."""
    demo = processes.Demo(tmp_path_factory.mktemp("demo"))
    demo.wait_ready()
    yield demo
    demo.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """The Chromium that is there."""
    path = chromium.find()
    if not path:
        pytest.fail(chromium.HELP)
    return {**browser_type_launch_args, "executable_path": path, "args": chromium.launch_args()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture
def axe() -> Callable:
    """axe(page): asserts that axe finds nothing on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page) -> None:
        results = Axe().run(page)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    """A busy machine is no failure."""
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """The same for what is pressed and opened."""
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> None:
    """Tests talk to this machine only."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
