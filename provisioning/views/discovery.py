"""Finding the identity provider of a person: by the domain of their address, never by whether they are known (S-1)."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.next_url import get_next_url
from accounts.services import clear_attempts, ip_keys, start_attempt
from base.forms import SingleLineField
from base.policies import RateLimited
from base.responses import limit_reached
from base.text import canonical_email
from organizations.brands import show_brand
from provisioning.models import IdentityProvider
from provisioning.queries.domains import sso_of_address
from provisioning.queries.providers import provider_at

# A sign-in address, as people copy it: "acme", "/sso/acme/", "https://host/o/acme/users/".
SIGN_IN_ADDRESS = re.compile(r"(?:.*/(?:o|sso)/)?([-\w]+)(?:/.*)?", re.ASCII)


class DiscoveryForm(forms.Form):
    """An email address, or the sign-in address of an organization."""

    address = SingleLineField(
        label=_("Work email"),
        limit=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter your work email.")},
    )
    provider: IdentityProvider | None = None

    def clean_address(self) -> str:
        """Find the provider. The domain decides, so the answer is the same for known and unknown people (S-1)."""
        address = self.cleaned_data["address"]
        if "@" in address:
            self.provider = sso_of_address(canonical_email(address))
            problem = _("There’s no single sign-on for this address. Sign in with your password.")
        else:
            match = SIGN_IN_ADDRESS.fullmatch(address)
            self.provider = provider_at(match[1].lower()) if match else None
            problem = _("There’s no single sign-on at this sign-in address. Enter your work email.")
        if self.provider is None:
            raise ValidationError(problem, code="unknown")
        return address


@require_http_methods(["GET", "HEAD", "POST"])
def discovery(request: HttpRequest) -> HttpResponse:
    """Ask for the address, and show the provider's button.

    It's a link: browsers don't follow a redirect from a form to another site (CSP form-action).
    """
    form = DiscoveryForm(request.POST or None)
    if request.method != "POST":
        return _render(request, form)
    keys = ip_keys("sso_discovery")
    try:
        start_attempt(*keys) if keys else None
    except RateLimited as limit:
        return limit_reached(_render(request, form, limit=str(limit)), limit)
    if not form.is_valid():
        return _render(request, form, status=422)
    clear_attempts(*keys)  # only those who guess domains have to wait
    return _render(request, form)


def _render(request: HttpRequest, form: DiscoveryForm, *, limit: str = "", status: int = 200) -> HttpResponse:
    if form.provider:
        show_brand(request, form.provider.organization)
    context = {"form": form, "identity_provider": form.provider, "next": get_next_url(request), "limit": limit}
    return render(request, "provisioning/sso.html", context, status=status)
