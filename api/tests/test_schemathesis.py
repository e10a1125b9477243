"""schemathesis finds nothing: all checks, as every role (A-7).

SCHEMATHESIS_EXAMPLES=20 bin/test -n 2 api/tests/test_schemathesis.py runs all phases, as every role with every seed.
"""

import logging
import os

import pytest

from api.tests.fuzz import OWNERS, SEEDS, Run, prepare, run_schemathesis

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "0"))
LONG = [Run(owner, seed, EXAMPLES) for owner in OWNERS for seed in SEEDS]
# The coverage phase sends thousands of requests.
SHORT = [Run(owner, number % 3 + 1, 1, "examples,fuzzing,stateful") for number, owner in enumerate(OWNERS)]


@pytest.mark.spec("A-7")
@pytest.mark.parametrize("run", LONG if EXAMPLES else SHORT, ids=lambda run: f"{run.owner}-{run.seed}")
def test_schemathesis_finds_nothing(live_cast, live_server, settings, tmp_path, monkeypatch, run):
    settings.API_REQUESTS_PER_MINUTE = 10_000_000
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    secret = prepare(live_cast, run.owner)
    result = run_schemathesis(live_server.url, secret, run, tmp_path)
    assert result.returncode == 0, result.stdout[-30000:] + result.stderr[-2000:]
