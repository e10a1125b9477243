"""Forms for groups and projects."""

from collections.abc import Callable

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.forms import SingleLineField
from organizations.models import Group, Project
from organizations.services import Changed, Named


class NamedForm(forms.Form):
    """Name and description. `seen` is how they stood when the form was made: it comes back with it, so that what
    somebody else wrote meanwhile is not overwritten unseen."""

    name = SingleLineField(label=gettext_lazy("Name"), limit=100)
    description = SingleLineField(label=gettext_lazy("Description"), limit=500, required=False)
    conflict = ""

    def __init__(self, *args, thing: Group | Project | None = None, taken: str, **options) -> None:
        self.taken, self.seen = taken, Named(thing.name, thing.description) if thing else None
        super().__init__(*args, initial=self.seen._asdict() if self.seen else None, **options)
        if self.is_bound and "seen_name" in self.data:
            self.seen = Named(self.data["seen_name"], self.data.get("seen_description", ""))

    def keep(self, write: Callable[[dict], object]) -> bool:
        """Whether `write` took the words; where the name is taken or they were changed meanwhile, the form says so."""
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                write(self.cleaned_data)
        except IntegrityError:
            self.add_error("name", self.taken % {"name": self.cleaned_data["name"]})
        except Changed as changed:
            self.seen = changed.now
            words = _(
                "Somebody else has just changed this: it is now called “%(name)s”. Save again to change it anyway."
            )
            self.conflict = words % {"name": changed.now.name}
        else:
            return True
        return False

    @property
    def status(self) -> int:
        """What an answer with this form is."""
        return 409 if self.conflict else 422 if self.is_bound and self.errors else 200
