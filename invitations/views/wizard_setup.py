"""Add User, step 1: people, role, groups and projects (W-2 to W-6). Every button saves the draft first."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from base.picker import selected_ids
from invitations import forms
from invitations.models import Batch
from invitations.pasted_lists import PastedList, Review
from invitations.queries import find_own_batch, latest_draft
from invitations.services import DraftChanged
from invitations.validation import BatchErrors, validate_access, validate_people
from invitations.views.wizard_access import WizardRequest, stashed_post, wizard_url, wizard_view
from invitations.views.wizard_context import SearchTerms, SetupStep, error_list, unsaved_batch, wizard_context
from invitations.views.wizard_draft import read_version, redirect_to_pending, save_posted, unsaved_draft
from invitations.views.wizard_list import after_reading, list_notice, read_list
from organizations.policies import few_seats


def validate_setup(request: WizardRequest, batch: Batch) -> BatchErrors:
    """Return everything that keeps a draft from step 2. Four queries."""
    errors = validate_people(request.organization, batch.people)
    errors.general |= validate_access(request.membership, batch).general
    return errors


def _validate_choices(request: WizardRequest, typed: dict) -> BatchErrors:
    """Return errors that prevent saving: ids of another organization, or a role that the actor may not give (R-6)."""
    errors = validate_access(request.membership, unsaved_batch(request, request.draft_id, **typed))
    if not typed["role_ids"]:
        errors.general.pop("roles", None)
    return errors


def _drop_foreign_ids(request: WizardRequest, typed: dict) -> dict:
    # The lists show only the organization's own objects, so a foreign id would stay in the form without being seen.
    step = SetupStep(request.membership, unsaved_batch(request, request.draft_id, **typed))
    return typed | {
        "role_ids": [str(role.pk) for role in step.access.roles if not step.is_denied(role)],
        "group_ids": [str(group.pk) for group in step.access.groups],
        "project_ids": [str(project.pk) for project in step.access.projects],
    }


def save_setup(request: WizardRequest, batch: Batch | None, typed: dict) -> tuple[Batch, BatchErrors]:
    """Save step 1. If there are errors, save nothing and return an unsaved draft that is safe to show."""
    errors = _validate_choices(request, typed)
    if errors:
        return unsaved_draft(request, batch, _drop_foreign_ids(request, typed)), errors
    return save_posted(request, batch, typed, allow_repeat=True), errors


def save_setup_and_redirect(request: WizardRequest, batch: Batch | None, typed: dict, suffix: str) -> HttpResponse:
    """Save step 1 and redirect to it, with a query or fragment; for buttons that work without JavaScript."""
    try:
        saved, errors = save_setup(request, batch, typed)
    except DraftChanged as changed:
        return _render_conflict(request, changed, typed)
    if errors:
        search = SearchTerms.from_querydict(request.POST)
        return _render_setup(request, saved, errors, status=422, search=search)
    return redirect(f"{wizard_url(request, saved)}{suffix}")


def _render_setup(
    request: WizardRequest,
    batch: Batch,
    errors: BatchErrors | None = None,
    *,
    search: SearchTerms | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    errors = errors or BatchErrors()
    step = SetupStep(request.membership, batch, errors, search or SearchTerms.from_querydict(request.GET))
    context = wizard_context(request, batch, step=1) | {"setup": step, "errors": error_list(errors), **extra}
    if status != 200 and (pasted := PastedList.from_json(batch.pasted)).is_waiting:
        extra["unread"] = pasted.text  # it couldn't be saved, so the form posts it again
    context |= {"unread": extra.get("unread", "")}
    context |= {"seats": "" if errors else few_seats(request.organization), "list": list_notice(request, batch)}
    return render(request, "invitations/wizard/setup.html", context, status=status)


def _render_conflict(request: WizardRequest, changed: DraftChanged, typed: dict) -> HttpResponse:
    """Respond 409 with what was typed. Submitting it again overwrites the other version."""
    if changed.batch.sent_at:
        return redirect_to_pending(request, changed.batch)
    version = changed.batch.version
    changed.batch.organization = request.organization
    draft = unsaved_draft(request, changed.batch, typed, version)
    return _render_setup(request, draft, status=409, conflict=str(changed))


@wizard_view("GET", "HEAD", "POST")
def setup(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Step 1. GET shows the form, or the latest draft (W-12). POST saves, and continues to step 2 if all is valid."""
    return _continue(request, batch) if request.method == "POST" else _show(request, batch)


def _show(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    if post := stashed_post(request):
        unread = post.get("pasted", "")
        return _render_setup(request, _restore_stash(request, batch, post), signed_in=True, unread=unread)
    if batch and batch.sent_at:
        messages.info(request, _("These invitations have already been sent."))
        return redirect("users_pending", request.organization.slug)
    if batch is None and "new" not in request.GET and (latest := latest_draft(request.membership)):
        return redirect(f"{wizard_url(request, latest)}?restored=1")
    if batch is None:
        return _render_setup(request, _new_batch(request))
    errors = validate_setup(request, batch) if "check" in request.GET else None
    return _render_setup(request, batch, errors, restored="restored" in request.GET)


def _new_batch(request: WizardRequest) -> Batch:
    """Return an empty draft, with the group that the link names, if any (`?new&group=<id>`)."""
    group_ids = selected_ids(request.GET, "group")[:1]
    if not group_ids:
        return unsaved_batch(request, request.draft_id)
    typed = {"role_ids": [], "group_ids": [str(key) for key in group_ids], "project_ids": []}
    return unsaved_batch(request, request.draft_id, **_drop_foreign_ids(request, typed))


def _restore_stash(request: WizardRequest, batch: Batch | None, post: QueryDict) -> Batch:
    """Return the draft as it was posted before signing in, with that form's version, so it can't overwrite changes."""
    request.draft_id = forms.read_draft_id(post) or request.draft_id
    batch = batch or find_own_batch(request.membership, request.draft_id)
    typed = _drop_foreign_ids(request, forms.read_setup(post))
    return unsaved_draft(request, batch, typed, read_version(post))


def _continue(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    typed, is_added = _read_typed(request, batch)
    if is_added is None:
        typed["people"] = forms.drop_blank_rows(typed["people"])
    try:
        saved, choice_errors = save_setup(request, batch, typed)
    except DraftChanged as changed:
        return _render_conflict(request, changed, typed)
    if choice_errors:  # nothing was saved, so this page is the only one that has what was typed
        errors = validate_people(request.organization, saved.people)
        errors.general |= choice_errors.general
        return _render_setup(request, saved, errors, status=422, search=SearchTerms.from_querydict(request.POST))
    if is_added is not None:
        return redirect(after_reading(request, saved, is_added=is_added))
    if validate_setup(request, saved):
        # A redirect, so that the browser's Back shows the form again.
        query = {name: value for name, value in _search_query(request).items() if value}
        return redirect(f"{wizard_url(request, saved)}?{urlencode({'check': 1} | query)}")
    return redirect(wizard_url(request, saved, step=2))


def _search_query(request: WizardRequest) -> dict[str, str]:
    search = SearchTerms.from_querydict(request.POST)
    return {"group_q": search.groups, "project_q": search.projects}


def _read_typed(request: WizardRequest, batch: Batch | None) -> tuple[dict, bool | None]:
    """Return step 1 with a list that was pasted into it, and whether its people were added; None without a list."""
    typed = forms.read_setup(request.POST)
    typed["people"], text, at = forms.take_lists(typed["people"])
    if pasted := request.POST.get("pasted", "").strip():
        text, at = f"{pasted}\n{text}".strip(), forms.read_row(request.POST)
    if not text:
        return typed, None
    pasted_list = PastedList.from_json(batch.pasted if batch else {}).with_text(text, at)
    fields, is_added = read_list(request, pasted_list, typed["people"])
    return typed | fields, is_added


@wizard_view("POST")
def people(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Add a row without JavaScript (W-3)."""
    typed, is_added = _read_typed(request, batch)
    if is_added is not None:
        return _save_list(request, batch, typed, is_added=is_added)
    typed["people"] = [*typed["people"], dict(forms.EMPTY_PERSON)]
    return save_setup_and_redirect(request, batch, typed, f"#first_name-{len(typed['people']) - 1}")


@wizard_view("POST")
def paste(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Read the list that was pasted into a field, or open the page to paste one, with what was typed saved (W-4)."""
    typed, is_added = _read_typed(request, batch)
    if is_added is None:
        typed["pasted"] = PastedList.from_json(batch.pasted if batch else {}).with_text("").to_json()
    return _save_list(request, batch, typed, is_added=bool(is_added))


@wizard_view("POST")
def undo(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Take the people of the pasted list out of the form again, and show its text."""
    typed = forms.read_setup(request.POST)
    pasted = PastedList.from_json(batch.pasted if batch else {})
    review = Review(request.organization, pasted, typed["people"])
    typed["people"] = forms.drop_blank_rows(review.other_rows)
    typed["pasted"] = replace(pasted, added=[], beyond=[], under={}).to_json()
    return _save_list(request, batch, typed, is_added=False)


def _save_list(request: WizardRequest, batch: Batch | None, typed: dict, *, is_added: bool) -> HttpResponse:
    try:
        saved, errors = save_setup(request, batch, typed)
    except DraftChanged as changed:
        return _render_conflict(request, changed, typed)
    if errors:
        search = SearchTerms.from_querydict(request.POST)
        return _render_setup(request, saved, errors, status=422, search=search)
    return redirect(after_reading(request, saved, is_added=is_added))


@wizard_view("POST")
def removal(request: WizardRequest, batch: Batch | None, row: int) -> HttpResponse:
    """Remove a row without JavaScript (W-3)."""
    typed = forms.read_setup(request.POST)
    remaining = [person for n, person in enumerate(typed["people"]) if n != row]
    typed["people"] = remaining or [dict(forms.EMPTY_PERSON)]
    return save_setup_and_redirect(request, batch, typed, "#people")
