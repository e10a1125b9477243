"""An app imports only from apps of a lower rank. docs/architecture.md has the table."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

RANKS = {
    "base": 0, "audit": 1, "outbox": 1, "accounts": 2, "organizations": 3, "invitations": 4, "provisioning": 5,
    "console": 6, "workspace": 6, "api": 7, "teamadmin": 8,
}  # fmt: skip
ROOT = Path(settings.BASE_DIR)
APPS = [app for app in RANKS if (ROOT / app).is_dir()]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the top-level package of every import in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name.split(".")[0]) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_only_from_lower_ranks(app):
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {other}"
        for path in (ROOT / app).rglob("*.py")
        if "tests" not in path.parts
        for line, other in imported(path)
        if other in RANKS and other != app and RANKS[other] >= RANKS[app]
    ]
    assert not wrong


def test_the_product_imports_no_test_code():
    wrong = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if not {"tests", "testing"} & set(path.relative_to(ROOT).parts)
        and re.search(r"^\s*(from|import) (pytest|teamadmin\.testing|\w+\.tests)\b", path.read_text(), re.M)
    ]
    assert not wrong


def test_documentation_has_the_same_ranks():
    rows = re.findall(r"^\| (\d) \| (.+?) \|", (ROOT / "docs/architecture.md").read_text(), re.M)
    assert {app: int(rank) for rank, apps in rows for app in re.findall(r"`(\w+)`", apps)} == RANKS


def test_every_app_has_a_rank():
    ours = {app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()}
    assert ours <= set(RANKS)
