"""House rules that code can check: the layers inside an app, import circles, and the size of files and functions."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest
from django.conf import settings

APPS = (
    "base",
    "audit",
    "outbox",
    "accounts",
    "organizations",
    "invitations",
    "provisioning",
    "console",
    "workspace",
    "api",
)
# A module imports only from its own layer or a lower one of its app. Modules with other names may import anything.
LAYERS = {"models": 0, "queries": 1, "policies": 1, "services": 2, "forms": 3, "emails": 3, "tables": 3, "views": 4}
MAX_FUNCTION, MAX_MEDIAN, MAX_FILE = 50, 8, 300
# Circles that are still to be broken, by one of their modules.
KNOWN_CIRCLES: set[str] = set()
ROOT = settings.BASE_DIR
FILES = sorted(
    path.relative_to(ROOT)
    for folder in (*APPS, "teamadmin", "bench", "bin")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts and path.stat().st_size
)
PRODUCT = [path for path in FILES if not {"tests", "testing", "bench", "bin"} & set(path.parts)]


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in PRODUCT}


def module_of(name: str) -> str:
    """Return the module of ours that a dotted name belongs to, or ""."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def layer_of(module: str) -> int | None:
    """Return the layer of a module by its innermost known name: console.users.queries is a queries module."""
    return next((LAYERS[part] for part in reversed(module.split(".")[1:]) if part in LAYERS), None)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every dotted name that the file imports anywhere, with its line. `from a import b` gives a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} imports relatively"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every function's name and number of lines, without decorators."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize(
    ("module", "layer"),
    [
        ("accounts.models", 0),
        ("console.users.queries", 1),
        ("organizations.services.members", 2),
        ("console.bulk.views", 4),
        ("console.users.columns", None),
    ],
)
def test_the_innermost_known_name_decides_the_layer(module, layer):
    assert layer_of(module) == layer


def test_modules_import_only_from_lower_layers_of_their_app():
    problems = []
    for module, path in MODULES.items():
        layer = layer_of(module)
        for name, line in imports(path):
            other = module_of(name)
            same_app = other.split(".")[0] == path.parts[0]
            if layer is not None and same_app and (layer_of(other) or 0) > layer:
                problems.append(f"{path}:{line} imports {name}")
    assert problems == []


def find_circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or through others."""

    def reachable(start: str) -> set[str]:
        found: set[str] = set()
        stack = [start]
        while stack:
            new = graph[stack.pop()] - found
            found |= new
            stack += new
        return found

    reach = {module: reachable(module) for module in graph}
    circles = {tuple(sorted(other for other in reach[module] if module in reach[other])) for module in graph}
    return [list(circle) for circle in sorted(circles) if circle]


def test_circles_are_found_directly_and_through_others():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"d"}}
    assert find_circles(graph) == [["a", "b", "c"]]


def test_modules_do_not_import_each_other_in_circles():
    """Imports inside functions and under TYPE_CHECKING count too: they hide circles."""
    graph = {
        module: {other for name, _ in imports(path) if (other := module_of(name)) and other != module}
        for module, path in MODULES.items()
    }
    assert [circle for circle in find_circles(graph) if not KNOWN_CIRCLES & set(circle)] == []


def test_tasks_are_not_imported():
    tasks = {module for module, path in MODULES.items() if path.name == "tasks.py"}
    assert [path for path in PRODUCT for name, _ in imports(path) if module_of(name) in tasks] == []


def test_files_and_functions_are_short():
    sizes = {path: len((ROOT / path).read_text().splitlines()) for path in FILES}
    assert {path: size for path, size in sizes.items() if size > MAX_FILE} == {}
    assert [(path, name, size) for path in FILES for name, size in functions(path) if size > MAX_FUNCTION] == []


def test_most_functions_have_a_handful_of_lines():
    assert median(size for path in PRODUCT for _, size in functions(path)) < MAX_MEDIAN


def test_no_file_contains_machine_paths():
    """No absolute path of a developer's machine and no package registry URL is committed."""
    pattern = re.compile(r"/" + r"(work|root)/\w|index-" + r"url")
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    texts = [ROOT / name for name in names if Path(name).suffix not in (".png", ".svg", ".woff2")]
    assert [path for path in texts if path.is_file() and pattern.search(path.read_text(errors="ignore"))] == []
