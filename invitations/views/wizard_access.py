"""Access to the Add User flow: permission, the draft, and input that was posted after the session ended."""

import re
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.kept_fields import CSRF_TOKEN
from base.ids import uuid7
from base.policies import require
from invitations.forms import read_draft_id, read_setup
from invitations.models import Batch
from invitations.queries import find_own_batch
from organizations.access import member_required
from organizations.models import Membership
from organizations.policies import can_add_users
from organizations.requests import MemberRequest

SESSION_KEY = "add_user_typed"
# In characters: three times a form with 100 people and a long reason.
STASH_LIMIT = 200_000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class WizardRequest(MemberRequest):
    """Request of a view in the flow. Only a type for annotations, never instantiated."""

    draft_id: UUID


WizardView = Callable[..., HttpResponse]


def wizard_url(request: WizardRequest, batch: Batch | None = None, *, step: int = 1) -> str:
    """Return the URL of a step of this draft, or of the empty form if the draft isn't saved."""
    slug = request.organization.slug
    if batch is None or batch._state.adding:
        return reverse("user_add", args=[slug])
    return reverse("user_add_draft" if step == 1 else "user_add_personalize", args=[slug, batch.pk])


def _signer() -> Signer:
    return Signer(salt="invitations.wizard")


def sign_owner(member: Membership) -> str:
    """Return the signed member id for the form, so that a stash is only given back to the member who typed it."""
    return _signer().sign(str(member.pk))


def _stash_post(request: HttpRequest, back_url: str) -> None:
    """Stash the posted input in the session if the form is ours. `back_url` is the page to give it back on."""
    try:
        owner = _signer().unsign(request.POST.get("owner", ""))
    except BadSignature:
        return
    reject_unstorable(request.POST)
    read_setup(request.POST)
    post = {name: values for name, values in request.POST.lists() if name != CSRF_TOKEN}
    if sum(len(value) for values in post.values() for value in values) <= STASH_LIMIT:
        request.session[SESSION_KEY] = {"owner": owner, "back": back_url, "post": post}


def stashed_post(request: WizardRequest) -> QueryDict | None:
    """Return what the member posted to this page while signed out. It is kept until the next POST."""
    stash = request.session.get(SESSION_KEY)
    if not stash or stash["back"] != request.path:
        return None
    post = QueryDict(mutable=True)
    for name, values in stash["post"].items():
        post.setlist(name, values)
    return post


def _clear_stash(request: WizardRequest) -> None:
    """Delete the stash after a POST, or if it belongs to another member."""
    stash = request.session.get(SESSION_KEY)
    if stash and (request.method == "POST" or stash["owner"] != str(request.membership.pk)):
        del request.session[SESSION_KEY]


def reject_unstorable(post: QueryDict) -> None:
    """Raise BadRequest for NUL and lone surrogates: no keyboard types them, and the database can't store them."""
    if any(UNSTORABLE.search(value) for name, values in post.lists() for value in (name, *values)):
        raise BadRequest("NUL or lone surrogate")


def wizard_view(*methods: str, page: str = "user_add_draft") -> Callable[[WizardView], WizardView]:
    """Decorate a view of the flow: `view(request, batch, ...)`.

    `batch` is the member's own draft or sent batch, or None. `page` is the name of the URL to return to after signing
    in. Responds 404 to strangers and for another member's draft, 403 with the reason to members who may not add
    people (W-1), 400 for input that can't be stored.
    """

    def decorate(view: WizardView) -> WizardView:
        @member_required()
        def member_view(request: WizardRequest, batch_id: UUID | None = None, **kwargs: int) -> HttpResponse:
            require(can_add_users(request.membership))
            reject_unstorable(request.POST)
            # The empty form has the id of the draft that it will create, so submitting it twice creates one draft.
            request.draft_id = batch_id or read_draft_id(request.POST) or read_draft_id(request.GET) or uuid7()
            batch = find_own_batch(request.membership, request.draft_id)
            if batch_id and batch is None:
                raise Http404
            if batch:
                batch.organization = request.organization
            _clear_stash(request)
            return view(request, batch, **kwargs)

        @require_http_methods(methods)
        @wraps(view)
        def public_view(request: HttpRequest, slug: str, batch_id: UUID | None = None, **kwargs: int) -> HttpResponse:
            response = member_view(request, slug=slug, batch_id=batch_id, **kwargs)
            if request.method != "POST" or hasattr(request, "membership"):
                return response
            # The user isn't signed in, or the organization's security policies ask for a new sign-in or second factor.
            back_url = reverse(page, args=[slug, batch_id]) if batch_id else reverse("user_add", args=[slug])
            _stash_post(request, back_url)
            return response if request.user.is_authenticated else redirect_to_login(back_url)

        return public_view

    return decorate
