"""/dev/mail/: what would have been sent, newest first. Included in the addresses in the demo only."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from teamadmin.devmail import mails

# A mail's styles are inline. Whatever else it may hold: no script, no form, nothing from elsewhere.
MAIL_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF, "data:"],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def _mail_or_404(name: str) -> mails.Mail:
    mail = mails.read(name)
    if mail is None:
        raise Http404
    return mail


@require_safe
def mail_list(request):
    return render(request, "devmail/list.html", {"mails": mails.newest()})


@require_safe
def mail_detail(request, name):
    return render(request, "devmail/detail.html", {"mail": _mail_or_404(name)})


@require_safe
@xframe_options_sameorigin
@csp(MAIL_POLICY)
def mail_html(request, name):
    """The HTML part by itself; its links open in a tab of their own."""
    mail = _mail_or_404(name)
    if not mail.html:
        raise Http404
    return HttpResponse(mail.html.replace("<head>", '<head><base target="_blank">', 1))


@require_safe
def mail_picture(request, name, cid):
    part = _mail_or_404(name).picture(cid)
    if part is None:
        raise Http404
    return HttpResponse(part.get_content(), content_type=part.get_content_type())


@require_safe
def mail_source(request, name):
    """The file itself, as text."""
    return HttpResponse(_mail_or_404(name).message.as_bytes(), content_type="text/plain; charset=utf-8")
