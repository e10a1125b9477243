"""The OpenAPI document: up to date, valid, complete, and without errors of Spectral (A-7)."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client

import teamadmin.testing
from api.openapi import document
from organizations.scopes import SCOPES
from teamadmin.testing.npm import install_packages

SPECTRAL = Path(teamadmin.testing.__file__).parent / "spectral"
# Warnings of Spectral that are accepted, and why.
ACCEPTED = {
    # OpenAPI 3.1 allows scopes with every security scheme ("roles"); the rule knows only those of OAuth.
    "oas3-operation-security-defined",
    # Names and texts of people have no pattern. Their length is limited.
    "owasp:api4:2023-string-restricted",
}
OPERATIONS = [(path, method, details) for path, item in document()["paths"].items() for method, details in item.items()]
IDS = [details["operationId"] for _path, _method, details in OPERATIONS]


@pytest.mark.spec("A-7")
def test_the_file_is_up_to_date():
    call_command("write_openapi", "--check")


def test_the_server_serves_it_with_its_own_address(settings, db):
    response = Client().get("/api/v1/openapi.json")
    served = response.json()
    assert served["servers"][0]["url"] == f"{settings.BASE_URL}/api/v1"
    assert {**served, "servers": None} == {**document(), "servers": None}


@pytest.mark.spec("A-7")
def test_spectral_reports_no_errors(tmp_path):
    folder = install_packages(SPECTRAL, "spectral")
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    command = ["npx", "--no-install", "spectral", "lint", str(tmp_path / "openapi.json"), "-f", "json"]
    command += ["--ruleset", "ruleset.yaml", "--output", str(tmp_path / "found.json")]
    subprocess.run([shutil.which("npx"), *command[1:]], cwd=folder, capture_output=True, text=True, timeout=300)
    found = json.loads((tmp_path / "found.json").read_text())
    serious = Counter(each["code"] for each in found if each["code"] not in ACCEPTED or each["severity"] == 0)
    assert serious == Counter()


def test_schemas_are_json_schema_2020_12():
    for schema in document()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("path", "method", "details"), OPERATIONS, ids=IDS)
def test_every_operation_is_described(path, method, details):
    assert details["summary"] and details["description"] and details["tags"]
    (names,) = details["security"][0].values()
    assert set(names) <= set(SCOPES)
    statuses = set(details["responses"])
    assert {"401", "403", "422", "429", "500"} <= statuses
    assert ("404" in statuses) == ("{" in path)
    assert ("409" in statuses) == (method != "get")
    headers = {each["name"] for each in details.get("parameters", ()) if each["in"] == "header"}
    assert ("Idempotency-Key" in headers) == (method == "post")
    assert ("412" in statuses) == ("If-Match" in headers)


def test_reading_needs_read_and_writing_write():
    for path, method, details in OPERATIONS:
        (names,) = details["security"][0].values()
        if names:
            assert names[0].endswith(":read" if method == "get" else ":write"), path


def test_operation_ids_are_unique():
    assert len(IDS) == len(set(IDS))
