"""Security headers of every kind of response: pages, fragments, redirects, errors, files."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from teamadmin.tests.test_settings import PRODUCTION

PATHS = {
    "page": "/o/acme/users/",
    "sign-in": "/accounts/login/",
    "redirect": "/",
    "not found": "/no/such/page/",
    "forbidden": "/o/acme/roles/new/",
    "logo": "/media/logos/no.png",
    "health": "/health/live",
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_response_has_the_headers(cast, path):
    response = cast.client("max").get(path)
    assert response["X-Content-Type-Options"] == "nosniff"
    if path != PATHS["health"]:  # answered before the others, without any content
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_pages_run_only_our_scripts_and_are_shown_in_no_frame(cast):
    policy = cast.client("max").get("/o/acme/users/")["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_pages_are_not_stored(cast):
    for name, path in PATHS.items():
        response = cast.client("max").get(path, headers={"hx-request": "true"} if name == "page" else {})
        assert "no-store" in response["Cache-Control"] or name in ("logo", "health"), name


@pytest.mark.django_db
def test_no_other_origin_may_read_a_response(cast):
    response = cast.client("max").get("/o/acme/users/", headers={"origin": "https://evil.example"})
    assert not [name for name in response.headers if name.lower().startswith("access-control-")]


@pytest.mark.django_db
def test_a_form_of_another_origin_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    token = str(client.get("/accounts/login/", secure=True).context["csrf_token"])
    form = {"login": "bo@acme.example", "password": "x", "csrfmiddlewaretoken": token}
    headers = {"origin": "https://evil.example"}
    assert client.post("/accounts/login/", form, secure=True, headers=headers).status_code == 403
    assert client.post("/accounts/login/", form, secure=True, headers={"origin": "null"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_methods_that_no_page_needs_are_refused(cast, method):
    for path in ("/o/acme/users/", "/", "/accounts/theme/"):
        assert cast.client("max").generic(method, path).status_code == 405


def test_hsts_lasts_a_year_and_includes_subdomains():
    code = "from teamadmin import settings as s; print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS)"
    environment = {"PATH": os.environ["PATH"], **PRODUCTION}
    output = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    ).stdout
    assert output.split() == ["31536000", "True"]


def test_production_has_no_unsafe_settings():
    """manage.py check --deploy, with the environment of a production server."""
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, "BEHIND_PROXY": "1", "HOME": os.environ["HOME"]}
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_no_page_links_to_another_site():
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    linking = [path.name for path in templates if re.search(r'(href|src|action)="(https?:)?//', path.read_text())]
    assert not linking
