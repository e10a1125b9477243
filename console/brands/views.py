"""The Brands page: the logo, color and names of the organization, with previews (A-2)."""

from dataclasses import replace

from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.fresh import require_fresh_sign_in
from base.brands import PLATFORM_LIGHT
from base.email_page import EMAIL_CSP
from base.mail import sender
from base.responses import is_htmx_fragment
from console.brands.forms import BrandForm, LogoForm
from console.brands.preview import full_email, preview_of
from console.brands.samples import SAMPLES, find_sample
from organizations.access import member_required
from organizations.brands import brand_of, show_brand
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.services import remove_logo, send_brand_test, set_brand, set_logo


def _context(request: MemberRequest, form: BrandForm, **extra) -> dict:
    sample = find_sample((request.POST if request.method == "POST" else request.GET).get("email", ""))
    brand = form.brand
    return {
        "form": form,
        "logo_form": LogoForm(),
        "brand_shown": brand,
        "preview": preview_of(sample, request.membership, brand),
        "samples": SAMPLES,
        "default_name": settings.PLATFORM_NAME,
        "default_color": PLATFORM_LIGHT.background,
        "default_sender": replace(brand, from_name="").sender_name,
        "from_address": sender(brand)[1],
        **extra,
    }


def _render(request: MemberRequest, form: BrandForm, *, status: int = 200, **extra) -> HttpResponse:
    return render(request, "console/brands/page.html", _context(request, form, **extra), status=status)


def _render_logo(request: MemberRequest, logo_form: LogoForm | None = None) -> HttpResponse:
    """Respond to htmx with the logo and the preview of what is typed, and to other browsers with the page."""
    status = 422 if logo_form else 200
    if not is_htmx_fragment(request):
        return _render(request, BrandForm(organization=request.organization), logo_form=logo_form, status=status)
    form = BrandForm(request.POST, organization=request.organization)
    context = _context(request, form, logo_form=logo_form or LogoForm())
    return render(request, "console/brands/logo_updated.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.BRANDS_MANAGE)
def brands(request: MemberRequest) -> HttpResponse:
    """Show the page, and save the brand. A new reply address needs a fresh sign-in (S-7)."""
    if request.method != "POST":
        return _render(request, BrandForm(organization=request.organization))
    form = BrandForm(request.POST, organization=request.organization)
    if not form.is_valid():
        return _render(request, form, status=422)
    if form.settings.reply_to != form.saved.reply_to:
        require_fresh_sign_in(request)
    if set_brand(actor=request.membership, settings=form.settings):
        messages.success(request, _("Brand saved."))
    return redirect("brands", request.organization.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.BRANDS_MANAGE)
def brand_preview(request: MemberRequest) -> HttpResponse:
    """Show the typed values without saving them: as a preview for htmx, otherwise as the page."""
    if request.method != "POST":
        return redirect("brands", request.organization.slug)
    data = request.POST.copy()
    if shade := data.get("shade"):
        data["brand_color"] = shade
    form = BrandForm(data, organization=request.organization)
    if is_htmx_fragment(request):
        return render(request, "console/brands/preview_updated.html", _context(request, form))
    return _render(request, form)


@require_POST
@member_required(Permission.BRANDS_MANAGE)
def brand_logo(request: MemberRequest) -> HttpResponse:
    """Save a logo. Invalid files get 422 with the reason."""
    form = LogoForm(request.POST, request.FILES, request=request)
    if not form.is_valid():
        return _render_logo(request, form)
    set_logo(actor=request.membership, picture=form.cleaned_data["logo"])
    return _logo_saved(request, _("Logo saved."))


@require_POST
@member_required(Permission.BRANDS_MANAGE)
def brand_logo_removal(request: MemberRequest) -> HttpResponse:
    """Remove the logo. The organization's initial takes its place."""
    remove_logo(actor=request.membership)
    return _logo_saved(request, _("Logo removed."))


def _logo_saved(request: MemberRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    if not is_htmx_fragment(request):
        return redirect("brands", request.organization.slug)
    request.organization.refresh_from_db(fields=["logo"])
    show_brand(request, request.organization)
    return _render_logo(request)


@require_POST
@member_required(Permission.BRANDS_MANAGE)
def brand_test(request: MemberRequest) -> HttpResponse:
    """Send an email in the saved brand to the user."""
    send_brand_test(actor=request.membership)
    text = _("We’re sending a test email to %(email)s. It shows the saved brand.")
    messages.success(request, text % {"email": request.user.email})
    return redirect("brands", request.organization.slug)


@csp(EMAIL_CSP)
@require_safe
@member_required(Permission.BRANDS_MANAGE)
def brand_email(request: MemberRequest, template: str) -> HttpResponse:
    """Show a complete email with example values in the saved brand, on a page without scripts."""
    sample = find_sample(template)
    if sample.template != template:
        raise Http404
    return HttpResponse(full_email(sample, request.membership, brand_of(request.organization)))
