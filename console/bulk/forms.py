"""Forms of the confirmations of bulk actions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.ids import uuid7
from base.policies import Decision
from console.bulk.texts import confirmation_phrase
from organizations.models import (
    Group,
    Membership,
    Organization,
    Project,
    Role,
    Scheme,
)
from organizations.policies import (
    can_give_role,
    can_give_roles,
    roles_allowed,
)
from organizations.queries import (
    groups_in,
    roles_in,
)

# Deleting at least this many members must be confirmed by typing; for fewer, every name is visible.
TYPED_FROM = 10


class BulkForm(forms.Form):
    """The hidden fields of every confirmation.

    once: the action's id, so that a second click starts nothing. asked: when the confirmation was shown. seen: how many
    members it was about. others: continue without yourself (U-15).
    """

    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    asked = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    others = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Membership, **options: Any) -> None:
        self.actor, self.organization = actor, actor.organization
        super().__init__(*args, **options)

    def key(self) -> UUID:
        """Return the id for the action."""
        return self.cleaned_data.get("once") or uuid7()

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles to give."""
        return ()

    @property
    def group(self) -> Group | None:
        """The group to join or leave."""
        return None

    @property
    def target(self) -> Group | None:
        """The group to move to."""
        return None

    @property
    def project(self) -> Project | None:
        return None

    @property
    def joined(self) -> list[Group]:
        """The groups that members get into."""
        return [self.target] if self.target else []


class DeletionForm(BulkForm):
    """Deleting many members requires typing a phrase."""

    confirm = forms.CharField(required=False)

    def __init__(self, *args: Any, eligible: int, **options: Any) -> None:
        self.phrase = confirmation_phrase(eligible) if eligible >= TYPED_FROM else ""
        super().__init__(*args, **options)

    def clean_confirm(self) -> str:
        typed = " ".join(self.cleaned_data["confirm"].lower().split()).replace(",", "")
        if self.phrase and typed != self.phrase:
            raise ValidationError(_("Type “%(phrase)s” to continue.") % {"phrase": self.phrase})
        return typed


class RoleChoiceForm(BulkForm):
    """The role to give; in a task scheme, one or more (R-1, R-2)."""

    role = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.available_roles = roles_in(self.organization)
        choices = [(str(role.pk), role.label) for role in self.available_roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]

    @property
    def allows_several(self) -> bool:
        return self.organization.scheme == Scheme.TASK

    def options(self) -> list[tuple[Role, Decision, bool]]:
        """Return each role, whether the actor can give it, and whether it is chosen."""
        chosen = self.data.getlist("role") if self.is_bound else []  # type: ignore[union-attr]
        return [(role, can_give_role(self.actor, role), str(role.pk) in chosen) for role in self.available_roles]

    @property
    def roles(self) -> tuple[Role, ...]:
        chosen = self.cleaned_data.get("role", [])
        return tuple(role for role in self.available_roles if str(role.pk) in chosen)

    def clean_role(self) -> Sequence[str]:
        roles = [role for role in self.available_roles if str(role.pk) in self.cleaned_data["role"]]
        raise_unless(roles_allowed(self.organization, roles))
        raise_unless(can_give_roles(self.actor, roles))
        return self.cleaned_data["role"]


def find_group(organization: Organization, group_id: UUID | None) -> Group | None:
    """Return one of the organization's groups, None if it has no such group."""
    group = groups_in(organization, [group_id]).first() if group_id else None
    if group:
        group.organization = organization
    return group


def raise_unless(decision: Decision) -> None:
    """Raise ValidationError with the decision's reason unless it is allowed."""
    if not decision:
        raise ValidationError(decision.reason)
