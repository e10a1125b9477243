"""The forms of the guided setup of single sign-on (O-1). Setup links (O-6) use them, too: they need no membership.

Each form reads and saves one step. `values` are what it sets, named like the columns of IdentityProvider.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.forms import ChoiceLabel, SingleLineField
from console.sso.seen import Seen
from provisioning.models import IdentityProvider, Provider
from provisioning.models.sso import Protocol
from provisioning.services.readings import MAX_METADATA, ReadingFailed, read_oidc, read_saml, read_saml_url
from provisioning.sso.guides import guide_of, protocols_of

PROTOCOLS = [
    (
        Protocol.OIDC,
        ChoiceLabel("OpenID Connect", gettext_lazy("Recommended. New signing keys are picked up automatically")),
    ),
    (Protocol.SAML, ChoiceLabel("SAML 2.0", gettext_lazy("For providers that don’t support OpenID Connect"))),
]
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
SECRET_SAVED = gettext_lazy("Saved. Enter a new one to replace it.")


class StepForm(forms.Form):
    """A step.

    The hidden `as_seen` is what was saved when the form was made, so that no one's changes are overwritten unnoticed.
    """

    as_seen = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": False}))  # a page has several

    def __init__(self, data: Any = None, files: Any = None, *, provider: IdentityProvider | None) -> None:
        self.identity_provider = provider
        super().__init__(data, files, initial=self.initial_of(provider) | {"as_seen": Seen.of(provider).to_json()})
        if self.is_bound:
            self._focus_first_error()

    def _focus_first_error(self) -> None:
        if first := next((name for name in self.errors if name in self.fields), None):
            self.fields[first].widget.attrs["autofocus"] = True

    def initial_of(self, provider: IdentityProvider | None) -> dict[str, Any]:
        names = [name for name in self.base_fields if hasattr(IdentityProvider, name)]
        return {name: getattr(provider, name) for name in names} if provider else {}

    @property
    def seen(self) -> Seen:
        return Seen.from_json(self.cleaned_data["as_seen"])

    @property
    def values(self) -> dict[str, Any]:
        """The settings that were entered; only for a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "as_seen"}

    def rebased_on(self, provider: IdentityProvider | None) -> None:
        """Make the form one of these settings, with the same input."""
        data = self.data.copy()  # type: ignore[attr-defined] # a QueryDict
        data["as_seen"] = Seen.of(provider).to_json()
        self.identity_provider, self.data = provider, data


class ProviderForm(StepForm):
    """Step 1: the product, and the protocol where it can do both."""

    provider = forms.ChoiceField(
        choices=Provider.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a provider."),
            "invalid_choice": gettext_lazy("Choose a provider."),
        },
    )
    protocol = forms.ChoiceField(
        choices=PROTOCOLS,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a protocol.")},
    )

    def initial_of(self, provider: IdentityProvider | None) -> dict[str, Any]:
        if provider is None:
            return {"protocol": Protocol.OIDC}
        return {"provider": provider.provider, "protocol": provider.protocol}

    @property
    def values(self) -> dict[str, Any]:
        product, protocol = self.cleaned_data["provider"], self.cleaned_data["protocol"]
        possible = protocols_of(product)
        return {"provider": product, "protocol": protocol if protocol in possible else str(possible[0])}


class OidcForm(StepForm):
    """Step 3 with OpenID Connect: the discovery document is read at once."""

    discovery_url = SingleLineField(
        label=gettext_lazy("Discovery URL or issuer"),
        limit=1000,
        error_messages={"required": gettext_lazy("Enter the discovery URL or issuer.")},
        widget=forms.TextInput(attrs={"inputmode": "url", **PLAIN}),
    )
    client_id = SingleLineField(
        label=gettext_lazy("Client ID"),
        limit=500,
        error_messages={"required": gettext_lazy("Enter the client ID.")},
        widget=forms.TextInput(attrs={"class": "input mono", **PLAIN}),
    )
    client_secret = SingleLineField(
        label=gettext_lazy("Client secret"),
        limit=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        has_secret = bool(self.identity_provider and self.identity_provider.client_secret)
        self.fields["client_secret"].widget.attrs["placeholder"] = SECRET_SAVED if has_secret else ""
        if self.identity_provider:
            self.fields["discovery_url"].widget.attrs["placeholder"] = guide_of(self.identity_provider).example

    def initial_of(self, provider: IdentityProvider | None) -> dict[str, Any]:
        if provider is None:
            return {}
        is_google = provider.provider == Provider.GOOGLE
        url = provider.discovery_url or (guide_of(provider).example if is_google else "")
        return {"discovery_url": url, "client_id": provider.client_id}

    def clean_client_secret(self) -> str:
        secret = self.cleaned_data["client_secret"]
        if "client_secret" not in self.data:  # left out while the sign-in was confirmed (accounts.services.suspension)
            raise ValidationError(
                _("Enter the client secret again. We didn’t keep it while you confirmed your sign-in.")
            )
        if not secret and not (self.identity_provider and self.identity_provider.client_secret):
            raise ValidationError(_("Enter the client secret."))
        return secret

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        try:
            return data | read_oidc(data["discovery_url"])
        except ReadingFailed as error:
            self.add_error("discovery_url", str(error))
            return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values.items() if name != "client_secret" or value}


class SamlForm(StepForm):
    """Step 3 with SAML: metadata that is uploaded, pasted or at an address, the first of these that is there."""

    metadata_url = SingleLineField(
        label=gettext_lazy("Metadata URL"),
        limit=1000,
        required=False,
        help_text=gettext_lazy("Read every day, so new certificates are picked up automatically"),
        widget=forms.TextInput(attrs={"inputmode": "url", **PLAIN}),
    )
    metadata_xml = forms.CharField(
        label=gettext_lazy("Metadata (XML)"),
        required=False,
        widget=forms.Textarea(attrs={"class": "input mono", "rows": 4, "placeholder": "<EntityDescriptor …>", **PLAIN}),
    )
    metadata_file = forms.FileField(
        label=gettext_lazy("Metadata file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xml,application/xml,text/xml,application/samlmetadata+xml"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.identity_provider:
            self.fields["metadata_url"].widget.attrs["placeholder"] = guide_of(self.identity_provider).example

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return {}
        name = next((name for name in ("metadata_file", "metadata_xml", "metadata_url") if data.get(name)), "")
        if not name:
            self.add_error("metadata_url", _("Enter the metadata URL, or paste or upload the metadata."))
            return {}
        try:
            return {"as_seen": data["as_seen"], **self._read(name, data[name])}
        except ReadingFailed as error:
            self.add_error(name, str(error))
            return {}

    def _read(self, name: str, source: Any) -> dict[str, Any]:
        if name == "metadata_file":
            return read_saml(source.read(MAX_METADATA + 1))
        return read_saml(source.encode()) if name == "metadata_xml" else read_saml_url(source)


class AttributesForm(StepForm):
    """Step 4: the names of the attributes that become the email address and the names. Blank: the usual ones."""

    email_attribute = SingleLineField(label=gettext_lazy("Attribute for the email address"), limit=200, required=False)
    first_name_attribute = SingleLineField(
        label=gettext_lazy("Attribute for the first name"), limit=200, required=False
    )
    last_name_attribute = SingleLineField(label=gettext_lazy("Attribute for the last name"), limit=200, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input mono", "list": "attribute-names", **PLAIN}
        for name, usual in usual_attributes(self.identity_provider).items():
            self.fields[name].widget.attrs["placeholder"] = usual


def usual_attributes(provider: IdentityProvider | None) -> dict[str, str]:
    """Return the attributes that are used where a field is blank, for its placeholder."""
    is_saml = provider is not None and provider.protocol == Protocol.SAML
    names = ("email", "firstName", "lastName") if is_saml else ("email", "given_name", "family_name")
    return dict(zip(("email_attribute", "first_name_attribute", "last_name_attribute"), names, strict=True))


class ModeForm(forms.Form):
    """Step 6: who uses single sign-on."""

    OFF, OPTIONAL, ENFORCED = "off", "optional", "enforced"

    mode = forms.ChoiceField(
        choices=[
            (OFF, ChoiceLabel(gettext_lazy("Off"))),
            (OPTIONAL, ChoiceLabel(gettext_lazy("Optional"), gettext_lazy("Invitations and passwords work as before"))),
            (
                ENFORCED,
                ChoiceLabel(
                    gettext_lazy("Enforced"),
                    gettext_lazy("No passwords, no Add User. Needs a passed test and a break-glass Admin."),
                ),
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one."), "invalid_choice": gettext_lazy("Choose one.")},
    )

    @classmethod
    def mode_of(cls, provider: IdentityProvider | None) -> str:
        """Return the mode as it is now."""
        if provider is None or not provider.is_enabled:
            return cls.OFF
        return cls.ENFORCED if provider.organization.sso_enforced else cls.OPTIONAL


def connection_form(provider: IdentityProvider | None) -> type[StepForm]:
    """Return the form of step 3 for the provider's protocol."""
    return SamlForm if provider is not None and provider.protocol == Protocol.SAML else OidcForm
