"""Add User, a pasted list: read at once if everything is certain, else reviewed on its own page (W-4)."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from invitations import forms
from invitations.models import Batch
from invitations.pasted_lists import PastedList, Review
from invitations.services import DraftChanged, save_list_choices
from invitations.views.wizard_access import WizardRequest, stashed_post, wizard_url, wizard_view
from invitations.views.wizard_context import wizard_context
from invitations.views.wizard_draft import read_version, save_posted, unsaved_draft
from invitations.views.wizard_review import ReviewPage, people_left_text, people_left_title


def list_url(request: WizardRequest, batch: Batch) -> str:
    """Return the URL of the page with the draft's pasted list."""
    return reverse("user_add_list", args=[request.organization.slug, batch.pk])


def read_list(request: WizardRequest, pasted: PastedList, people: list[dict]) -> tuple[dict[str, Any], bool]:
    """Return the fields of a draft with this list, and whether its people were added, because all is certain."""
    review = Review(request.organization, pasted, people)
    if not review.is_clear:
        return {"people": people, "pasted": pasted.to_json()}, False
    rows, added = review.add()
    return {"people": rows, "pasted": added.to_json()}, True


def after_reading(request: WizardRequest, saved: Batch, *, is_added: bool) -> str:
    """Return the URL that follows: the form with the people, or the page with the list."""
    return f"{wizard_url(request, saved)}?read=1" if is_added else list_url(request, saved)


def list_notice(request: WizardRequest, batch: Batch) -> dict[str, Any]:
    """Return what step 1 says about the pasted list: that it was just read, that it waits, and who doesn't fit."""
    pasted = PastedList.from_json(batch.pasted)
    notice: dict[str, Any] = {"is_waiting": pasted.is_waiting}
    if pasted.is_added and "read" in request.GET:
        page = ReviewPage(Review(request.organization, pasted, batch.people))
        notice |= {"title": page.read_title, "body": page.read_summary}
    if pasted.next_people:
        notice |= {
            "next_title": people_left_title(pasted.next_people),
            "next_body": people_left_text(pasted.next_people),
        }
    if notice.get("title") or notice["is_waiting"]:
        notice["url"] = list_url(request, batch)
    return notice


def _save(request: WizardRequest, batch: Batch, fields: dict[str, Any]) -> Batch:
    return save_posted(request, batch, fields, allow_repeat=True)


@wizard_view("GET", "HEAD", "POST", page="user_add_list")
def pasted_list(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Show what was read from the pasted list, with a choice per column. POST reads it again, or adds its people."""
    if batch.sent_at:
        messages.info(request, _("These invitations have already been sent."))
        return redirect("users_pending", request.organization.slug)
    if request.method == "POST":
        return _read_posted(request, batch)
    pasted = PastedList.from_json(batch.pasted)
    if post := stashed_post(request):
        batch.version, pasted = read_version(post), forms.read_list_choices(post, pasted)
    return _render(request, batch, pasted)


def _read_posted(request: WizardRequest, batch: Batch) -> HttpResponse:
    action, before = request.POST.get("action", ""), PastedList.from_json(batch.pasted)
    pasted = forms.read_list_choices(request.POST, before)
    if request.htmx:  # a choice, or an address for a line without one
        batch.version = read_version(request.POST)
        save_list_choices(actor=request.membership, batch=batch, version=batch.version, pasted=pasted.to_json())
        return _render(request, batch, pasted)
    if action == "discard":
        pasted = replace(PastedList(), rest=before.rest, guessed=before.guessed)
    review = Review(request.organization, pasted, batch.people)
    is_new = pasted.text != before.text
    is_added = bool(review.people) and (review.is_clear if is_new else action == "add")
    fields = {"pasted": pasted.to_json()}
    if is_added:
        rows, added = review.add()
        fields = {"people": rows, "pasted": added.to_json()}
    try:
        saved = _save(request, batch, fields)
    except DraftChanged as changed:
        return _conflict(request, changed, pasted)
    if is_added or action == "discard":
        return redirect(f"{wizard_url(request, saved)}{'?read=1' if is_added else ''}")
    return redirect(list_url(request, saved) + ("?all=1" if action == "all" else ""))


def _conflict(request: WizardRequest, changed: DraftChanged, pasted: PastedList) -> HttpResponse:
    """Respond 409 with what was chosen. Submitting it again overwrites the other version."""
    if changed.batch.sent_at:
        return redirect("users_pending", request.organization.slug)
    version = changed.batch.version
    changed.batch.organization = request.organization
    draft = unsaved_draft(request, changed.batch, {}, version)
    return _render(request, draft, pasted, status=409, conflict=str(changed))


def _render(
    request: WizardRequest, batch: Batch, pasted: PastedList, *, status: int = 200, **extra: Any
) -> HttpResponse:
    show_all = "all" in request.GET or request.POST.get("shown") == "all"
    page = ReviewPage(Review(request.organization, pasted, batch.people), show_all=show_all)
    context = wizard_context(request, batch, step=1) | {"list": page, "list_url": list_url(request, batch), **extra}
    if request.htmx:
        return render(request, "invitations/wizard/_list_reply.html", context | {"is_reply": True}, status=status)
    return render(request, "invitations/wizard/list.html", context, status=status)
