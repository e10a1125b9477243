"""Add User while it is typed: keeping the draft, counting, searching, the preview.

Without htmx searching and the preview are buttons: they save and show the page again.
"""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import replace_url

from invitations import emails, forms
from invitations.models import Batch
from invitations.services import DraftChanged
from invitations.views.wizard import keep, save_setup, saved_then, shown_as
from invitations.views.wizard_entry import WizardRequest, url_of, wizard_view
from invitations.views.wizard_parts import Asked, Setup, frame, problem_list
from invitations.views.wizard_personal import personal_changed


def _notice(request: WizardRequest, batch: Batch | None, title: str, words: str, *, status: int) -> HttpResponse:
    """Instead of the answer that was waited for. The form keeps its version, so that nothing is overwritten."""
    context = {"title": title, "words": words, "url": url_of(request, batch) if batch else ""}
    return render(request, "invitations/wizard/_notice.html", context, status=status)


def _conflict(request: WizardRequest, changed: DraftChanged) -> HttpResponse:
    changed.batch.organization = request.organization
    if changed.batch.sent_at:
        return _notice(request, changed.batch, _("These invitations were sent already."), "", status=409)
    words = _("What you type here is not saved. Continue to keep it, or see the other version.")
    return _notice(request, changed.batch, str(changed), words, status=409)


def _nothing_typed(typed: dict) -> bool:
    choices = typed["role_ids"] or typed["group_ids"] or typed["project_ids"]
    return not choices and forms.without_blanks(typed["people"]) == [forms.NOBODY]


@wizard_view("POST")
def draft(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Keeps step 1 as it is typed, wrong or not, and answers the counts (W-12). The first time it begins the draft."""
    typed = forms.typed_setup(request.POST)
    if batch is None and _nothing_typed(typed):
        return HttpResponse(status=204)
    groups_before = batch.group_ids if batch else []
    try:
        saved, problems = save_setup(request, batch, typed)
    except DraftChanged as changed:
        return _conflict(request, changed)
    if problems:
        words = " ".join(problem["words"] for problem in problem_list(problems))
        return _notice(request, batch, _("This is not saved yet."), words, status=422)
    setup = Setup(request.membership, saved, asked=Asked.of(request.POST))
    context = {"setup": setup, "live": True, "regrouped": groups_before != saved.group_ids}
    response = render(request, "invitations/wizard/_saved.html", frame(request, saved, step=1) | context)
    return replace_url(response, url_of(request, saved)) if batch is None else response


def _search(request: WizardRequest, batch: Batch | None, what: str) -> HttpResponse:
    typed, asked = forms.typed_setup(request.POST), Asked.of(request.POST)
    if not request.htmx:
        query = urlencode({"group_q": asked.groups, "project_q": asked.projects, "open": what})
        return saved_then(request, batch, typed, f"?{query}#{what}")
    setup = Setup(request.membership, shown_as(request, batch, typed), asked=asked)
    return render(request, f"invitations/wizard/_{what}.html", {"setup": setup})


@wizard_view("POST")
def groups(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """The groups whose name holds what was asked, and those chosen (W-5)."""
    return _search(request, batch, "groups")


@wizard_view("POST")
def projects(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """The projects whose name holds what was asked, those chosen, those that come through groups (W-6)."""
    return _search(request, batch, "projects")


@wizard_view("POST", page="user_add_personalize")
def preview(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Keeps step 2 as it is typed, and answers the mail as it would be (W-10)."""
    typed = forms.typed_personal(request.POST)
    try:
        saved = keep(request, batch, typed)
    except DraftChanged as changed:
        return _conflict(request, changed) if request.htmx else personal_changed(request, changed, typed)
    if not request.htmx:
        return redirect(url_of(request, saved, step=2))
    context = {"preview": emails.preview(saved, request.membership), "live": True}
    return render(request, "invitations/wizard/_previewed.html", frame(request, saved, step=2) | context)
