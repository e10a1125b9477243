"""First tasks on the Homepage: they tick off, and the list can be hidden (A-1, W-8)."""

import pytest

from invitations.content import draft_content
from invitations.models import Batch
from invitations.views.wizard_tasks import tasks_context
from organizations.built_in_roles import BUILT_IN, EXPLORE_WORKSPACE
from organizations.first_tasks import SECOND_FACTOR, with_second_factor
from organizations.models import Membership, Project, ProjectGrant, Role
from organizations.permissions import Permission as P
from organizations.queries import direct_roles_of
from teamadmin.testing.cast import add_member, add_role, add_user
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
def test_the_list_has_buttons_to_hide_it_and_to_start_and_finish_each_task(cast):
    text = page(cast, "bo", HOME)
    for path, label in (
        ("hidden", "Hide first tasks"),
        ("edit-a-project", "Start: Edit a project"),
        ("edit-a-project/completion", "Mark as done: Edit a project"),
        ("second-factor", "Start: Set up 2FA"),
    ):
        form = text[text.index(f'action="/o/acme/tasks/{path}/"') :]
        assert f'aria-label="{label}"' in form[: form.index("</form>")]
    assert "tasks/second-factor/completion/" not in text


@pytest.mark.spec("A-1")
def test_first_tasks_can_be_hidden_and_disappear_when_done(cast):
    assert cast.client("bo").post("/o/acme/tasks/hidden/").url == f"{HOME}?tasks=hidden#tasks"
    assert task_states(cast, "bo") is None
    Membership.objects.filter(pk=cast.opal.pk).update(two_factor=True)
    cast.client("opal").post("/o/acme/tasks/explore-the-workspace/")
    assert task_states(cast, "opal") is None


def test_tasks_of_other_roles_do_not_exist(cast):
    assert cast.client("bo").post("/o/acme/tasks/invite-your-team/").status_code == 404
    cast.bo.refresh_from_db()
    assert cast.bo.tasks_done == []


# --- undo -----------------------------------------------------------------------------------------


@pytest.mark.spec("A-1")
def test_a_task_is_ticked_off_without_opening_its_page_and_reopened(cast):
    client = cast.client("bo")
    response = client.post("/o/acme/tasks/edit-a-project/completion/", follow=True)
    assert response.redirect_chain[0][0] == "/o/acme/?tasks=edit-a-project#tasks"
    assert task_states(cast, "bo")["Edit a project"]
    client.post("/o/acme/tasks/edit-a-project/reopening/")
    assert task_states(cast, "bo")["Edit a project"] is False
    # Setting up 2FA ticks itself off.
    assert client.post("/o/acme/tasks/second-factor/completion/").status_code == 404


@pytest.mark.spec("A-1")
def test_hiding_and_ticking_off_the_last_task_can_be_undone(cast):
    client = cast.client("opal")
    page = client.post("/o/acme/tasks/hidden/", follow=True).content.decode()
    assert "First tasks hidden" in page and 'action="/o/acme/tasks/shown/"' in page
    assert "First tasks hidden" not in client.get(HOME).content.decode()
    assert "0 of 2 done" in client.post("/o/acme/tasks/shown/", follow=True).content.decode()
    Membership.objects.filter(pk=cast.opal.pk).update(two_factor=True)
    page = client.post("/o/acme/tasks/explore-the-workspace/completion/", follow=True).content.decode()
    assert "All first tasks are done" in page and "tasks/explore-the-workspace/reopening/" in page
    assert "1 of 2 done" in client.post("/o/acme/tasks/explore-the-workspace/reopening/", follow=True).content.decode()
    for strange in ("hidden", "nonsense", "../x", "%00"):
        assert "Undo</button>" not in client.get(f"{HOME}?tasks={strange}").content.decode()


# --- by role --------------------------------------------------------------------------------------

OWN = [P.AUDIT_VIEW], [P.BRANDS_MANAGE], [P.KEYS_MANAGE], [P.BILLING_VIEW], [P.SECURITY_VIEW], [P.SUB_ACCOUNTS_MANAGE]
SUPPORT = [P.WORKSPACE_VIEW, P.PEOPLE_VIEW, P.PEOPLE_INVITE, P.PROJECTS_VIEW_ALL]


def name_of(role) -> str:
    return "+".join(role) if isinstance(role, list) else f"{role.scheme}-{role.key}"


def new_member(cast, role):
    """Add Ann with this role (of a built-in definition, or permissions of a custom one), without projects."""
    if isinstance(role, list):
        organization, roles = cast.acme, [add_role(cast.acme, "Own", *role)]
    else:
        organization = {"ranked": cast.acme, "task": cast.globex}[role.scheme]
        roles = [Role.objects.get(pk=role.id)]
    return add_member(organization, add_user("ann@own.example", "Ann", "Own"), *roles)


def sign_in(cast, member):
    client = cast.client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.spec("R-5", "W-8", "A-1")
@pytest.mark.parametrize("role", [*BUILT_IN, *OWN], ids=name_of)
def test_every_task_leads_to_a_page_that_the_role_may_open(cast, role):
    member = new_member(cast, role)
    client, home = sign_in(cast, member), f"/o/{member.organization.slug}/"
    tasks = client.get(home).context["tasks"].tasks
    assert len(tasks) > 1
    for task in tasks:
        assert client.get(task.url).status_code == 200, task.label
        if not task.is_automatic:
            assert client.post(f"{home}tasks/{task.key}/").url == task.url


@pytest.mark.spec("R-5", "W-8", "A-1")
@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize(
    "role", [*BUILT_IN, *OWN, [P.WORKSPACE_VIEW, P.PEOPLE_VIEW, P.PEOPLE_INVITE, P.PROJECTS_VIEW_ALL]], ids=name_of
)
def test_step_2_and_the_homepage_list_the_same_tasks(cast, role, given):
    member = new_member(cast, role)
    project = {"acme": cast.projects["ledger"], "globex": cast.globex_project}[member.organization.slug]
    batch = Batch(organization=member.organization, role_ids=[str(each.pk) for each in direct_roles_of(member)])
    if given:
        ProjectGrant.objects.create(organization=member.organization, project=project, membership=member)
        batch.project_ids = [str(project.pk)]
    sender = cast.olga if member.organization == cast.acme else cast.tess
    step_2 = [str(task.label) for task in tasks_context(draft_content(batch, sender))["quick_actions"]]
    tasks = sign_in(cast, member).get(f"/o/{member.organization.slug}/").context["tasks"].tasks
    assert step_2 == [task.label for task in tasks]


@pytest.mark.spec("W-8")
def test_tasks_for_projects_need_a_project(cast):
    opal = [task.label for task in cast.client("opal").get(HOME).context["tasks"].tasks]
    assert opal == ["Set up 2FA", "Explore the workspace"]
    # A Manager can create the first one.
    Project.objects.all().delete()
    assert "Create a project" in [task.label for task in cast.client("max").get(HOME).context["tasks"].tasks]


@pytest.mark.spec("W-8", "O-4")
def test_members_who_sign_in_with_their_identity_provider_are_not_asked_for_2fa_here(cast):
    assert SECOND_FACTOR in with_second_factor([EXPLORE_WORKSPACE], cast.acme)
    cast.acme.sso_enforced = True
    assert with_second_factor([EXPLORE_WORKSPACE], cast.acme) == [EXPLORE_WORKSPACE]
