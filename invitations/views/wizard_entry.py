"""Into the Add User flow: who may come in, which draft is meant, and what a signed-out person had typed."""

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

from base.ids import uuid7
from base.policies import require
from invitations.forms import draft_key, typed_setup
from invitations.models import Batch
from invitations.queries import draft_of
from organizations.access import member_required
from organizations.models import Membership
from organizations.policies import can_add_users
from organizations.requests import MemberRequest

SESSION_KEY = "add_user_typed"
# A hundred people and a long reason fit three times over.
STASH_LIMIT = 200_000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class WizardRequest(MemberRequest):
    """What a view of the flow gets. Only a type: no request is made of it."""

    draft_key: UUID


View = Callable[..., HttpResponse]


def url_of(request: WizardRequest, batch: Batch | None = None, *, step: int = 1) -> str:
    """The address of a step of this draft; of the empty form without one."""
    slug = request.organization.slug
    if batch is None or batch._state.adding:
        return reverse("user_add", args=[slug])
    return reverse("user_add_draft" if step == 1 else "user_add_personalize", args=[slug, batch.pk])


def _signer() -> Signer:
    return Signer(salt="invitations.wizard")


def owner_mark(member: Membership) -> str:
    """Says in a form whose it is, so that what is typed after a sign-out goes back to that member alone."""
    return _signer().sign(str(member.pk))


def _to_sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """Keeps what was posted in the signed-out session, if the form is one of ours, and leads to the sign-in page."""
    try:
        owner = _signer().unsign(request.POST.get("owner", ""))
    except BadSignature:
        return redirect_to_login(back)
    refuse_unstorable(request.POST)
    typed_setup(request.POST)
    post = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if sum(len(value) for values in post.values() for value in values) <= STASH_LIMIT:
        request.session[SESSION_KEY] = {"owner": owner, "back": back, "post": post}
    return redirect_to_login(back)


def typed_before(request: WizardRequest) -> QueryDict | None:
    """What this member posted to this page while signed out; shown again until the next POST keeps it."""
    stash = request.session.get(SESSION_KEY)
    if not stash or stash["back"] != request.path:
        return None
    post = QueryDict(mutable=True)
    for name, values in stash["post"].items():
        post.setlist(name, values)
    return post


def _settle_stash(request: WizardRequest) -> None:
    stash = request.session.get(SESSION_KEY)
    if stash and (request.method == "POST" or stash["owner"] != str(request.membership.pk)):
        del request.session[SESSION_KEY]


def refuse_unstorable(post: QueryDict) -> None:
    """Raises BadRequest for NUL and lone surrogates, which no keyboard types and no database takes."""
    if any(UNSTORABLE.search(value) for name, values in post.lists() for value in (name, *values)):
        raise BadRequest("NUL or half a character")


def wizard_view(*methods: str, page: str = "user_add_draft") -> Callable[[View], View]:
    """Decorates a view of the flow: `view(request, batch, ...)`; `batch` is the member's own, a draft or sent, or None.

    `page` names the page to come back to after signing in. 404 for a stranger and for another member's draft, 403 with
    the reason for who may not add people (W-1), 400 for what cannot be stored.
    """

    def decorate(view: View) -> View:
        @member_required()
        def inside(request: WizardRequest, batch_id: UUID | None = None, **kwargs: int) -> HttpResponse:
            require(can_add_users(request.membership))
            refuse_unstorable(request.POST)
            # The empty form carries the id of the draft that it may begin: sent twice, it begins one.
            request.draft_key = batch_id or draft_key(request.POST) or draft_key(request.GET) or uuid7()
            batch = draft_of(request.membership, request.draft_key)
            if batch_id and batch is None:
                raise Http404
            if batch:
                batch.organization = request.organization
            _settle_stash(request)
            return view(request, batch, **kwargs)

        @require_http_methods(methods)
        @wraps(view)
        def wrapped(request: HttpRequest, slug: str, batch_id: UUID | None = None, **kwargs: int) -> HttpResponse:
            if request.method == "POST" and not request.user.is_authenticated:
                back = reverse(page, args=[slug, batch_id]) if batch_id else reverse("user_add", args=[slug])
                return _to_sign_in(request, back)
            return inside(request, slug=slug, batch_id=batch_id, **kwargs)

        return wrapped

    return decorate
