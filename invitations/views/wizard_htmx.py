"""htmx requests of the Add User flow: saving the draft, counting, searching and the preview.

Without htmx, searching and the preview are buttons that save the draft and show the page again.
"""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import replace_url

from invitations import emails, forms
from invitations.models import Batch
from invitations.services import DraftChanged
from invitations.views.wizard_access import WizardRequest, wizard_url, wizard_view
from invitations.views.wizard_context import SearchTerms, SetupStep, error_list, wizard_context
from invitations.views.wizard_draft import save_posted, unsaved_draft
from invitations.views.wizard_personalize import render_personalize_conflict
from invitations.views.wizard_setup import save_setup, save_setup_and_redirect


def _render_notice(request: WizardRequest, batch: Batch | None, title: str, text: str, *, status: int) -> HttpResponse:
    """Render a notice instead of the reply. The form keeps its version, so that nothing is overwritten."""
    context = {"title": title, "text": text, "url": wizard_url(request, batch) if batch else ""}
    return render(request, "invitations/wizard/_notice_reply.html", context, status=status)


def _render_conflict(request: WizardRequest, changed: DraftChanged) -> HttpResponse:
    changed.batch.organization = request.organization
    if changed.batch.sent_at:
        return _render_notice(request, changed.batch, _("These invitations have already been sent."), "", status=409)
    text = _("Your changes here aren’t saved. Continue to keep them, or view the other version.")
    return _render_notice(request, changed.batch, str(changed), text, status=409)


def _is_empty(typed: dict) -> bool:
    choices = typed["role_ids"] or typed["group_ids"] or typed["project_ids"]
    return not choices and forms.drop_blank_rows(typed["people"]) == [forms.EMPTY_PERSON]


@wizard_view("POST")
def draft(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Save step 1 while it is typed, valid or not, and return the counts (W-12). The first save creates the draft."""
    typed = forms.read_setup(request.POST)
    if batch is None and _is_empty(typed):
        return HttpResponse(status=204)
    old_group_ids = batch.group_ids if batch else []
    try:
        saved, errors = save_setup(request, batch, typed)
    except DraftChanged as changed:
        return _render_conflict(request, changed)
    if errors:
        text = " ".join(error["message"] for error in error_list(errors))
        return _render_notice(request, batch, _("Your changes aren’t saved yet."), text, status=422)
    setup = SetupStep(request.membership, saved, search=SearchTerms.from_querydict(request.POST))
    context = {"setup": setup, "is_reply": True, "groups_changed": old_group_ids != saved.group_ids}
    context |= wizard_context(request, saved, step=1)
    response = render(request, "invitations/wizard/_setup_reply.html", context)
    return replace_url(response, wizard_url(request, saved)) if batch is None else response


def _search(request: WizardRequest, batch: Batch | None, list_name: str) -> HttpResponse:
    typed, search = forms.read_setup(request.POST), SearchTerms.from_querydict(request.POST)
    if not request.htmx:
        query = urlencode({"group_q": search.groups, "project_q": search.projects, "open": list_name})
        return save_setup_and_redirect(request, batch, typed, f"?{query}#{list_name}")
    setup = SetupStep(request.membership, unsaved_draft(request, batch, typed), search=search)
    return render(request, f"invitations/wizard/_{list_name}.html", {"setup": setup})


@wizard_view("POST")
def groups(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Return the groups that match the search, and the chosen ones (W-5)."""
    return _search(request, batch, "groups")


@wizard_view("POST")
def projects(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Return the projects that match the search, the chosen ones, and those that come with the groups (W-6)."""
    return _search(request, batch, "projects")


@wizard_view("POST", page="user_add_personalize")
def preview(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Save step 2 while it is typed, and return the preview of the email (W-10)."""
    typed = forms.read_personalization(request.POST)
    try:
        saved = save_posted(request, batch, typed)
    except DraftChanged as changed:
        if request.htmx:
            return _render_conflict(request, changed)
        return render_personalize_conflict(request, changed, typed)
    if not request.htmx:
        return redirect(wizard_url(request, saved, step=2))
    context = {"preview": emails.email_preview(saved, request.membership), "is_reply": True}
    context |= wizard_context(request, saved, step=2)
    return render(request, "invitations/wizard/_preview_reply.html", context)
