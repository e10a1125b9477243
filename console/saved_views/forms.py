"""The form for a view's name and who sees it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.forms import ChoiceLabel, SingleLineField
from base.policies import Decision
from console.models import SavedView

PRIVATE, SHARED = "private", "shared"


class ViewForm(forms.Form):
    """`can_share`: whether the user may share views. `view`: the one that is edited; a shared one stays shared."""

    name = SingleLineField(label=gettext_lazy("Name"), limit=100)
    sharing = forms.ChoiceField(
        label=gettext_lazy("Who can see it"),
        widget=forms.RadioSelect,
        choices=[
            (PRIVATE, ChoiceLabel(gettext_lazy("Only you"))),
            (
                SHARED,
                ChoiceLabel(
                    gettext_lazy("Everyone who can see users"),
                    gettext_lazy("Members who can edit people can change and delete it."),
                ),
            ),
        ],
    )
    conflict = ""

    def __init__(self, *args, can_share: Decision, view: SavedView | None = None, **options) -> None:
        self.seen = view.name if view else ""
        super().__init__(*args, initial={"name": self.seen, "sharing": PRIVATE}, **options)
        if self.is_bound and "seen_name" in self.data:
            self.seen = self.data["seen_name"]
        if not can_share or (view and view.is_shared):
            del self.fields["sharing"]

    @property
    def is_shared(self) -> bool:
        return self.cleaned_data.get("sharing") == SHARED

    def refuse_name(self) -> None:
        name = self.cleaned_data["name"]
        self.add_error("name", _("There’s already a view called “%(name)s”. Choose another name.") % {"name": name})

    @property
    def status(self) -> int:
        """The HTTP status of a response with this form."""
        return 409 if self.conflict else 422 if self.is_bound and self.errors else 200
