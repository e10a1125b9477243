"""bin/outdated lists what is behind, asks only the registries that the tools are configured for, and never fails."""

import os
import shutil
import subprocess
import sys
import zipfile
from html import escape
from pathlib import Path

import pytest
from django.conf import settings

BIN = settings.BASE_DIR / "bin"
TAGS = '{"Tags": ["3.13-slim", "3.14-slim", "3.15-slim-bookworm", "latest", "3.9-slim"]}'


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A checkout with a few requirements, and a folder of tools."""
    (tmp_path / "bin").mkdir()
    for name in ("outdated", "bootstrap.py"):
        shutil.copy(BIN / name, tmp_path / "bin" / name)
    (tmp_path / "requirements.in").write_text("# needed\nexample-web==1.2.0\nexample-queue[fast]\n")
    (tmp_path / "requirements-dev.in").write_text("-r requirements.in\nexample-test==3.0\n")
    pins = "example-web==1.2.0 \\\n    --hash=x\nexample-queue==4.1\nexample-test==3.0\nnot-direct==1.0\n"
    (tmp_path / "requirements-dev.txt").write_text(pins)
    (tmp_path / "bin" / "uv.txt").write_text("uv==0.0.1 \\\n    --hash=x\n")
    (tmp_path / "package.json").write_text('{"dependencies": {"example-lint": "6.0.0"}}')
    (tmp_path / "Dockerfile").write_text("FROM python:3.13-slim\n")
    (tmp_path / "docker-compose.yml").write_text(f"    image: redis:8@sha256:{'a' * 64}\n    image: teamadmin\n")
    (tmp_path / "tools").mkdir()
    return tmp_path


def add_tool(checkout: Path, name: str, script: str) -> None:
    path = checkout / "tools" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def add_package(checkout: Path, name: str, version: str, python: str = ">=3.9") -> None:
    """Add a wheel to the package index, a folder."""
    stem = f"{name.replace('-', '_')}-{version}"
    (checkout / "index" / name).mkdir(exist_ok=True, parents=True)
    with zipfile.ZipFile(checkout / "index" / name / f"{stem}-py3-none-any.whl", "w") as wheel:
        info = f"{stem}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n"
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    with (checkout / "index" / name / "index.html").open("a") as page:
        file = f"{stem}-py3-none-any.whl"
        page.write(f'<a href="{file}" data-requires-python="{escape(python)}">{file}</a>\n')


def report(checkout: Path, **env: str) -> list[str]:
    tools = {"PATH": f"{checkout}/tools:{Path(sys.executable).parent}", "HOME": str(checkout)}
    index = {"UV_NO_CONFIG": "1", "UV_DEFAULT_INDEX": (checkout / "index").as_uri(), "UV_NO_CACHE": "1"}
    result = subprocess.run(
        [sys.executable, str(checkout / "bin" / "outdated")],
        env={**tools, **index, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.splitlines()


def test_lists_what_is_behind(checkout):
    for version in ("1.2.0", "1.10.0", "2.0rc1"):
        add_package(checkout, "example-web", version)
    add_package(checkout, "example-queue", "5.0")
    add_package(checkout, "example-test", "3.0")
    add_package(checkout, "example-test", "4.0", python=">=3.14")  # newer than our oldest Python
    add_package(checkout, "uv", "0.0.2")
    add_tool(checkout, "npm", "[ \"$1 $2 $3\" = 'view example-lint version' ] && echo '\"7.1.0\"'")
    tags = TAGS.replace('"latest"', '"8"')
    add_tool(checkout, "skopeo", f"[ $1 = list-tags ] && echo '{tags}' || echo sha256:{'b' * 64}")
    assert report(checkout) == [
        "example-queue 4.1 -> 5.0 (new major version)",
        "example-web 1.2.0 -> 1.10.0",
        "uv 0.0.1 -> 0.0.2",
        "Python packages: 3 of 4 are behind.",
        "example-lint 6.0.0 -> 7.1.0 (new major version)",
        "npm packages: 1 of 1 are behind.",
        "python 3.13-slim -> 3.14-slim",
        "redis 8@sha256:aaaaaaaaaaaa -> 8@sha256:bbbbbbbbbbbb",
        "Container images: 2 of 2 are behind.",
    ]


def test_says_what_can_not_be_checked_without_a_network(checkout):
    add_tool(checkout, "npm", "echo 'npm error network request failed' >&2; exit 1")
    python, npm, images = report(checkout, UV_DEFAULT_INDEX="http://127.0.0.1:9/", UV_HTTP_RETRIES="0")
    assert python.startswith("Python packages: can't be checked. ")
    assert npm == "npm packages: can't be checked. npm error network request failed"
    assert images == "Container images: can't be checked. skopeo isn't installed (python:3.13-slim, redis:8)."


@pytest.mark.skipif(not os.access(BIN / "outdated", os.X_OK), reason="needs a checkout with file modes")
def test_finds_every_kind_of_our_requirements():
    """Without any tool, it says what it would compare."""
    result = subprocess.run(
        [sys.executable, str(BIN / "outdated")], env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert "npm packages: can't be checked. npm isn't installed" in result.stdout
    assert "python:3." in result.stdout and "postgres:" in result.stdout
