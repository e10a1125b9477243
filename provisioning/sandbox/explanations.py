"""What a failed step of a test means, and how to fix it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from provisioning.sandbox.requests import Answer
from provisioning.sandbox.steps import Step


@dataclass(frozen=True)
class Problem:
    """`title` says what is wrong, `text` what it means, `fixes` are steps in order."""

    title: str
    text: str
    fixes: list[str]


def explain(step: Step, answer: Answer) -> Problem:
    """Return what the answer to this step means. The endpoint's own sentence comes first in the text."""
    problem = _for_step(step, answer) or _for_status(answer)
    detail = str(answer.body.get("detail", ""))[:500].rstrip(".")
    return Problem(problem.title, f"{detail}. {problem.text}".strip() if detail else problem.text, problem.fixes)


def _run_again() -> str:
    return _("Run this test again.")


def _for_step(step: Step, answer: Answer) -> Problem | None:
    if answer.status == 409 and step.key == "group":
        return Problem(
            _("A group with this name already exists"),
            _("Groups that were created here are managed here. Your identity provider can’t take them over."),
            [_("Rename or delete the group on the Groups page."), _run_again()],
        )
    if answer.status == 409 and step.key == "create":
        return Problem(
            _("A member with this address already exists"),
            _("Your identity provider asks to adopt them, and waits for your answer."),
            [_("Answer the adoption request on the Provisioning page."), _run_again()],
        )
    if answer.status == 404 and step.key in ("member", "unmember"):
        return Problem(
            _("The group has a member that was never created here"),
            _("In your real groups this happens when a person is in a pushed group but not assigned to the app."),
            [
                _("In your identity provider, open the app and go to its assignments."),
                _("Assign the same group that you push, so that its people are created first."),
                _run_again(),
            ],
        )
    if answer.status < 400 and answer.status in step.expects:
        return Problem(
            _("The response isn’t what the provider expects"),
            _("The request succeeded, but the change isn’t in the response."),
            [_("Copy the report and send it to support."), _run_again()],
        )
    return None


def _for_status(answer: Answer) -> Problem:
    report = _("Copy the report and send it to support.")
    problems = {
        400: Problem(_("The request wasn’t understood"), "", [_("Check the attribute mapping."), _run_again()]),
        401: Problem(
            _("The token doesn’t work"),
            _("The organization may be suspended, or the connection was deleted."),
            [_("Create a token and save it in your identity provider."), _run_again()],
        ),
        403: Problem(
            _("A rule of your organization doesn’t allow this"),
            "",
            [_("Check the rule on the Security page, for example the allowed email domains."), _run_again()],
        ),
        404: Problem(_("It no longer exists"), "", [_run_again(), report]),
        409: Problem(_("It conflicts with something that already exists"), "", [_run_again(), report]),
        412: Problem(
            _("Someone changed it in the meantime"),
            _("The provider reads it again and retries."),
            [_run_again(), report],
        ),
        503: Problem(
            _("The server is busy"),
            _("Your identity provider waits and retries automatically."),
            [_run_again(), report],
        ),
        429: Problem(
            _("Too many requests"),
            _("Your identity provider waits and retries automatically."),
            [_("Wait a minute."), _run_again()],
        ),
    }
    unknown = Problem(_("The endpoint failed"), _("This is our fault, not yours."), [_run_again(), report])
    return problems.get(answer.status, unknown)
