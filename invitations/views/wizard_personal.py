"""Add User, step 2: the reason, the welcome page, a preview of the mail, and Done (W-7 to W-11)."""

from base64 import b64encode
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.db import IntegrityError, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from base.pictures import logo_png
from base.policies import RateLimited
from invitations import emails, forms
from invitations.limits import wait_for_batch
from invitations.models import Batch
from invitations.queries import choices_of
from invitations.services import BatchInvalid, DraftChanged, send_batch
from invitations.views.wizard import keep, sent_already, setup_problems, shown_as, version_in
from invitations.views.wizard_entry import WizardRequest, typed_before, url_of, wizard_view
from invitations.views.wizard_parts import frame, personal
from organizations.services import lock_organization

# What step 2 itself can mend; all else is step 1's.
OWN = {"reason", "welcome_page"}
# The mail carries its styles inline and its picture as data; it runs and loads nothing.
MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": True,
}


def personal_page(
    request: WizardRequest, batch: Batch, form: forms.PersonalForm | None = None, *, status: int = 200, **extra: Any
) -> HttpResponse:
    """Step 2 with what is typed, what is wrong with it, and the mail as it would be."""
    if "limit" not in extra and (wait := wait_for_batch(request.membership, batch)):
        extra["limit"] = wait.reason
    preview = emails.preview(batch, request.membership)
    roles = list(preview.offer.roles)
    form = form or forms.PersonalForm(initial={"reason": batch.reason, "welcome_page": batch.welcome_page}, roles=roles)
    context = frame(request, batch, step=2) | personal(batch, roles, form) | {"preview": preview, **extra}
    return render(request, "invitations/wizard/personalize.html", context, status=status)


def personal_changed(request: WizardRequest, changed: DraftChanged, typed: dict) -> HttpResponse:
    """409: the draft is another one by now; nothing is sent, and what was typed stays."""
    if changed.batch.sent_at:
        return sent_already(request, changed.batch)
    version = changed.batch.version
    changed.batch.organization = request.organization
    shown = shown_as(request, changed.batch, typed, version)
    return personal_page(request, shown, status=409, conflict=str(changed))


@wizard_view("GET", "HEAD", "POST", page="user_add_personalize")
def personalize(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Step 2. GET: the form, once step 1 is in order. POST: Done, which sends (W-11)."""
    if request.method == "POST":
        return _done(request, batch)
    if post := typed_before(request):
        return personal_page(request, _typed_again(request, batch, post), signed_in=True)
    if batch.sent_at or setup_problems(request, batch):
        return redirect(f"{url_of(request, batch)}?check=1")
    return personal_page(request, batch)


def _typed_again(request: WizardRequest, batch: Batch, post: QueryDict) -> Batch:
    return shown_as(request, batch, forms.typed_personal(post), version_in(post))


def _done(request: WizardRequest, batch: Batch) -> HttpResponse:
    typed = forms.typed_personal(request.POST)
    try:
        # One transaction: a second press waits until the first has sent it. The organization's row is locked before the
        # draft's, as everywhere.
        with transaction.atomic():
            lock_organization(request.organization.pk)
            return _keep_and_send(request, keep(request, batch, typed))
    except DraftChanged as changed:
        return personal_changed(request, changed, typed)


def _keep_and_send(request: WizardRequest, saved: Batch) -> HttpResponse:
    form = forms.PersonalForm(request.POST, roles=choices_of(saved).roles)
    if not form.is_valid():
        return personal_page(request, saved, form, status=422)
    try:
        sent, _first = send_batch(actor=request.membership, batch=saved, version=saved.version)
    except RateLimited as limit:
        return personal_page(request, saved, form, status=429, limit=str(limit))
    except (BatchInvalid, IntegrityError):
        # Somebody was added, or a choice went, since step 1 was left: it says what.
        return redirect(f"{url_of(request, saved)}?check=1")
    return sent_already(request, sent)


@wizard_view("POST", page="user_add_personalize")
def back(request: WizardRequest, batch: Batch) -> HttpResponse:
    """Back: keeps what was typed, wrong or not (W-10)."""
    typed = forms.typed_personal(request.POST)
    try:
        saved = keep(request, batch, typed, twice=True)
    except DraftChanged as changed:
        return personal_changed(request, changed, typed)
    return redirect(url_of(request, saved))


@csp(MAIL_POLICY)
@wizard_view("GET", "HEAD", page="user_add_personalize")
def mail(request: WizardRequest, batch: Batch) -> HttpResponse:
    """The whole mail as the draft would send it, in a page that runs nothing (W-10)."""
    organization = request.organization
    picture = b64encode(logo_png(organization.name, organization.logo)).decode()
    source = f"data:image/png;base64,{picture}"
    return HttpResponse(emails.preview_document(batch, request.membership, logo_src=source))
