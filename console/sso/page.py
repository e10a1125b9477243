"""What the guided setup shows. The console and setup links render the same steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from base.policies import Decision
from console.sso.forms import ModeForm, StepForm
from console.sso.steps import Submission, form_of
from organizations.models import Organization
from provisioning.models import IdentityProvider, SsoTest
from provisioning.models.sso import Protocol
from provisioning.policies.sso import is_complete
from provisioning.queries.sso_tests import last_test, provider_of, seen_attributes
from provisioning.services.certificates import STEPS
from provisioning.sso.guides import Guide, guide_of, values_to_copy

# Steps of the guide, in order.
PROVIDER, VALUES, CONNECTION, ATTRIBUTES, TEST, MODE = "provider", "values", "connection", "attributes", "test", "mode"


@dataclass
class Setup:
    """The steps of an organization's guided setup.

    `urls` are where the steps post to and lead, by step, and "result" of the last test. Without "mode" there is no last
    step. `submission` is a step that wasn't saved.
    """

    organization: Organization
    urls: Mapping[str, str]
    can_manage: Decision
    submission: Submission | None = None
    mode_form: ModeForm | None = None

    @cached_property
    def provider(self) -> IdentityProvider | None:
        return provider_of(self.organization)

    @cached_property
    def forms(self) -> dict[str, StepForm]:
        """The forms by step. A submitted one keeps what was entered."""
        forms = {step: form_of(step, self.provider) for step in (PROVIDER, CONNECTION, ATTRIBUTES)}
        if self.submission:
            forms[self.submission.step] = self.submission.form
        return forms

    @cached_property
    def mode(self) -> ModeForm:
        return self.mode_form or ModeForm(initial={"mode": ModeForm.mode_of(self.provider)})

    @property
    def label(self) -> str:
        return self.provider.label if self.provider else ""

    @property
    def guide(self) -> Guide | None:
        return guide_of(self.provider) if self.provider else None

    @property
    def values(self) -> list[tuple[Any, str]]:
        return values_to_copy(self.provider) if self.provider else []

    @property
    def is_saml(self) -> bool:
        return self.provider is not None and self.provider.protocol == Protocol.SAML

    @cached_property
    def complete(self) -> Decision:
        return is_complete(self.provider)

    @property
    def certificate_expiry(self) -> dict[str, str]:
        """Until when a SAML provider's certificates are valid, in words, and its tone."""
        expires_at = self.provider.certificates_expire_at if self.provider else None
        if expires_at is None:
            return {"tone": "neutral", "text": _("No certificate")}
        day, now = {"day": date_format(timezone.localtime(expires_at), "F j, Y")}, timezone.now()
        if expires_at <= now:
            return {"tone": "danger", "text": _("Expired on %(day)s") % day}
        is_soon = expires_at - now <= timedelta(days=max(STEPS))
        return {"tone": "warning" if is_soon else "success", "text": _("Valid until %(day)s") % day}

    @property
    def algorithms(self) -> str:
        """How an OIDC provider signs, in words."""
        metadata = self.provider.metadata if self.provider else {}
        return ", ".join(metadata.get("id_token_signing_alg_values_supported", [])[:5])

    @cached_property
    def last_test(self) -> SsoTest | None:
        return last_test(self.provider) if self.provider else None

    @cached_property
    def attribute_names(self) -> list[str]:
        return seen_attributes(self.provider) if self.provider else []

    @cached_property
    def done(self) -> dict[str, bool]:
        """Which steps are done, in order."""
        tested = bool(self.last_test and self.last_test.passed)
        complete = bool(self.complete)
        return {
            PROVIDER: self.provider is not None,
            VALUES: complete,
            CONNECTION: complete,
            ATTRIBUTES: tested,
            TEST: tested,
            MODE: bool(self.provider and self.provider.is_enabled),
        }

    @property
    def current(self) -> str:
        """The first step that isn't done."""
        return next((step for step, is_done in self.done.items() if not is_done), "")
