"""The form of the Security page."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.text import canonical_domain

MAX_DOMAINS = 50


class DomainsField(forms.CharField):
    """Domains separated by line breaks, commas or semicolons. Cleans to a canonical list without duplicates."""

    def to_python(self, value) -> list[str]:
        words = str(value or "")[:20_000].replace(",", " ").replace(";", " ").split()
        if len(words) > MAX_DOMAINS:
            raise ValidationError(_("Enter at most %(limit)s domains.") % {"limit": MAX_DOMAINS})
        return list(dict.fromkeys(self._domain(word) for word in words))

    def _domain(self, word: str) -> str:
        try:
            return canonical_domain(word.removeprefix("@"))
        except ValidationError:
            text = _("“%(word)s” isn’t a valid domain. Use the format company.com.")
            raise ValidationError(text % {"word": word[:100]}) from None


class MemberRulesForm(forms.Form):
    """The organization's rules for its members."""

    allowed_email_domains = DomainsField(label=gettext_lazy("Allowed email domains"), required=False)
    deactivate_shared = forms.BooleanField(
        label=gettext_lazy("Deactivate members of other organizations"),
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )
