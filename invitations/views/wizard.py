"""Add User, step 1: people, role, groups and projects (W-2 to W-6). Every button saves the draft first."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.responses import htmx_redirect
from invitations import forms
from invitations.models import Batch
from invitations.problems import MAX_PEOPLE, Problems, choice_problems, people_problems
from invitations.queries import draft_of, latest_draft
from invitations.services import DraftChanged, discard_draft, save_draft
from invitations.views.wizard_entry import WizardRequest, typed_before, url_of, wizard_view
from invitations.views.wizard_parts import Asked, Setup, blank_batch, frame, problem_list


def version_in(post: QueryDict) -> int:
    """The version that the form was made from; 0 for the empty form and for nonsense."""
    try:
        return int(post.get("version", ""))
    except ValueError:
        return 0


def keep(request: WizardRequest, batch: Batch | None, fields: dict[str, Any], *, twice: bool = False) -> Batch:
    """Saves what was typed. Raises DraftChanged, unless `twice` allows a draft that says the same already: a second
    press. Only where the next page shows the draft anew, or one would go on with what one has not seen.

    404 where the form's key is another member's draft.
    """
    try:
        return save_draft(
            actor=request.membership, batch=batch, version=version_in(request.POST), key=request.draft_key, **fields
        )
    except DraftChanged as changed:
        same = all(getattr(changed.batch, name) == value for name, value in fields.items())
        if changed.batch.sent_at or not (twice and same):
            raise
        return changed.batch
    except Batch.DoesNotExist:
        raise Http404 from None


def choices_hold(request: WizardRequest, typed: dict) -> Problems:
    """What forbids to keep a choice: ids of another organization, a role that the actor may not give (R-6)."""
    problems = choice_problems(request.membership, blank_batch(request, request.draft_key, **typed))
    if not typed["role_ids"]:
        problems.general.pop("roles", None)
    return problems


def setup_page(
    request: WizardRequest, batch: Batch, problems: Problems | None = None, *, status: int = 200, **extra: Any
) -> HttpResponse:
    """Step 1 with what is typed and what is wrong with it."""
    problems = problems or Problems()
    setup = Setup(request.membership, batch, problems, extra.pop("asked", None) or Asked.of(request.GET))
    context = frame(request, batch, step=1) | {"setup": setup, "problems": problem_list(problems), **extra}
    return render(request, "invitations/wizard/setup.html", context, status=status)


def sent_already(request: WizardRequest, batch: Batch) -> HttpResponse:
    """To the Pending tab with the words of the press that sent the batch (W-11)."""
    count = len(batch.people)
    messages.success(
        request, ngettext("%(count)s invitation sent", "%(count)s invitations sent", count) % {"count": count}
    )
    return htmx_redirect(request, reverse("users_pending", args=[request.organization.slug]))


def shown_as(request: WizardRequest, batch: Batch | None, typed: dict, version: int | None = None) -> Batch:
    """The draft with what was typed in it, not saved."""
    shown = batch or blank_batch(request, request.draft_key)
    for name, value in typed.items():
        setattr(shown, name, value)
    shown.version = version_in(request.POST) if version is None else version
    return shown


def setup_changed(request: WizardRequest, changed: DraftChanged, typed: dict) -> HttpResponse:
    """409: the draft is another one by now. What was typed stays; pressing again keeps it instead of the other."""
    if changed.batch.sent_at:
        return sent_already(request, changed.batch)
    version = changed.batch.version
    changed.batch.organization = request.organization
    return setup_page(request, shown_as(request, changed.batch, typed, version), status=409, conflict=str(changed))


def save_setup(request: WizardRequest, batch: Batch | None, typed: dict) -> tuple[Batch, Problems]:
    """Keeps step 1, or says why not: then nothing is written, and the batch given back holds what may be shown."""
    problems = choices_hold(request, typed)
    if problems:
        return shown_as(request, batch, _without_strangers(request, typed)), problems
    return keep(request, batch, typed, twice=True), problems


def _without_strangers(request: WizardRequest, typed: dict) -> dict:
    # The lists show the organization's own things alone; an id that is none of them would stay in the form unseen.
    setup = Setup(request.membership, blank_batch(request, request.draft_key, **typed))
    choices = setup.choices
    return typed | {
        "role_ids": [str(role.pk) for role in choices.roles if not setup.refuses(role)],
        "group_ids": [str(group.pk) for group in choices.groups],
        "project_ids": [str(project.pk) for project in choices.projects],
    }


@wizard_view("GET", "HEAD", "POST")
def setup(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Step 1. GET: the form, or the newest draft (W-12). POST: saves, and leads to step 2 if all is well."""
    return _continue(request, batch) if request.method == "POST" else _show(request, batch)


def _show(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    if post := typed_before(request):
        return setup_page(request, _typed_again(request, batch, post), signed_in=True)
    if batch and batch.sent_at:
        messages.info(request, _("These invitations were sent already."))
        return redirect("users_pending", request.organization.slug)
    if batch is None and "new" not in request.GET and (latest := latest_draft(request.membership)):
        return redirect(f"{url_of(request, latest)}?restored=1")
    if batch is None:
        return setup_page(request, blank_batch(request, request.draft_key))
    problems = setup_problems(request, batch) if "check" in request.GET else None
    return setup_page(request, batch, problems, restored="restored" in request.GET)


def _typed_again(request: WizardRequest, batch: Batch | None, post: QueryDict) -> Batch:
    """The draft with what was typed before the sign-in; its version too, so that it overwrites nothing unseen."""
    request.draft_key = forms.draft_key(post) or request.draft_key
    batch = batch or draft_of(request.membership, request.draft_key)
    typed = _without_strangers(request, forms.typed_setup(post))
    return shown_as(request, batch, typed, version_in(post))


def setup_problems(request: WizardRequest, batch: Batch) -> Problems:
    """All that keeps a draft from step 2: four queries."""
    problems = people_problems(request.organization, batch.people)
    problems.general |= choice_problems(request.membership, batch).general
    return problems


def _continue(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    typed = forms.typed_setup(request.POST)
    typed["people"] = forms.without_blanks(forms.spread(typed["people"]))
    try:
        saved, problems = save_setup(request, batch, typed)
    except DraftChanged as changed:
        return setup_changed(request, changed, typed)
    found = people_problems(request.organization, saved.people)
    if forms.count(saved.people) > MAX_PEOPLE:
        found.general["people"] = _("Add at most %(limit)s people at once.") % {"limit": MAX_PEOPLE}
    found.general |= problems.general or choice_problems(request.membership, saved).general
    if found:
        return setup_page(request, saved, found, status=422, asked=Asked.of(request.POST))
    return redirect(url_of(request, saved, step=2))


def saved_then(request: WizardRequest, batch: Batch | None, typed: dict, anchor: str) -> HttpResponse:
    """For buttons that need no script: saves, and shows step 1 again at `anchor`."""
    try:
        saved, problems = save_setup(request, batch, typed)
    except DraftChanged as changed:
        return setup_changed(request, changed, typed)
    if problems:
        return setup_page(request, saved, problems, status=422, asked=Asked.of(request.POST))
    return redirect(f"{url_of(request, saved)}{anchor}")


@wizard_view("POST")
def people(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """One more row, without a script (W-3)."""
    typed = forms.typed_setup(request.POST)
    typed["people"] = [*forms.spread(typed["people"]), dict(forms.NOBODY)]
    return saved_then(request, batch, typed, f"#first_name-{len(typed['people']) - 1}")


@wizard_view("POST")
def removal(request: WizardRequest, batch: Batch | None, row: int) -> HttpResponse:
    """One row less, without a script (W-3)."""
    typed = forms.typed_setup(request.POST)
    typed["people"] = [person for n, person in enumerate(typed["people"]) if n != row] or [dict(forms.NOBODY)]
    return saved_then(request, batch, typed, "#people")


@wizard_view("GET", "HEAD", "POST")
def discard(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Cancel: asks, then deletes the draft (W-12)."""
    target = reverse("user_add", args=[request.organization.slug]) + "?new=1"
    done = target if "new" in request.GET else reverse("users", args=[request.organization.slug])
    if batch is None or batch.sent_at:
        return htmx_redirect(request, done)
    if request.method == "POST":
        discard_draft(actor=request.membership, batch=batch)
        return htmx_redirect(request, done)
    return render(request, "invitations/wizard/discard.html", {"batch": batch, "cancel_url": url_of(request, batch)})
