"""The rules of the house that code can hold: what stands on what inside an app, and how large a thing may grow."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

from django.conf import settings

APPS = ("base", "audit", "outbox", "accounts", "organizations", "invitations", "provisioning", "console", "workspace")
# Inside an app: a module imports only from those of its own number or a lower one. Others are helpers.
LAYERS = {"models": 0, "queries": 1, "policies": 1, "services": 2, "forms": 3, "emails": 3, "tables": 3, "views": 4}
FUNCTION, MEDIAN, FILE = 50, 8, 300
ROOT = settings.BASE_DIR
FILES = sorted(
    path.relative_to(ROOT)
    for app in (*APPS, "teamadmin")
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and path.stat().st_size
)
PRODUCT = [path for path in FILES if not {"tests", "testing"} & set(path.parts)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every dotted name that the file imports, with its line; `from a import b` gives a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} imports relatively"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function's name and its lines, decorators not counted."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_inside_an_app_views_stand_on_services_and_not_the_other_way():
    wrong = []
    for path in PRODUCT:
        app, module = path.parts[0], path.with_suffix("").parts[1]
        for name, line in imports(path):
            other = (name.split(".") + [""])[1]
            if name.startswith(f"{app}.") and LAYERS.get(other, 0) > LAYERS.get(module, 9):
                wrong.append(f"{path}:{line} imports {name}")
    assert wrong == []


def test_tasks_are_leaves():
    tasks = {".".join(path.with_suffix("").parts) for path in PRODUCT if path.name == "tasks.py"}
    wrong = [path for path in PRODUCT for name, _ in imports(path) if name.rpartition(".")[0] in tasks or name in tasks]
    assert wrong == []


def test_files_and_functions_stay_short():
    sizes = {path: len((ROOT / path).read_text().splitlines()) for path in FILES}
    assert {path: size for path, size in sizes.items() if size > FILE} == {}
    assert [(path, *found) for path in FILES for found in functions(path) if found[1] > FUNCTION] == []


def test_most_functions_are_a_handful_of_lines():
    assert median(length for path in PRODUCT for _, length in functions(path)) < MEDIAN


def test_nobody_names_a_machine():
    """No path of a developer's machine and no address of a package registry in what is committed."""
    words = re.compile(r"/" + r"(work|root)/\w|index-" + r"url")
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    texts = [ROOT / name for name in names if Path(name).suffix not in (".png", ".svg", ".woff2")]
    assert [path for path in texts if path.is_file() and words.search(path.read_text(errors="ignore"))] == []
