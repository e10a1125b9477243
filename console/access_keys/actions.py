"""Creating, rotating, renaming and revoking access keys (A-6). Each page is a dialog for htmx."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.fresh import is_fresh, require_fresh_sign_in
from accounts.once import once
from base.policies import Refused, require
from base.responses import htmx_redirect
from console.access_keys.forms import KeyForm, NameForm
from console.access_keys.places import Place
from console.access_keys.rows import rows_of
from console.access_keys.texts import example_request, list_powers
from console.access_keys.views import API_DOCS_URL
from organizations.access import member_required
from organizations.models import AccessKey
from organizations.policies.access_keys import can_rename_key, can_revoke_key, can_rotate_key
from organizations.requests import MemberRequest
from organizations.services.access_keys import (
    GRACE,
    MAX_LIVE_SECRETS,
    TooManySecrets,
    create_access_key,
    end_old_secret,
    rename_access_key,
    revoke_access_key,
    rotate_access_key,
)


def _checked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that shows a new secret: check who may, also before it is shown again (accounts.once).

    The view of one key gets it as `key`.
    """

    @wraps(view)
    def wrapped(request: MemberRequest, *, place: Place, key_id: UUID | None = None) -> HttpResponse:
        found = {}
        if key_id is None:
            place.check(request)
        else:
            found["key"] = place.key_or_404(request, key_id)
            require(can_rotate_key(request.membership, found["key"]))
        if request.method == "POST":
            require_fresh_sign_in(request)
        return view(request, place=place, **found)

    return wrapped


@member_required()
@require_http_methods(["GET", "HEAD", "POST"])
@_checked
@once
def key_new(request: MemberRequest, *, place: Place) -> HttpResponse:
    """Create a key and show its secret once."""
    is_post = request.method == "POST"
    form = KeyForm(request.POST if is_post else None, actor=request.membership, can_share=not place.own_only)
    if is_post and form.is_valid():
        try:
            key, text = _create(request, form)
        except (Refused, ValidationError) as refusal:
            form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else str(refusal))
        else:
            return _created(request, place, key, text)
    context = {
        "form": form,
        "cancel_url": place.url(request),
        "will_ask": not is_fresh(request),
        "fresh_minutes": settings.FRESH_SIGN_IN_MINUTES,
    }
    return render(request, "console/access_keys/new.html", context, status=422 if form.is_bound else 200)


def _create(request: MemberRequest, form: KeyForm) -> tuple[AccessKey, str]:
    return create_access_key(
        actor=request.membership,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.expires_at,
        personal=form.personal,
    )


def _created(
    request: MemberRequest, place: Place, key: AccessKey, text: str, *, is_rotated: bool = False, old_ends: Any = None
) -> HttpResponse:
    """Show the secret, in this response only, with Cache-Control: no-store."""
    context = {
        "key": key,
        "secret": text,
        "is_rotated": is_rotated,
        "old_ends": old_ends,
        "powers": list_powers(key.scopes),
        "request_example": example_request(key.scopes, text),
        "docs_url": API_DOCS_URL,
        "url": place.url(request),
    }
    response = render(request, "console/access_keys/created.html", context)
    response["Cache-Control"] = "no-store"
    return response


@member_required()
@require_http_methods(["GET", "HEAD", "POST"])
@_checked
@once
def key_rotation(request: MemberRequest, *, key: AccessKey, place: Place) -> HttpResponse:
    """Add a secret and show it once. The old one works for a week, or is revoked now."""
    error = ""
    if request.method == "POST":
        end_old = request.POST.get("old") == "end"
        try:
            _secret, text = rotate_access_key(actor=request.membership, key=key, end_old=end_old)
            old_ends = None if end_old else key.secrets.exclude(expires_at=None).values_list("expires_at", flat=True)
            return _created(request, place, key, text, is_rotated=True, old_ends=old_ends and old_ends.first())
        except TooManySecrets as refusal:
            error = str(refusal)
        except AccessKey.DoesNotExist:
            raise Http404 from None
    context = {
        "has_two": len(key.live_secrets) >= MAX_LIVE_SECRETS,  # type: ignore[attr-defined]
        "error": error,
        "grace_days": GRACE.days,
        "icon_name": "refresh",
    }
    return _confirm(request, place, key, "rotation", context, status=422 if error else 200)


def _confirm(
    request: MemberRequest, place: Place, key: AccessKey, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    row = rows_of(request.membership, [key], place)[0]
    context = {"key": key, "row": row, "cancel_url": place.url(request), **context}
    return render(request, f"console/access_keys/{name}.html", context, status=status)


@member_required()
@require_http_methods(["GET", "HEAD", "POST"])
def key_old_secret(request: MemberRequest, key_id: UUID, *, place: Place) -> HttpResponse:
    """Revoke the old secret of a key that is being rotated, after a confirmation."""
    key = place.key_or_404(request, key_id)
    require(can_revoke_key(request.membership, key))
    if request.method == "POST":
        try:
            ended = end_old_secret(actor=request.membership, key=key)
        except AccessKey.DoesNotExist:
            raise Http404 from None
        text = _("The old secret of %(name)s no longer works.") if ended else _("%(name)s has no old secret.")
        messages.success(request, text % {"name": key.name})
        return htmx_redirect(request, place.url(request))
    return _confirm(request, place, key, "old_secret", {"tone": "warning", "icon_name": "key"})


@member_required()
@require_http_methods(["GET", "HEAD", "POST"])
def key_name(request: MemberRequest, key_id: UUID, *, place: Place) -> HttpResponse:
    """Rename a key."""
    key = place.key_or_404(request, key_id)
    require(can_rename_key(request.membership, key))
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": key.name})
    if form.is_valid():
        try:
            key = rename_access_key(actor=request.membership, key=key, name=form.cleaned_data["name"])
        except AccessKey.DoesNotExist:
            raise Http404 from None
        messages.success(request, _("Key renamed to %(name)s.") % {"name": key.name})
        return htmx_redirect(request, place.url(request))
    return _confirm(request, place, key, "name", {"form": form}, status=422 if form.is_bound else 200)


@member_required()
@require_http_methods(["GET", "HEAD", "POST"])
def key_revocation(request: MemberRequest, key_id: UUID, *, place: Place) -> HttpResponse:
    """Revoke a key after a confirmation. Taking access away needs no fresh sign-in."""
    key = place.key_or_404(request, key_id)
    require(can_revoke_key(request.membership, key))
    if request.method == "POST":
        revoke_access_key(actor=request.membership, key=key)
        messages.success(request, _("The key %(name)s no longer works.") % {"name": key.name})
        return htmx_redirect(request, place.url(request))
    return _confirm(request, place, key, "revocation", {"tone": "danger", "icon_name": "key"})
