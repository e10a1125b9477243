"""Running a sequence in the sandbox, and its report."""

import json
import secrets
import time
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import RateLimited, require
from base.times import retry_text
from organizations.models import Organization
from provisioning.models import ScimConnection, ScimToken, SetupIntent
from provisioning.policies.setup_links import can_manage
from provisioning.sandbox.explanations import explain
from provisioning.sandbox.requests import PREFIX, Answer, sandbox, send
from provisioning.sandbox.sequences import GROUP_NAMES
from provisioning.sandbox.steps import Ids, Sequence, Step
from provisioning.services.managers import Manager, lock_manager
from provisioning.services.scim_tokens import create_token

# A run takes some 300 ms. One that takes longer than this stops, because it keeps the organization locked.
MAX_SECONDS = 20.0
# Runs that an organization may start in RUN_PERIOD seconds.
MAX_RUNS, RUN_PERIOD = 6, 600
KEEP_SECONDS = 24 * 3600
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass(frozen=True)
class StepResult:
    """One step of a report. `problem` and `fixes` are set where it failed; ids and the token are replaced by words."""

    title: str
    line: str
    state: str
    status: int = 0
    milliseconds: int = 0
    request: str = ""
    response: str = ""
    problem: str = ""
    detail: str = ""
    fixes: list[str] = field(default_factory=list)

    @property
    def status_text(self) -> str:
        """The status with its name: "404 Not Found"."""
        return f"{self.status} {HTTPStatus(self.status).phrase}" if self.status in set(HTTPStatus) else str(self.status)


@dataclass(frozen=True)
class Report:
    """The result of a run."""

    key: str
    name: str
    actor_name: str
    at: str
    milliseconds: int
    steps: list[StepResult]

    def count(self, state: str) -> int:
        return sum(step.state == state for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Report":
        return cls(**{**data, "steps": [StepResult(**step) for step in data["steps"]]})

    def to_text(self) -> str:
        """The report as text, for the provider's support."""
        passed = _("%(passed)s of %(total)s steps passed") % {"passed": self.count(PASSED), "total": len(self.steps)}
        lines = [f"{self.name}: {passed}", self.at, ""]
        for number, step in enumerate(self.steps, start=1):
            lines.append(f"{number}. {step.title}: {step.line}")
            lines.append(f"   {step.status_text}, {step.milliseconds} ms" if step.status else f"   {step.problem}")
            if step.state == FAILED:
                lines += [f"   {step.problem}", step.request, step.response]
        return "\n".join(lines)


def last_report(organization: Organization) -> Report | None:
    """Return the report of the organization's last run, which is kept for a day."""
    data = cache.get(_cache_key("report", organization))
    try:
        return Report.from_json(data) if data else None
    except TypeError:  # of an earlier release
        return None


def run_sequence(*, actor: Manager, connection: ScimConnection, sequence: Sequence) -> Report:
    """Play the sequence in the sandbox and return its report. Nothing that it writes remains in the database.

    Raises Refused, and RateLimited after MAX_RUNS runs in RUN_PERIOD.
    """
    organization = connection.organization
    require(can_manage(actor, timezone.now()))
    _count_run(organization)
    started = time.perf_counter()
    with sandbox():
        lock_manager(actor, organization, SetupIntent.SCIM)  # before the tokens, as the endpoint does
        # In place of the real tokens, of which there may already be two.
        ScimToken.objects.filter(connection=connection).delete()
        _token, text = create_token(actor=actor, connection=connection, name="Test")
        steps = _play(sequence, organization, text, started)
    report = Report(
        sequence.key,
        str(sequence.name),
        str(actor),
        timezone.now().isoformat(),
        round((time.perf_counter() - started) * 1000),
        steps,
    )
    cache.set(_cache_key("report", organization), report.to_json(), KEEP_SECONDS)
    return report


def _cache_key(name: str, organization: Organization) -> str:
    return f"scim-test-{name}:{organization.pk}"


def _count_run(organization: Organization) -> None:
    """Count a run. Raises RateLimited if there were too many in this period."""
    period = int(time.time()) // RUN_PERIOD
    key = f"{_cache_key('runs', organization)}:{period}"
    cache.add(key, 0, RUN_PERIOD)
    if cache.incr(key) > MAX_RUNS:
        now = timezone.now()
        retry_at = now.fromtimestamp((period + 1) * RUN_PERIOD, tz=now.tzinfo)
        raise RateLimited(_("Too many tests.") + " " + retry_text(retry_at, now), retry_at)


def _play(sequence: Sequence, organization: Organization, token: str, started: float) -> list[StepResult]:
    mark = secrets.token_hex(4)
    ids = Ids(f"ada.test-{mark}@{_domain(organization)}", GROUP_NAMES[sequence.key], mark)
    results: list[StepResult] = []
    for step in sequence.steps:
        if missing := next((name for name in step.needs if not getattr(ids, name)), ""):
            results.append(_skipped(step, missing))
        elif time.perf_counter() - started > MAX_SECONDS:
            results.append(StepResult(str(step.title), step.method, SKIPPED, problem=_("The test took too long.")))
        else:
            results.append(_run(step, ids, token, sequence.user_agent))
    return results


def _domain(organization: Organization) -> str:
    """The test person's address is in one of the allowed domains, if there are any. No one gets an email."""
    return organization.allowed_email_domains[0] if organization.allowed_email_domains else "sandbox.example"


def _skipped(step: Step, missing: str) -> StepResult:
    reasons = {"user": _("Not sent, because there is no user."), "group": _("Not sent, because there is no group.")}
    return StepResult(str(step.title), step.method, SKIPPED, problem=reasons[missing])


def _run(step: Step, ids: Ids, token: str, user_agent: str) -> StepResult:
    path, body = step.path(ids), step.body(ids) if step.body else None
    answer = send(step.method, path, token=token, body=body, user_agent=user_agent)
    is_expected = answer.status in step.expects
    passed = is_expected and (step.check is None or step.check(answer.body, ids))
    if passed and step.keeps:
        setattr(ids, step.keeps, str(answer.body.get("id", "")))
    problem = None if passed else explain(step, answer)
    shown = _masks(ids)
    return StepResult(
        str(step.title),
        _mask(" ".join(filter(None, [step.method, path, step.shown])), shown),
        PASSED if passed else FAILED,
        answer.status,
        answer.milliseconds,
        _mask(_request_text(step, path, body, user_agent), shown),
        _mask(_response_text(answer), shown),
        problem.title if problem else "",
        problem.text if problem else "",
        problem.fixes if problem else [],
    )


def _masks(ids: Ids) -> dict[str, str]:
    """What the report shows instead of ids, which no longer exist, and of the test person's address."""
    masks = {ids.user: "sandbox-u1", ids.group: "sandbox-g1", ids.user_name: ids.user_name.replace(f"-{ids.mark}", "")}
    masks[ids.mark * 3] = "masked"
    return {value: text for value, text in masks.items() if value}


def _mask(text: str, masks: dict[str, str]) -> str:
    for value, replacement in masks.items():
        text = text.replace(value, replacement)
    return text


def _request_text(step: Step, path: str, body: Any, user_agent: str) -> str:
    head = f"{step.method} {PREFIX}{path}\nAuthorization: Bearer masked\nUser-Agent: {user_agent}"
    return f"{head}\n\n{_pretty(body)}" if body is not None else head


def _response_text(answer: Answer) -> str:
    status = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
    head = f"{answer.status} {status}".strip()
    head += f"\nETag: {answer.etag}" if answer.etag else ""
    head += f"\nRetry-After: {answer.retry_after}" if answer.retry_after else ""
    return f"{head}\n\n{_pretty(answer.body)}" if answer.body else head


def _pretty(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)
