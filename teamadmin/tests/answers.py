"""The permission table: who gets what answer from every address. An address that is not listed here fails; so does a
method that is not (test_permissions.py).

To add an address: put its route into INSIDE (below /o/<slug>/) or OUTSIDE, with a status for each column and method;
sees_people(200) and its like give a row's status to those who may, and 403 to the others. What a route holds in <...>
gets its value from Stage.values in test_permissions.py. Methods that are not listed must answer 405. Strangers, ids of
another organization, the signed-out and forged forms are tried on every listed one by themselves.
"""

from organizations.permissions import Permission

# Columns, each a role of one scheme; the last of each scheme is a custom one. Ranked: Admin, Manager, Builder,
# Operator, People desk. Task: Admin, Data Admin, Read Only, Sub-Accounts, Team Management, Billing, Auditor.
ACME = ("olga", "max", "bo", "opal", "people_desk")
GLOBEX = ("tess", "data_admin", "read_only", "sub_accounts", "team_management", "billing", "auditor")
CUSTOM = {
    "people_desk": (Permission.PEOPLE_VIEW, Permission.PEOPLE_EDIT),
    "auditor": (Permission.PEOPLE_VIEW, Permission.AUDIT_VIEW),
}


def allowed(status: int, *names: str, others: int = 403) -> str:
    """One cell a column: `status` for these people, `others` for everybody else."""
    assert set(names) <= {*ACME, *GLOBEX}, names
    return " ".join(str(status if name in names else others) for name in (*ACME, *GLOBEX))


def everybody(status: int) -> str:
    return allowed(status, *ACME, *GLOBEX)


def sees_workspace(status: int) -> str:
    return allowed(status, "olga", "max", "bo", "opal", *GLOBEX[:5])


def sees_people(status: int) -> str:
    return allowed(status, "olga", "max", "people_desk", "tess", "read_only", "team_management", "auditor")


def edits_people(status: int) -> str:
    return allowed(status, "olga", "max", "people_desk", "tess", "team_management")


def invites(status: int) -> str:
    return allowed(status, "olga", "max", "tess", "team_management")


def manages_groups(status: int) -> str:
    return allowed(status, "olga", "max", "tess", "team_management")


def manages_projects(status: int) -> str:
    return allowed(status, "olga", "max", "tess")


def reaches_project(status: int, *names: str) -> str:
    """For these people; who sees the workspace without reaching the project learns nothing of it. Bo reaches the one of
    acme through a group, Read Only that of globex by role."""
    strangers = ("opal", "data_admin", "sub_accounts", "team_management")
    people = (*ACME, *GLOBEX)
    return " ".join(str(status if name in names else 404 if name in strangers else 403) for name in people)


def shares_project(status: int) -> str:
    return reaches_project(status, "olga", "max", "tess")


def administers(status: int) -> str:
    """For those who may delete people, and manage roles and security: the Admins."""
    return allowed(status, "olga", "tess")


def own_or_admins(status: int) -> str:
    """Those who see people find nothing; the others are refused before that."""
    cells = zip(administers(status).split(), sees_people(404).split(), strict=True)
    return " ".join(first if first != "403" else second for first, second in cells)


INSIDE: dict[str, dict[str, str]] = {
    "": {"GET": everybody(200)},
    "projects/": {"GET": sees_workspace(200)},
    "projects/new/": {"GET": manages_projects(200), "POST": manages_projects(422)},
    "projects/<uuid:project_id>/": {"GET": reaches_project(200, "olga", "max", "bo", "tess", "read_only")},
    "projects/<uuid:project_id>/details/": {
        "GET": reaches_project(200, "olga", "max", "bo", "tess"),
        "POST": reaches_project(422, "olga", "max", "bo", "tess"),
    },
    "projects/<uuid:project_id>/archive/": {"GET": shares_project(200), "POST": shares_project(302)},
    # It is not archived, so that nobody restores it.
    "projects/<uuid:project_id>/restoration/": {"POST": shares_project(403)},
    "projects/<uuid:project_id>/people/": {"GET": shares_project(200), "POST": shares_project(422)},
    "projects/<uuid:project_id>/people/<uuid:member_id>/removal/": {"POST": shares_project(302)},
    "projects/<uuid:project_id>/groups/": {"GET": shares_project(200), "POST": shares_project(422)},
    "projects/<uuid:project_id>/groups/<uuid:group_id>/removal/": {"POST": shares_project(302)},
    "workspace/": {"GET": sees_workspace(200)},
    "preferences/": {"GET": everybody(200), "POST": everybody(422)},
    "welcome/": {"GET": everybody(302), "POST": everybody(302)},
    "roles/": {"GET": sees_people(200)},
    "roles/new/": {"GET": administers(200), "POST": administers(422)},
    "roles/<uuid:role_id>/": {"GET": sees_people(200)},
    "roles/<uuid:role_id>/edit/": {"GET": administers(200), "POST": administers(422)},
    "roles/<uuid:role_id>/deletion/": {"GET": administers(200), "POST": administers(302)},
    "users/": {"GET": sees_people(200)},
    "users/pending/": {"GET": sees_people(200)},
    "users/columns/": {"GET": sees_people(200), "POST": sees_people(302)},
    "users/choices/group/": {"GET": sees_people(200)},
    "users/choices/project/": {"GET": sees_people(200)},
    # A form that says nothing of what was seen is out of date.
    "users/<uuid:member_id>/": {"GET": sees_people(200), "POST": edits_people(409)},
    "users/<uuid:member_id>/choices/groups/": {"POST": edits_people(200)},
    "users/<uuid:member_id>/choices/projects/": {"POST": edits_people(200)},
    "users/<uuid:member_id>/projects/": {"GET": sees_people(200)},
    "users/<uuid:member_id>/activity/": {"GET": allowed(200, "olga", "max", "tess", "read_only", "auditor")},
    "users/<uuid:member_id>/menu/": {"GET": sees_people(200)},
    "users/<uuid:member_id>/invitation/": {"GET": invites(200), "POST": invites(302)},
    "users/<uuid:member_id>/two-factor-reset/": {"GET": administers(200), "POST": administers(302)},
    "users/<uuid:member_id>/sessions/": {"GET": administers(200), "POST": administers(302)},
    "users/<uuid:member_id>/deactivation/": {"GET": administers(200), "POST": administers(302)},
    "users/<uuid:member_id>/reactivation/": {"GET": administers(200), "POST": administers(302)},
    "users/<uuid:member_id>/deletion/": {"GET": administers(200), "POST": administers(302)},
    # Read Only sees security settings; an empty form is one without any rule.
    "security/": {"GET": allowed(200, "olga", "tess", "read_only"), "POST": allowed(302, "olga", "tess")},
    "groups/": {"GET": sees_people(200)},
    "groups/new/": {"GET": manages_groups(200), "POST": manages_groups(422)},
    "groups/<uuid:group_id>/": {"GET": sees_people(200)},
    "groups/<uuid:group_id>/details/": {"GET": manages_groups(200), "POST": manages_groups(422)},
    "groups/<uuid:group_id>/deletion/": {"GET": manages_groups(200), "POST": manages_groups(302)},
    # Whoever edits people changes what groups they are in; the pending member is in none.
    "groups/<uuid:group_id>/members/": {"GET": edits_people(200), "POST": edits_people(422)},
    "groups/<uuid:group_id>/members/<uuid:member_id>/removal/": {"POST": edits_people(302)},
    "groups/<uuid:group_id>/projects/": {"GET": manages_groups(200), "POST": manages_groups(422)},
    "groups/<uuid:group_id>/projects/<uuid:project_id>/removal/": {"POST": manages_groups(302)},
    "groups/<uuid:group_id>/roles/": {"GET": manages_groups(200), "POST": manages_groups(302)},
    # Nobody is ticked there: whoever may is led back to the list.
    "users/export/": {"GET": sees_people(200)},
    "users/bulk/": {"GET": sees_people(200)},
    "users/bulk/count/": {"GET": sees_people(200)},
    "users/bulk/role/": {"GET": edits_people(302), "POST": edits_people(302)},
    "users/bulk/group/": {"GET": edits_people(302), "POST": edits_people(302)},
    "users/bulk/invitation/": {"GET": invites(302), "POST": invites(302)},
    "users/bulk/deactivation/": {"GET": administers(302), "POST": administers(302)},
    "users/bulk/reactivation/": {"GET": administers(302), "POST": administers(302)},
    "users/bulk/deletion/": {"GET": administers(302), "POST": administers(302)},
    # An Admin's; others see their own alone.
    "users/bulk/<uuid:action_id>/": {"GET": own_or_admins(200)},
    "users/bulk/<uuid:action_id>/cancellation/": {"POST": own_or_admins(302)},
    # Each who may has a draft: the empty form leads to it, and an empty post is an old version of it.
    "users/add/": {"GET": invites(302), "POST": invites(422)},
    "users/add/people/": {"POST": invites(302)},
    "users/add/people/<int:row>/removal/": {"POST": invites(302)},
    "users/add/draft/": {"POST": invites(204)},
    "users/add/groups/": {"POST": invites(302)},
    "users/add/projects/": {"POST": invites(302)},
    "users/add/discard/": {"GET": invites(302), "POST": invites(302)},
    "users/add/<uuid:batch_id>/": {"GET": invites(200), "POST": invites(409)},
    "users/add/<uuid:batch_id>/people/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/people/<int:row>/removal/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/draft/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/groups/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/projects/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/discard/": {"GET": invites(200), "POST": invites(302)},
    "users/add/<uuid:batch_id>/personalize/": {"GET": invites(200), "POST": invites(409)},
    "users/add/<uuid:batch_id>/setup/": {"POST": invites(302)},
    "users/add/<uuid:batch_id>/preview/": {"POST": invites(409)},
    "users/add/<uuid:batch_id>/preview/mail/": {"GET": invites(200)},
}
# Routes whose member is active (with a second factor) or deactivated, and in none of the columns; in the others it is a
# pending one.
WITH_ACTIVE = frozenset(f"users/<uuid:member_id>/{noun}/" for noun in ("two-factor-reset", "sessions", "deactivation"))
WITH_DEACTIVATED = frozenset({"users/<uuid:member_id>/reactivation/"})
# Columns: signed out, Bo, somebody in no organization.
OUTSIDE: dict[str, dict[str, str]] = {
    "": {"GET": "302 302 302"},
    "organizations/": {"GET": "302 200 200"},
    "media/logos/<str:name>": {"GET": "404 404 404"},
    "invitations/<str:token>/": {"GET": "302 302 302"},
    "invitations/accept/": {"GET": "404 404 404", "POST": "404 404 404"},
    "invitations/accept/other-account/": {"POST": "302 302 302"},
    "invitations/accept/new-link/": {"POST": "302 302 302"},
    "accounts/theme/": {"POST": "302 400 400"},
    "accounts/login/": {"GET": "200 302 302", "POST": "200 302 302"},
    "accounts/logout/": {"GET": "302 200 200", "POST": "302 302 302"},
    "accounts/inactive/": {"GET": "200 200 200"},
    "accounts/signup/": {"GET": "200 302 302", "POST": "200 302 302"},
    "accounts/reauthenticate/": {"GET": "302 200 200", "POST": "302 200 200"},
    "accounts/email/": {"GET": "404 404 404", "POST": "404 404 404"},
    "accounts/sessions/": {"GET": "404 404 404", "POST": "404 404 404"},
    "accounts/confirm-email/": {"GET": "200 200 200"},
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": {"GET": "200 200 200", "POST": "404 404 404"},
    "accounts/password/change/": {"GET": "302 200 200", "POST": "302 200 200"},
    "accounts/password/set/": {"GET": "302 302 302", "POST": "302 302 302"},
    "accounts/password/reset/": {"GET": "200 200 200", "POST": "200 200 200"},
    "accounts/password/reset/done/": {"GET": "200 200 200"},
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": {
        "GET": "200 200 200",
        "POST": "200 200 200",
    },
    "accounts/password/reset/key/done/": {"GET": "200 200 200"},
    "accounts/login/code/confirm/": {"GET": "302 302 302", "POST": "302 302 302"},
}
# allauth's views answer GET to any method that they do not know; nothing of ours does.
LENIENT = ("accounts/",)
