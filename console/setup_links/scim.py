"""Setting up provisioning through a setup link (O-6): provider, token, values to copy, and the test."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.once import once
from base.policies import RateLimited
from base.responses import limit_reached
from console.provisioning.forms import ConnectionForm, TokenForm
from console.provisioning.testing import shown_report
from console.provisioning.values import setup_values
from provisioning.models import ScimConnection, SetupIntent
from provisioning.queries.scim import connection_of
from provisioning.sandbox.runs import run_sequence
from provisioning.sandbox.sequences import SEQUENCES
from provisioning.services.scim_tokens import TooManyTokens, connect, create_token
from provisioning.setup_access import SetupRequest, setup_link_required


@dataclass(frozen=True)
class ScimSetup:
    """What the page shows. `secret` is a new token, this one time; `report` the result of a test."""

    connection: ScimConnection | None
    form: ConnectionForm
    token_form: TokenForm
    secret: str = ""
    report: dict[str, Any] | None = None
    problem: str = ""

    @property
    def values(self) -> list[tuple[str, str]]:
        return setup_values(self.connection.provider).copied if self.connection else []

    @property
    def steps(self) -> list[str]:
        return setup_values(self.connection.provider).steps if self.connection else []

    @property
    def token_values(self) -> list[tuple[str, str]]:
        return [("Token", self.secret)] if self.secret else []


def _render(request: SetupRequest, *, status: int = 200, **parts: Any) -> HttpResponse:
    link = request.setup_link
    connection = connection_of(link.organization)
    provider = connection.provider if connection else ScimConnection.Provider.OKTA
    parts.setdefault("form", ConnectionForm(initial={"provider": provider}))
    parts.setdefault("token_form", TokenForm(initial={"name": connection.label if connection else ""}))
    context = {"link": link, "setup": ScimSetup(connection, **parts)}
    return render(request, "console/setup_links/scim.html", context, status=status)


def _connection_or_404(request: SetupRequest) -> ScimConnection:
    connection = connection_of(request.setup_link.organization)
    if connection is None:
        raise Http404
    connection.organization = request.setup_link.organization
    return connection


@require_safe
@setup_link_required(SetupIntent.SCIM)
def setup_scim(request: SetupRequest) -> HttpResponse:
    """Show the steps. Nothing is shown of tokens that exist, and of the members that the provider manages."""
    return _render(request)


@require_POST
@setup_link_required(SetupIntent.SCIM)
def setup_scim_connection(request: SetupRequest) -> HttpResponse:
    """Choose the provider, and connect if there is no connection yet."""
    link, form = request.setup_link, ConnectionForm(request.POST)
    if not form.is_valid():
        return _render(request, form=form, status=422)
    connect(actor=link, organization=link.organization, provider=form.cleaned_data["provider"])
    return redirect("setup_scim", link.pk)


@require_POST
@setup_link_required(SetupIntent.SCIM)
@once
def setup_scim_token(request: SetupRequest) -> HttpResponse:
    """Create a token and show it in this response only."""
    connection, form = _connection_or_404(request), TokenForm(request.POST)
    if not form.is_valid():
        return _render(request, token_form=form, status=422)
    name, expires_at = form.cleaned_data["name"], form.expires_at
    try:
        _token, secret = create_token(actor=request.setup_link, connection=connection, name=name, expires_at=expires_at)
    except TooManyTokens as refusal:
        form.add_error(None, str(refusal))
        return _render(request, token_form=form, status=422)
    return _render(request, secret=secret)


@require_POST
@setup_link_required(SetupIntent.SCIM)
def setup_scim_test(request: SetupRequest) -> HttpResponse:
    """Play the provider's requests in the sandbox and show each step."""
    connection = _connection_or_404(request)
    sequence = SEQUENCES.get(connection.provider) or next(iter(SEQUENCES.values()))
    try:
        report = run_sequence(actor=request.setup_link, connection=connection, sequence=sequence)
    except RateLimited as limit:
        return limit_reached(_render(request, problem=str(limit)), limit)
    return _render(request, report=shown_report(report))
