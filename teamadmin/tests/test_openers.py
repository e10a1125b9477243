"""All code that can open a session is listed in ways_to_a_session.py, and so are the views of other packages."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from teamadmin.tests.ways_to_a_session import CLOSED_VIEWS, CODE, KEYS, LIBRARY_VIEWS, OPENERS, READS

SKIPPED = ("bench/", "teamadmin/testing/")


# --- the list -----------------------------------------------------------------------------------
def product_files() -> list[str]:
    """Return the Python files of the product, without tests, tools and migrations."""
    output = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    parts = {"tests", "migrations"}
    return [path for path in output.split() if not path.startswith(SKIPPED) and not parts & set(Path(path).parts)]


def find_uses(source: str) -> Iterator[tuple[str, str]]:
    """Yield (function, name) for each use of OPENERS and KEYS. Calls by another name are found by the import."""
    tree = ast.parse(source)
    yield from _uses(tree, "module", _aliases(tree))


def _aliases(tree: ast.AST) -> dict[str, str]:
    imported = [name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names]
    return {each.asname: each.name for each in imported if each.asname}


def _uses(node: ast.AST, function: str, aliases: dict[str, str]) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(child, ast.Call) and (name := _called(child.func, aliases)) in OPENERS:
            yield inside, name
        elif isinstance(child, ast.Name) and aliases.get(child.id, child.id) in KEYS:
            yield inside, aliases.get(child.id, child.id)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and child.value.startswith("_auth_user"):
            yield inside, child.value
        yield from _uses(child, inside, aliases)


def _called(function: ast.expr, aliases: dict[str, str]) -> str:
    if isinstance(function, ast.Name):
        return aliases.get(function.id, function.id)
    if not isinstance(function, ast.Attribute):
        return ""
    is_exit = function.attr == "exit" and isinstance(function.value, ast.Name) and function.value.id == "sys"
    return "" if is_exit else function.attr


def is_listed(path: str, function: str, name: str) -> bool:
    known = CODE.keys() | READS.keys()
    return (path, function, name) in known or (path, "*", name) in known


@pytest.mark.spec("S-2", "S-3")
def test_all_code_that_can_open_a_session_is_listed():
    root = Path(settings.BASE_DIR)
    uses = {(path, *use) for path in product_files() for use in find_uses((root / path).read_text())}
    unknown = [use for use in sorted(uses) if not is_listed(*use)]
    assert not unknown, f"Not in teamadmin/tests/ways_to_a_session.py: {unknown}"
    existing = {key for key in CODE if (root / key[0]).exists()}
    assert existing <= uses, f"Listed, but gone: {sorted(existing - uses)}"


@pytest.mark.parametrize(
    "source",
    [
        "from django.contrib.auth import login as enter\ndef view(r, u): enter(r, u)",
        "from django.contrib import auth\ndef view(r, u): auth.login(r, u)",
        "from accounts.services import sign_in\ndef view(r, u): return sign_in(r, u, method='x')",
        "def view(r, u): r.session['_auth_user_id'] = u.pk",
        "from django.contrib.auth import SESSION_KEY\ndef view(r, u): r.session[SESSION_KEY] = u.pk",
        "from django.contrib.auth import SESSION_KEY as K\ndef view(r, u): r.session[K] = u.pk",
        "def view(stage): return stage.exit()",
        "async def view(r, u): await alogin(r, u)",
        "class V:\n  def post(self, r):\n    f = lambda u: otp_login(r, u)",
    ],
)
def test_the_search_finds(source):
    assert any(name in OPENERS or name in KEYS or name == "_auth_user_id" for _, name in find_uses(source))


def url_patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from url_patterns(pattern)
        else:
            yield pattern


def test_all_views_of_other_packages_are_listed():
    """A package's URL may open a session without any call in our code."""
    ours = {path.split("/")[0] for path in product_files()}
    others = {
        pattern.name
        for pattern in url_patterns(get_resolver())
        if pattern.callback.__module__.split(".")[0] not in ours
        and not pattern.callback.__module__.startswith("django.views")
    }
    assert others == LIBRARY_VIEWS.keys() | CLOSED_VIEWS


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(CLOSED_VIEWS))
def test_closed_views_are_not_found(cast, name):
    assert cast.client("bo").get(reverse(name)).status_code == 404
    assert cast.client("bo").post(reverse(name)).status_code == 404


def test_settings_that_would_open_a_session_are_off():
    names = ["LOGIN_ON_PASSWORD_RESET", "LOGIN_ON_EMAIL_CONFIRMATION", "LOGIN_BY_CODE_ENABLED", "LOGIN_ON_GET"]
    assert not [name for name in names if getattr(settings, f"ACCOUNT_{name}", False)]
    assert settings.AUTHENTICATION_BACKENDS == ["allauth.account.auth_backends.AuthenticationBackend"]
