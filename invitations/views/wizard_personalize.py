"""Add User, step 2: the reason, the welcome page, a preview of the email, and Done (W-7 to W-11)."""

from base64 import b64encode
from typing import Any

from csp.decorators import csp
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from base.email_page import EMAIL_CSP
from base.policies import RateLimited
from invitations import emails, forms
from invitations.limits import check_batch_mail_quota
from invitations.models import Batch
from invitations.pasted_lists import PastedList
from invitations.queries import batch_access
from invitations.services import BatchInvalid, DraftChanged, send_batch
from invitations.views.wizard_access import WizardRequest, stashed_post, wizard_url, wizard_view
from invitations.views.wizard_context import personalize_context, wizard_context
from invitations.views.wizard_draft import read_version, redirect_to_pending, save_posted, unsaved_draft
from invitations.views.wizard_setup import validate_setup
from invitations.views.wizard_tasks import tasks_context
from organizations.brands import brand_of
from organizations.fresh import require_fresh_to_give
from organizations.services import lock_organization


def _render_personalize(
    request: WizardRequest, batch: Batch, form: forms.PersonalizeForm | None = None, *, status: int = 200, **extra: Any
) -> HttpResponse:
    if "limit" not in extra and (limit := check_batch_mail_quota(request.membership, batch)):
        extra["limit"] = limit.reason
    preview = emails.email_preview(batch, request.membership)
    roles = list(preview.content.roles)
    initial = {"reason": batch.reason, "welcome_page": batch.welcome_page}
    form = form or forms.PersonalizeForm(initial=initial, roles=roles)
    context = wizard_context(request, batch, step=2) | personalize_context(batch, form)
    context |= {"preview": preview, **tasks_context(preview.content), **extra}
    return render(request, "invitations/wizard/personalize.html", context, status=status)


def render_personalize_conflict(request: WizardRequest, changed: DraftChanged, typed: dict) -> HttpResponse:
    """Respond 409 with what was typed: the draft was changed in another tab, and nothing is sent."""
    if changed.batch.sent_at:
        return redirect_to_pending(request, changed.batch)
    version = changed.batch.version
    changed.batch.organization = request.organization
    draft = unsaved_draft(request, changed.batch, typed, version)
    return _render_personalize(request, draft, status=409, conflict=str(changed))


@wizard_view("GET", "HEAD", "POST", page="user_add_personalize")
def personalize(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Step 2. GET shows the form if step 1 is valid. POST (Done) sends the invitations (W-11)."""
    if request.method == "POST":
        return _save_and_send(request, batch)
    if post := stashed_post(request):
        draft = unsaved_draft(request, batch, forms.read_personalization(post), read_version(post))
        return _render_personalize(request, draft, signed_in=True)
    if batch.sent_at or validate_setup(request, batch):
        return redirect(f"{wizard_url(request, batch)}?check=1")
    form = None
    if "check" in request.GET:
        fields = {"reason": batch.reason, "welcome_page": batch.welcome_page}
        form = forms.PersonalizeForm(fields, roles=batch_access(batch).roles)
    return _render_personalize(request, batch, form)


def _save_and_send(request: WizardRequest, batch: Batch) -> HttpResponse:
    typed = forms.read_personalization(request.POST)
    require_fresh_to_give(request, role_ids=batch.role_ids, group_ids=batch.group_ids)
    try:
        # One transaction, so a second press waits until the first has sent the batch. The organization's row is locked
        # before the draft's, as everywhere.
        with transaction.atomic():
            lock_organization(request.organization.pk)
            return _send(request, save_posted(request, batch, typed))
    except DraftChanged as changed:
        return render_personalize_conflict(request, changed, typed)


def _send(request: WizardRequest, saved: Batch) -> HttpResponse:
    """Send the batch. After an error, redirect to the form, so that the browser's Back shows it again."""
    form = forms.PersonalizeForm(request.POST, roles=batch_access(saved).roles)
    if not form.is_valid():
        return redirect(f"{wizard_url(request, saved, step=2)}?check=1")
    waiting = len(PastedList.from_json(saved.pasted).next_people)
    try:
        sent, _first = send_batch(actor=request.membership, batch=saved, version=saved.version)
    except RateLimited:
        return redirect(f"{wizard_url(request, saved, step=2)}?check=1")
    except (BatchInvalid, IntegrityError):
        # A person was added or a choice was deleted since step 1; step 1 shows the errors.
        return redirect(f"{wizard_url(request, saved)}?check=1")
    response = redirect_to_pending(request, sent)
    if waiting:
        text = ngettext(
            "%(count)s more person from your list is saved in a new draft. Select Add User to continue.",
            "%(count)s more people from your list are saved in a new draft. Select Add User to continue.",
            waiting,
        )
        messages.info(request, text % {"count": f"{waiting:,}"})
    return response


@wizard_view("POST", page="user_add_personalize")
def back(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Save what was typed, valid or not, and go back to step 1 (W-10)."""
    typed = forms.read_personalization(request.POST)
    try:
        saved = save_posted(request, batch, typed, allow_repeat=True)
    except DraftChanged as changed:
        return render_personalize_conflict(request, changed, typed)
    return redirect(wizard_url(request, saved))


@csp(EMAIL_CSP)
@wizard_view("GET", "HEAD", page="user_add_personalize")
def email(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Show the complete email that the draft would send, in a page that runs no script (W-10)."""
    logo_src = f"data:image/png;base64,{b64encode(brand_of(request.organization).logo_png).decode()}"
    return HttpResponse(emails.email_preview_html(batch, request.membership, logo_src=logo_src))
