"""First tasks on the Homepage: they tick off, and the list can be hidden (A-1, W-8)."""

import pytest

from organizations.models import Membership
from workspace.tests.pages import page

HOME = "/o/acme/"


def task_states(cast, name):
    tasks = cast.client(name).get(HOME).context["tasks"]
    return {task.label: task.is_done for task in tasks.tasks} if tasks else None


@pytest.mark.spec("A-1", "R-5", "W-8")
def test_first_tasks_tick_off(cast):
    assert task_states(cast, "bo") == {
        "Set up 2FA": False, "Open your first project": False, "Edit a project": False, "Explore the workspace": False,
    }  # fmt: skip
    for _twice in range(2):
        response = cast.client("bo").post("/o/acme/tasks/explore-the-workspace/")
        assert response.url == "/o/acme/workspace/"
    assert task_states(cast, "bo")["Explore the workspace"]
    assert "1 of 4 done" in page(cast, "bo", HOME)


@pytest.mark.spec("A-1")
def test_two_factor_ticks_off_when_it_is_set_up(cast):
    assert cast.client("bo").post("/o/acme/tasks/second-factor/").url == "/accounts/two-factor/"
    assert task_states(cast, "bo")["Set up 2FA"] is False
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True)
    assert task_states(cast, "bo")["Set up 2FA"]


@pytest.mark.spec("A-1")
def test_first_tasks_can_be_hidden_and_disappear_when_done(cast):
    assert cast.client("bo").post("/o/acme/tasks/hidden/").url == HOME
    assert task_states(cast, "bo") is None
    Membership.objects.filter(pk=cast.opal.pk).update(two_factor=True)
    cast.client("opal").post("/o/acme/tasks/explore-the-workspace/")
    assert task_states(cast, "opal") is None


def test_tasks_of_other_roles_do_not_exist(cast):
    assert cast.client("bo").post("/o/acme/tasks/invite-your-team/").status_code == 404
    cast.bo.refresh_from_db()
    assert cast.bo.tasks_done == []
