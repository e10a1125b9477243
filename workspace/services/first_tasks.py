"""Completing first tasks and hiding the list. They are personal, so the audit log doesn't record them."""

from django.db import transaction

from organizations.models import Membership

# Roles have a few tasks each.
MAX_TASKS = 50


@transaction.atomic
def finish_task(*, member: Membership, key: str) -> None:
    """Mark a first task of the member as done. Idempotent."""
    current = Membership.objects.select_for_update().get(pk=member.pk)
    if key not in current.tasks_done and len(current.tasks_done) < MAX_TASKS:
        Membership.objects.filter(pk=member.pk).update(tasks_done=[*current.tasks_done, key])


@transaction.atomic
def reopen_task(*, member: Membership, key: str) -> None:
    """Mark a first task of the member as not done. Idempotent."""
    current = Membership.objects.select_for_update().get(pk=member.pk)
    done = [other for other in current.tasks_done if other != key]
    Membership.objects.filter(pk=member.pk).update(tasks_done=done)


def hide_tasks(*, member: Membership) -> None:
    """Hide the member's first tasks."""
    Membership.objects.filter(pk=member.pk).update(tasks_hidden=True)


def show_tasks(*, member: Membership) -> None:
    """Show the member's first tasks again."""
    Membership.objects.filter(pk=member.pk).update(tasks_hidden=False)
