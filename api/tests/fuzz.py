"""Running schemathesis against a server."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from api.tests.keys import add_key
from organizations.models import Membership, Organization
from teamadmin.testing.cast import Cast

# The file is what the server serves: test_openapi.py compares them.
DOCUMENT = settings.BASE_DIR / "docs" / "openapi.json"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# Keys of each role, and one of the organization. The other organization's keys must find nothing of this one.
OWNERS = ("olga", "max", "bo", "opal", "organization")
SEEDS = (1, 2, 3)
# Keys that the tests may revoke before they come to the one that they send.
SPARE_KEYS = 60


@dataclass(frozen=True)
class Run:
    """A run of schemathesis: as whom, with which random seed and phases, and how many examples of each operation."""

    owner: str
    seed: int
    examples: int
    phases: str = "examples,coverage,fuzzing,stateful"


def owner_named(cast: Cast, name: str) -> Membership | Organization:
    return cast.acme if name == "organization" else getattr(cast, name)


def prepare(cast: Cast, name: str) -> str:
    """Create what the tests work on, and return a key's secret."""
    owner = owner_named(cast, name)
    for _number in range(SPARE_KEYS):
        add_key(cast.acme, "members:read")
    cast.invite(people=[("Pia", "Pending", "pia@acme.example")], role="operator")
    return add_key(owner)[1]


def run_schemathesis(url: str, secret: str, run: Run, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run all checks in all phases, links between operations included."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    command += ["run", str(DOCUMENT), "--url", f"{url}/api/v1", "--phases", run.phases]
    command += ["--header", f"Authorization: Bearer {secret}", "--checks", "all", "--seed", str(run.seed)]
    command += ["--max-examples", str(run.examples), "--workers", "1", "--no-color", "--continue-on-failure"]
    command += [
        "--generation-database",
        "none",
        "--warnings",
        "off",
        "--suppress-health-check",
        "all",
        "--request-timeout",
        "120",
    ]
    env = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
