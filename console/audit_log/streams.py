"""Streams of the audit log: webhooks that receive its entries (A-8)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.fresh import fresh_sign_in_required
from accounts.once import once
from audit.models import AuditStream
from audit.queries import get_stream
from audit.services import streams as services
from base.responses import htmx_redirect, is_htmx_fragment
from console.audit_log.forms import StreamForm
from console.audit_log.services import change_streams
from console.audit_log.stream_rows import stream_rows
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest

FORM_METHODS = ["GET", "HEAD", "POST"]


def _list_url(request: MemberRequest) -> str:
    return reverse("audit_streams", args=[request.organization.slug])


def _stream_or_404(request: MemberRequest, stream_id: UUID) -> AuditStream:
    stream = get_stream(request.organization.pk, stream_id)
    if stream is None:
        raise Http404
    return stream


@require_safe
@member_required(Permission.AUDIT_EXPORT)
def audit_streams(request: MemberRequest) -> HttpResponse:
    """List the streams with their state."""
    rows = stream_rows(request.organization)
    return render(request, "console/audit_log/streams.html", {"rows": rows, "limit": services.MAX_STREAMS})


@require_http_methods(FORM_METHODS)
@member_required(Permission.AUDIT_EXPORT)
@fresh_sign_in_required
@once
def audit_stream_new(request: MemberRequest) -> HttpResponse:
    """Create a stream, and show its secret once."""
    form = StreamForm(request.POST if request.method == "POST" else None)
    if form.is_bound and (created := form.save(request.membership)):
        return _show_secret(request, *created)
    context = {"form": form, "cancel_url": _list_url(request), "icon_name": "send"}
    return render(request, "console/audit_log/stream_new.html", context, status=422 if form.is_bound else 200)


def _show_secret(request: MemberRequest, stream: AuditStream, secret: str) -> HttpResponse:
    """Show the secret, in this response only, with Cache-Control: no-store."""
    context = {"stream": stream, "secret": secret, "url": _list_url(request)}
    response = render(request, "console/audit_log/stream_secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@member_required(Permission.AUDIT_EXPORT)
def audit_stream_test(request: MemberRequest, stream_id: UUID) -> HttpResponse:
    """Send a sample event now, and show the receiver's response: in the list for htmx, otherwise on the page."""
    stream = _stream_or_404(request, stream_id)
    rows = stream_rows(request.organization, tested=stream.pk, result=services.send_test_event(stream))
    template = "console/audit_log/_streams.html" if is_htmx_fragment(request) else "console/audit_log/streams.html"
    return render(request, template, {"rows": rows, "limit": services.MAX_STREAMS})


@require_http_methods(FORM_METHODS)
@member_required(Permission.AUDIT_EXPORT)
@fresh_sign_in_required
@once
def audit_stream_secret(request: MemberRequest, stream_id: UUID) -> HttpResponse:
    """Ask before the secret is changed, and show the new one once."""
    stream = _stream_or_404(request, stream_id)
    if request.method != "POST":
        return _confirm(request, stream, "rotation", icon_name="key")
    secret = _run(services.rotate_stream_secret, request, stream)
    return _show_secret(request, stream, secret)


@require_POST
@member_required(Permission.AUDIT_EXPORT)
@fresh_sign_in_required
def audit_stream_activation(request: MemberRequest, stream_id: UUID) -> HttpResponse:
    """Turn a stream on, or retry now."""
    stream = _stream_or_404(request, stream_id)
    _run(services.turn_on_stream, request, stream)
    messages.success(request, _("Delivery resumed."))
    return redirect(_list_url(request))


@require_http_methods(FORM_METHODS)
@member_required(Permission.AUDIT_EXPORT)
@fresh_sign_in_required
def audit_stream_deactivation(request: MemberRequest, stream_id: UUID) -> HttpResponse:
    """Turn a stream off after a confirmation."""
    stream = _stream_or_404(request, stream_id)
    if request.method != "POST":
        return _confirm(request, stream, "deactivation", icon_name="pause")
    _run(services.turn_off_stream, request, stream)
    messages.success(request, _("Stream turned off."))
    return htmx_redirect(request, _list_url(request))


@require_http_methods(FORM_METHODS)
@member_required(Permission.AUDIT_EXPORT)
@fresh_sign_in_required
def audit_stream_deletion(request: MemberRequest, stream_id: UUID) -> HttpResponse:
    """Delete a stream after a confirmation."""
    stream = _stream_or_404(request, stream_id)
    if request.method != "POST":
        return _confirm(request, stream, "deletion", icon_name="trash", tone="danger")
    _run(services.delete_stream, request, stream)
    messages.success(request, _("Stream deleted."))
    return htmx_redirect(request, _list_url(request))


def _run(service: Callable[..., Any], request: MemberRequest, stream: AuditStream) -> Any:
    """Run the service. Raises Http404 if the stream no longer exists."""
    try:
        return change_streams(service, actor=request.membership, stream=stream)
    except AuditStream.DoesNotExist:
        raise Http404 from None


def _confirm(request: MemberRequest, stream: AuditStream, name: str, **context: str) -> HttpResponse:
    values = {"stream": stream, "cancel_url": _list_url(request), **context}
    return render(request, f"console/audit_log/stream_{name}.html", values)
