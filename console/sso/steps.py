"""Submitting one step of the guided setup. The console and setup links call it with their own actor."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from console.sso.forms import AttributesForm, ProviderForm, StepForm, connection_form
from console.sso.seen import changes_since
from organizations.models import Organization
from provisioning.models import IdentityProvider
from provisioning.queries.sso_tests import provider_of
from provisioning.services.identity_providers import SettingsConflict, save_provider
from provisioning.services.managers import Manager

STEPS = ("provider", "connection", "attributes")


@dataclass
class Submission:
    """A submitted step. `status` is 200 if it was saved; otherwise the page shows `form` again with this status."""

    step: str
    form: StepForm
    status: int = 200
    conflict: str = ""
    changes: list[str] = field(default_factory=list)


def form_of(step: str, provider: IdentityProvider | None, *data: Any) -> StepForm:
    """Return the form of a step, with what was posted if that is given (data and files)."""
    if step == "connection":
        return connection_form(provider)(*data, provider=provider)
    return {"provider": ProviderForm, "attributes": AttributesForm}[step](*data, provider=provider)


def submit_step(request: HttpRequest, step: str, *, actor: Manager, organization: Organization) -> Submission:
    """Save what was posted for this step. Raises Refused if the actor may not."""
    form = form_of(step, provider_of(organization), request.POST, request.FILES)
    if not form.is_valid():
        return Submission(step, form, 422)
    seen = form.seen
    try:
        save_provider(actor=actor, organization=organization, values=form.values, version_seen=seen.version)
    except SettingsConflict as conflict:
        form.rebased_on(conflict.current)
        return Submission(step, form, 409, str(conflict), changes_since(seen, conflict.current))
    return Submission(step, form)
