"""The form for a group's or project's name and description."""

from collections.abc import Callable

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.forms import SingleLineField
from organizations.models import Group, Project
from organizations.services import NamedConflict, NamedFields


class NamedForm(forms.Form):
    """Name and description of a group or project.

    `seen` is what they were when the form was rendered. It is submitted with the form, so that a concurrent change is
    not overwritten unnoticed. `name_taken` is the error for a name that is taken, with a placeholder %(name)s.
    """

    name = SingleLineField(label=gettext_lazy("Name"), limit=100)
    description = SingleLineField(label=gettext_lazy("Description"), limit=500, required=False)
    conflict = ""

    def __init__(self, *args, instance: Group | Project | None = None, name_taken: str, **options) -> None:
        self.name_taken = name_taken
        self.seen = NamedFields(instance.name, instance.description) if instance else None
        super().__init__(*args, initial=self.seen._asdict() if self.seen else None, **options)
        if self.is_bound and "seen_name" in self.data:
            self.seen = NamedFields(self.data["seen_name"], self.data.get("seen_description", ""))

    def save(self, write: Callable[[dict], object]) -> bool:
        """Call `write` with the cleaned data. Return False with an error in the form if it fails.

        It fails if the form is invalid, if the name is taken, or if someone else changed the name or description since
        the form was rendered.
        """
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                write(self.cleaned_data)
        except IntegrityError:
            self.add_error("name", self.name_taken % {"name": self.cleaned_data["name"]})
        except NamedConflict as conflict:
            self.seen = conflict.now
            message = _("Someone else just changed this. It’s now called “%(name)s”. Save again to overwrite it.")
            self.conflict = message % {"name": conflict.now.name}
        else:
            return True
        return False

    @property
    def status(self) -> int:
        """The HTTP status of a response with this form."""
        return 409 if self.conflict else 422 if self.is_bound and self.errors else 200
