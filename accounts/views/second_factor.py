"""Asking for a second factor: while signing in, or in a session of an organization that requires one (S-2, S-3)."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.next_url import get_next_url, with_next
from accounts.queries import count_backup_codes, get_second_factors, get_two_factor_rules
from accounts.services import (
    check_second_factor,
    find_browser,
    has_used_factor,
    recognize_browser,
    record_event,
    remember_browser,
    set_second_factor,
)
from accounts.services.sign_in import SignIns
from accounts.stages import SecondFactorStage
from base.policies import RateLimited
from base.responses import limit_reached


@dataclass(frozen=True)
class Question:
    """Who is asked, and the stage of their sign-in. Without a stage they are signed in."""

    user: User
    stage: SecondFactorStage | None = None


@sensitive_post_parameters("code", "backup")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the authenticator app or a backup code. A session that has a second factor goes on."""
    question = _question(request)
    if isinstance(question, HttpResponse):
        return question
    if request.method != "POST":
        return _render(request, question)
    name = "backup" if "backup" in request.POST else "code"
    code = request.POST.get(name, "")
    if not code.strip():
        return _render(request, question, errors={name: _("Enter a code.")}, status=422)
    check = check_second_factor(user=question.user, code=code, browser=find_browser(request, question.user))
    if check.factor:
        return _go_on(request, question, check.factor)
    if check.retry_at:
        return _too_many(request, question, name, check.retry_at)
    return _render(request, question, errors={name: _wrong(name)}, status=422)


@require_POST
def second_factor_cancellation(request: HttpRequest) -> HttpResponse:
    """Give up signing in, or sign out, to use a different account."""
    target = get_next_url(request)
    get_adapter().logout(request)
    return redirect(with_next(reverse("account_login"), target))


def _question(request: HttpRequest) -> Question | HttpResponse:
    """Return who is asked, or where to go if no one is."""
    user = request.user
    if user.is_authenticated:
        if has_used_factor(request.session):
            return redirect(get_next_url(request))
        if not get_second_factors(user):
            return redirect(with_next(reverse("two_factor_setup"), get_next_url(request)))
        return Question(user)
    stage = SecondFactorStage.enter(request)
    if stage is None:
        return redirect(with_next(reverse("account_login"), get_next_url(request)))
    if not stage.is_current():
        messages.info(request, _("Your sign-in was interrupted. Sign in again."))
        return stage.abort()
    return Question(stage.login.user, stage)


def _go_on(request: HttpRequest, question: Question, factor: str) -> HttpResponse:
    response = question.stage.exit() if question.stage else redirect(get_next_url(request))
    if not request.user.is_authenticated:  # deleted or deactivated in the meantime
        return response
    set_second_factor(request.session, factor)
    if factor == "backup_code":
        messages.warning(request, _codes_left(count_backup_codes(question.user)))
    if factor == "app" and request.POST.get("remember") and SignIns.of(request.session).own:
        remember_browser(browser=recognize_browser(request, question.user)[0])
        record_event(user=question.user, action="browser.remembered")
    return response


def _codes_left(count: int) -> str:
    text = ngettext("You have %(count)s backup code left.", "You have %(count)s backup codes left.", count)
    return text % {"count": count} + " " + _("You can generate new ones under Privacy & security.")


def _wrong(name: str) -> str:
    if name == "backup":
        return _("That code isn’t right or was used before. Enter another one.")
    return _("That code isn’t right or has expired. Enter the one your app shows now.")


def _too_many(request: HttpRequest, question: Question, name: str, retry_at: datetime) -> HttpResponse:
    seconds = max(1, ceil((retry_at - timezone.now()).total_seconds()))
    text = ngettext("Try again in %(count)s second.", "Try again in %(count)s seconds.", seconds) % {"count": seconds}
    if seconds > 90:
        text = _("Try again in %(count)s minutes.") % {"count": ceil(seconds / 60)}
    error = _("Too many wrong codes.") + " " + text
    return limit_reached(_render(request, question, errors={name: error}), RateLimited(error, retry_at))


def _render(
    request: HttpRequest, question: Question, *, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    rules = get_two_factor_rules(question.user)
    context = {
        "email": question.user.email,
        "is_signing_in": question.stage is not None,
        "factors": get_second_factors(question.user),
        # Admins can't reset the factors of members of several organizations (U-9).
        "admins_of": rules.organizations[0] if len(rules.organizations) == 1 else "",
        "values": {name: request.POST.get(name, "") for name in ("code", "backup", "remember")},
        "errors": errors or {},
        "next": get_next_url(request),
    }
    return render(request, "account/second_factor.html", context, status=status)
