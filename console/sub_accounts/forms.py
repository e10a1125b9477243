"""The forms that create and rename a sub-account."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from base.forms import SingleLineField
from organizations.brand_rules import clean_brand_name
from organizations.models import Organization, Scheme
from organizations.policies import slug_allowed, slug_prefix

MAX_SLUG = 60


class NameForm(forms.Form):
    """Renames a sub-account."""

    name = SingleLineField(label=_("Name"), max_length=100, error_messages={"required": _("Enter a name.")})

    def clean_name(self) -> str:
        """Emails have this name as their sender, so it must not look like an address."""
        return clean_brand_name(self.cleaned_data["name"], limit=100)


class SubAccountForm(NameForm):
    """Creates a sub-account of `parent`. Without a name in URLs, it's made from the name."""

    slug = forms.SlugField(label=_("Name in URLs"), max_length=MAX_SLUG, required=False)
    scheme = forms.ChoiceField(label=_("Roles"), choices=Scheme.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, parent: Organization, **options: Any) -> None:
        super().__init__(*args, initial={"scheme": parent.scheme}, **options)
        self.parent, self.prefix_of_slug = parent, slug_prefix(parent)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "name" not in data or "slug" not in data:
            return data
        data["slug"] = data["slug"].lower() or self._proposed_slug(data["name"])
        if not (decision := slug_allowed(self.parent, data["slug"])):
            self.add_error("slug", ValidationError(decision.reason))
        return data

    def _proposed_slug(self, name: str) -> str:
        slug = slugify(name)
        return (slug if slug.startswith(self.prefix_of_slug) else self.prefix_of_slug + slug)[:MAX_SLUG]
