"""/dev/mail/: the demo's emails, newest first. These URLs exist only in the demo."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from teamadmin.devmail import emails

# Emails have inline styles. Scripts, forms and content from other hosts stay forbidden.
EMAIL_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF, "data:"],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def _email_or_404(name: str) -> emails.SavedEmail:
    message = emails.read(name)
    if message is None:
        raise Http404
    return message


@require_safe
def email_list(request: HttpRequest) -> HttpResponse:
    """List the newest emails."""
    return render(request, "devmail/email_list.html", {"emails": emails.newest()})


@require_safe
def email_detail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one email."""
    return render(request, "devmail/email_detail.html", {"email": _email_or_404(name)})


@require_safe
@xframe_options_sameorigin
@csp(EMAIL_POLICY)
def email_html(request: HttpRequest, name: str) -> HttpResponse:
    """Serve the HTML part alone. Its links open in a new tab."""
    message = _email_or_404(name)
    if not message.html:
        raise Http404
    return HttpResponse(message.html.replace("<head>", '<head><base target="_blank">', 1))


@require_safe
def email_image(request: HttpRequest, name: str, cid: str) -> HttpResponse:
    """Serve an image of the email."""
    part = _email_or_404(name).image(cid)
    if part is None:
        raise Http404
    return HttpResponse(part.get_content(), content_type=part.get_content_type())


@require_safe
def email_source(request: HttpRequest, name: str) -> HttpResponse:
    """Serve the file as plain text."""
    return HttpResponse(_email_or_404(name).message.as_bytes(), content_type="text/plain; charset=utf-8")
