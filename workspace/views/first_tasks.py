"""The first tasks on the Homepage: start one, tick it off, hide the list, and undo both (A-1)."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from organizations.access import member_required
from organizations.requests import MemberRequest
from workspace.home.first_tasks import FirstTask, first_tasks
from workspace.services.first_tasks import finish_task, hide_tasks, reopen_task, show_tasks


@require_POST
@member_required()
def task_start(request: MemberRequest, key: str) -> HttpResponse:
    """Mark a first task as done and open its page. 404 if the member doesn't have the task."""
    task = _find(request, key)
    if not task.is_automatic:
        finish_task(member=request.membership, key=key)
    return redirect(task.url)


@require_POST
@member_required()
def task_completion(request: MemberRequest, key: str) -> HttpResponse:
    """Mark a first task as done without opening its page. 404 if it ticks itself off."""
    if _find(request, key).is_automatic:
        raise Http404
    finish_task(member=request.membership, key=key)
    return _homepage(request, key)


@require_POST
@member_required()
def task_reopening(request: MemberRequest, key: str) -> HttpResponse:
    """Mark a first task as not done."""
    _find(request, key)
    reopen_task(member=request.membership, key=key)
    return _homepage(request)


@require_POST
@member_required()
def tasks_hidden(request: MemberRequest) -> HttpResponse:
    """Hide the first tasks. The Homepage then offers to undo it."""
    hide_tasks(member=request.membership)
    return _homepage(request, "hidden")


@require_POST
@member_required()
def tasks_shown(request: MemberRequest) -> HttpResponse:
    """Show the first tasks again."""
    show_tasks(member=request.membership)
    return _homepage(request)


def _find(request: MemberRequest, key: str) -> FirstTask:
    task = next((task for task in first_tasks(request.membership) if task.key == key), None)
    if task is None:
        raise Http404
    return task


def _homepage(request: MemberRequest, just: str = "") -> HttpResponse:
    """Redirect to the list. `just` is the task that was just ticked off, or "hidden": undo is offered for it."""
    query = f"?tasks={just}" if just else ""
    return redirect(f"{reverse('homepage', args=[request.organization.slug])}{query}#tasks")
