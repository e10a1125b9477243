"""docs/operating.md names exactly the variables that the code reads, and says which ones are required."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from teamadmin import checks, service_urls

ROOT = settings.BASE_DIR
OPERATING = (ROOT / "docs" / "operating.md").read_text()
VARIABLES = OPERATING.partition("\n## Variables\n")[2].partition("\n## ")[0]
COMPOSE = OPERATING.partition("\n### Variables of docker-compose.yml\n")[2].partition("\n##")[0]
FOLDERS = [path.parent for path in ROOT.glob("*/__init__.py")]
PRODUCT = [
    path for folder in FOLDERS for path in folder.rglob("*.py") if not {"tests", "testing", "bench"} & set(path.parts)
]
NAME = re.compile(r"[A-Z][A-Z0-9_]+")


def calls(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the constant texts of every call of env.*, service_urls.* and os.environ.* in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if ast.unparse(node.func.value) in ("env", "service_urls", "os.environ"):
                yield node.func.attr, [each.value for each in node.args if isinstance(each, ast.Constant)]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            yield "get", [node.slice.value] if isinstance(node.slice, ast.Constant) else []


def variables_read() -> set[str]:
    names = set()
    for path in PRODUCT:
        for reader, texts in calls(path):
            if reader in ("require", "setdefault") or not texts:
                continue
            names.add("ANYMAIL_PROVIDER" if texts[0] == "ANYMAIL_" else texts[0])
    passwords = {service_urls.password_variable(name) for name in service_urls.EXAMPLES}
    return {name for name in names if isinstance(name, str) and NAME.fullmatch(name)} | passwords


def variables_required() -> set[str]:
    required = {text for path in PRODUCT for reader, texts in calls(path) if reader == "require" for text in texts}
    return {name for text in required for name in text.split("|")}


def documented(section: str) -> dict[str, str]:
    """Return the variables in the tables of a section, and what the column "required" says of each."""
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {name: row[1].strip() if len(row) > 2 else "" for row in rows for name in re.findall(r"`(\w+)`", row[0])}


def test_every_variable_is_documented_and_no_other():
    assert documented(VARIABLES).keys() - variables_read() == set(), "documented, but not read"
    assert variables_read() - documented(VARIABLES).keys() == set(), "read, but not documented"


def test_required_variables_are_marked():
    assert {name for name, required in documented(VARIABLES).items() if required} == variables_required()


def test_variables_of_the_compose_file_are_documented():
    """And those that it can't do without are marked."""
    found = re.findall(r"\$\{(\w+)(:\?)?", (ROOT / "docker-compose.yml").read_text())
    assert {name for name, _needed in found} - documented(VARIABLES + COMPOSE).keys() == set()
    assert documented(COMPOSE).keys() - {name for name, _needed in found} == set()
    assert {name for name, needed in found if needed} == {name for name, text in documented(COMPOSE).items() if text}


def test_every_check_is_documented():
    section = OPERATING.partition("\n## Checks of the settings\n")[2].partition("\n## ")[0]
    ids = re.findall(r'id="teamadmin\.(\w+)"', Path(checks.__file__).read_text())
    assert sorted(set(ids)) == sorted(re.findall(r"\b[EW]0\d\d\b", section))
    assert sorted(int(each[1:]) for each in ids) == list(range(1, len(ids) + 1))
