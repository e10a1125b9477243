"""Creating and revoking tokens (C-1)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.fresh import fresh_sign_in_required
from accounts.once import once
from base.responses import htmx_redirect
from console.provisioning.connections import connection_or_404, provisioning_url
from console.provisioning.forms import TokenForm
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from provisioning.models import ScimConnection, ScimToken
from provisioning.queries.scim import tokens_of
from provisioning.services.scim_tokens import TooManyTokens, create_token, revoke_token


@member_required(Permission.SECURITY_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
@once
def provisioning_token_new(request: MemberRequest) -> HttpResponse:
    """Create a token and show it once."""
    connection = connection_or_404(request)
    form = TokenForm(request.POST if request.method == "POST" else None, initial={"name": _first_name(connection)})
    if form.is_valid():
        try:
            return _created(request, connection, form)
        except TooManyTokens as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "cancel_url": _cancel_url(request), "icon_name": "key"}
    return render(request, "console/provisioning/token_new.html", context, status=422 if form.is_bound else 200)


def _first_name(connection: ScimConnection) -> str:
    return connection.get_provider_display() if connection.provider != ScimConnection.Provider.OTHER else ""


def _cancel_url(request: MemberRequest) -> str:
    return provisioning_url(request.organization) + "#tokens"


def _created(request: MemberRequest, connection: ScimConnection, form: TokenForm) -> HttpResponse:
    """Show the token. It's in this response only, which no one may store."""
    name, expires_at = form.cleaned_data["name"], form.expires_at
    token, secret = create_token(actor=request.membership, connection=connection, name=name, expires_at=expires_at)
    context = {
        "token": token,
        "secret": secret,
        "connection": connection,
        "url": provisioning_url(request.organization),
    }
    response = render(request, "console/provisioning/token_created.html", context)
    response["Cache-Control"] = "no-store"
    return response


@member_required(Permission.SECURITY_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def provisioning_token_revocation(request: MemberRequest, token_id: UUID) -> HttpResponse:
    """Revoke a token after a confirmation."""
    connection = connection_or_404(request)
    tokens = tokens_of(connection)
    token = next((each for each in tokens if each.pk == token_id), None)
    if token is None:
        raise Http404
    token.connection = connection
    if request.method == "POST":
        revoke_token(actor=request.membership, token=token)
        messages.success(request, _("The token %(name)s no longer works.") % {"name": token.name})
        return htmx_redirect(request, provisioning_url(request.organization))
    context = {
        "token": token,
        "is_last": _is_last(token, tokens),
        "connection": connection,
        "cancel_url": _cancel_url(request),
        "tone": "danger",
        "icon_name": "key",
    }
    return render(request, "console/provisioning/token_revocation.html", context)


def _is_last(token: ScimToken, tokens: list[ScimToken]) -> bool:
    return len(tokens) == 1 and tokens[0].pk == token.pk
