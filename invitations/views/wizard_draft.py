"""Drafts of the Add User flow: saving the posted input, discarding (W-12), and what follows sending (W-11)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext

from base.responses import htmx_redirect
from invitations.models import Batch
from invitations.services import DraftChanged, discard_draft, save_draft
from invitations.views.wizard_access import WizardRequest, wizard_url, wizard_view
from invitations.views.wizard_context import unsaved_batch


def read_version(post: QueryDict) -> int:
    """Return the draft's version that the form was rendered from; 0 for the empty form and for invalid values."""
    try:
        return int(post.get("version", ""))
    except ValueError:
        return 0


def save_posted(
    request: WizardRequest, batch: Batch | None, fields: dict[str, Any], *, allow_repeat: bool = False
) -> Batch:
    """Save the posted fields in the draft.

    Raises DraftChanged. With `allow_repeat`, a changed draft that has the same values is accepted: the button was
    pressed twice. Use this only if the next page shows the draft again; otherwise the user would continue with
    changes they haven't seen. Raises Http404 if the form's draft id is another member's.
    """
    version = read_version(request.POST)
    try:
        return save_draft(actor=request.membership, batch=batch, version=version, draft_id=request.draft_id, **fields)
    except DraftChanged as changed:
        same_values = all(getattr(changed.batch, name) == value for name, value in fields.items())
        if changed.batch.sent_at or not (allow_repeat and same_values):
            raise
        return changed.batch
    except Batch.DoesNotExist:
        raise Http404 from None


def unsaved_draft(request: WizardRequest, batch: Batch | None, fields: dict, version: int | None = None) -> Batch:
    """Return the draft with these fields and version (by default the form's), without saving it."""
    draft = batch or unsaved_batch(request, request.draft_id)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.version = read_version(request.POST) if version is None else version
    return draft


def redirect_to_pending(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Redirect to the Pending tab and confirm that the batch was sent (W-11)."""
    count = len(batch.people)
    message = ngettext("%(count)s invitation sent", "%(count)s invitations sent", count)
    messages.success(request, message % {"count": count})
    # The people just invited come first, and the list marks them.
    newest = urlencode({"sort": "-sent", "invited": batch.pk})
    return htmx_redirect(request, f"{reverse('users_pending', args=[request.organization.slug])}?{newest}")


@wizard_view("GET", "HEAD", "POST")
def discard(request: WizardRequest, batch: Batch | None) -> HttpResponse:
    """Confirm, then delete the draft (W-12). With `?new=1`, continue with an empty form."""
    if "new" in request.GET:
        next_url = reverse("user_add", args=[request.organization.slug]) + "?new=1"
    else:
        next_url = reverse("users", args=[request.organization.slug])
    if batch is None or batch.sent_at:
        return htmx_redirect(request, next_url)
    if request.method == "POST":
        discard_draft(actor=request.membership, batch=batch)
        return htmx_redirect(request, next_url)
    cancel_url = wizard_url(request, batch, step=2 if request.GET.get("step") == "2" else 1)
    return render(request, "invitations/wizard/discard.html", {"batch": batch, "cancel_url": cancel_url})
