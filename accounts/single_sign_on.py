"""Single sign-on as account pages see it: which organizations' providers a user can continue with.

The app `provisioning` knows the providers. accounts must not import it, so it's called through settings.SSO_CHOICES.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from base.policies import Decision


@dataclass(frozen=True)
class SsoRequired(Decision):
    """A refusal to sign in with a password or passkey: these organizations require single sign-on (O-4)."""

    organization_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class SsoChoice:
    """An organization's enabled identity provider. `provider` is its name, "" if it has no known one."""

    organization_id: str
    organization: str
    slug: str
    provider: str = ""
    is_enforced: bool = False

    @property
    def provider_name(self) -> str:
        """The provider's name in sentences."""
        return self.provider or _("your identity provider")

    @property
    def label(self) -> str:
        """The label of the link to the provider."""
        return _("Continue with %(provider)s") % {"provider": self.provider or _("single sign-on")}

    def start_url(self, next_url: str) -> str:
        """Return the URL that starts to sign in, and leads to `next_url`. A link: browsers block it after a form."""
        return f"{reverse('sso_start', args=[self.slug])}?{urlencode({'next': next_url})}"

    def confirmation_url(self, next_url: str) -> str:
        """Return the URL that asks the provider to confirm who it is, and leads to `next_url`."""
        return f"{reverse('sso_confirmation', args=[self.slug])}?{urlencode({'next': next_url})}"


def sso_choices(organization_ids: Iterable[str]) -> list[SsoChoice]:
    """Return the choices of these organizations, by name. No query for none, one for others."""
    ids = tuple(organization_ids)
    return import_string(settings.SSO_CHOICES)(organization_ids=ids) if ids else []


def sso_choice_at(url: str) -> SsoChoice | None:
    """Return the choice of the organization whose page this path (with a query) is, None if there is none."""
    try:
        slug = resolve(url.partition("?")[0]).kwargs.get("slug", "")
    except Resolver404:
        return None
    found = import_string(settings.SSO_CHOICES)(slug=slug) if slug else []
    return found[0] if found else None


def sso_required(request: HttpRequest, decision: SsoRequired, *, next_url: str) -> HttpResponse:
    """Return the page that refuses another way to sign in and leads to single sign-on, with status 403."""
    choices = sso_choices(decision.organization_ids)
    context = {"choices": [(each, each.start_url(next_url)) for each in choices], "reason": decision.reason}
    return render(request, "account/sso_required.html", context, status=403)
