"""What is asked before an action on many members."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from base.ids import uuid7
from base.picker import search_query, selected_ids
from base.policies import Decision
from console.bulk.texts import typed_words
from organizations.models import Group, Membership, Organization, Role, Scheme
from organizations.policies import can_add_to_group, can_give_role, can_give_roles, roles_allowed
from organizations.queries import group_choices, groups_in, roles_in

# From so many on, deleting asks to have it typed; below, every name is in sight.
TYPE_FROM = 10


class BulkForm(forms.Form):
    """The press of the button: `once` makes a second one the same, `asked` is when the question was put, and `seen` how
    many it was about; `others` goes on without oneself (U-15)."""

    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    asked = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    others = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Membership, **options: Any) -> None:
        self.actor, self.organization = actor, actor.organization
        super().__init__(*args, **options)

    def key(self) -> UUID:
        """What the action will be called."""
        return self.cleaned_data.get("once") or uuid7()

    @property
    def roles(self) -> tuple[Role, ...]:
        return ()

    @property
    def group(self) -> Group | None:
        return None


class DeletionForm(BulkForm):
    """Deleting many is typed out first."""

    confirm = forms.CharField(required=False)

    def __init__(self, *args: Any, able: int, **options: Any) -> None:
        self.words = typed_words(able) if able >= TYPE_FROM else ""
        super().__init__(*args, **options)

    def clean_confirm(self) -> str:
        typed = " ".join(self.cleaned_data["confirm"].lower().split()).replace(",", "")
        if self.words and typed != self.words:
            raise ValidationError(_("Type “%(words)s” to go on.") % {"words": self.words})
        return typed


class RoleForm(BulkForm):
    """The role to give; several in a task scheme (R-1, R-2)."""

    role = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = roles_in(self.organization)
        self.fields["role"].choices = [(str(role.pk), role.label) for role in self.offered]  # type: ignore[attr-defined]

    @property
    def several(self) -> bool:
        return self.organization.scheme == Scheme.TASK

    def options(self) -> list[tuple[Role, Decision, bool]]:
        """Each role, whether the actor may give it, and whether it was chosen."""
        wanted = self.data.getlist("role") if self.is_bound else []  # type: ignore[union-attr]
        return [(role, can_give_role(self.actor, role), str(role.pk) in wanted) for role in self.offered]

    @property
    def roles(self) -> tuple[Role, ...]:
        wanted = self.cleaned_data.get("role", [])
        return tuple(role for role in self.offered if str(role.pk) in wanted)

    def clean_role(self) -> Sequence[str]:
        roles = [role for role in self.offered if str(role.pk) in self.cleaned_data["role"]]
        _let_pass(roles_allowed(self.organization, roles))
        _let_pass(can_give_roles(self.actor, roles))
        return self.cleaned_data["role"]


class GroupForm(BulkForm):
    """The group to add to, found by a part of its name where there are many."""

    search = forms.CharField(required=False, max_length=100)
    group_id = forms.UUIDField(required=False)

    def options(self) -> list[tuple[Group, bool]]:
        """The first groups whose name has what is searched for, and the one that was chosen; which it is."""
        data = QueryDict() if not self.is_bound else self.data
        chosen = selected_ids(data, "group_id")
        pick = group_choices(self.organization, search_query(data, "search"), chosen)
        self.more = pick.more
        return [(group, group.pk in chosen) for group in pick.listed]

    @property
    def group(self) -> Group | None:
        return _group(self.organization, self.cleaned_data.get("group_id"))

    def clean_group_id(self) -> UUID:
        group = _group(self.organization, self.cleaned_data["group_id"])
        if group is None:
            raise ValidationError(_("Choose a group."))
        _let_pass(can_add_to_group(self.actor, group))
        return group.pk


def _group(organization: Organization, key: UUID | None) -> Group | None:
    group = groups_in(organization, [key]).first() if key else None
    if group:
        group.organization = organization
    return group


def _let_pass(answer: Decision) -> None:
    if not answer:
        raise ValidationError(answer.reason)


def form_for(key: str, data: Any, *, actor: Membership, able: int) -> BulkForm:
    """The form of a kind of action, bound where there is `data`."""
    first = {"once": uuid7(), "asked": timezone.now().isoformat()}
    if key == "deletion":
        return DeletionForm(data, actor=actor, able=able, initial=first)
    forms_by_kind: dict[str, type[BulkForm]] = {"role": RoleForm, "group": GroupForm}
    return forms_by_kind.get(key, BulkForm)(data, actor=actor, initial=first)
