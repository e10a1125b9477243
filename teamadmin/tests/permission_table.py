"""The permission table: the status that each member gets from each URL and method.

A URL or method that is missing here fails test_permissions.py. To add a URL, put its route into INSIDE (below
/o/<slug>/) or into OUTSIDE in permission_table_outside.py, with a status for each column and method.
people_viewers(200) and the like give this status to the members with that permission, and 403 to the others.
Stage.values in test_permissions.py has the values for <...> in a route. Unlisted methods must return 405. Strangers,
ids of another organization, signed-out users and forged forms are tested for every listed URL automatically.
"""

from teamadmin.tests.permission_columns import (
    admins,
    admins_else_not_found,
    allowed,
    everyone,
    group_managers,
    inviters,
    people_editors,
    people_viewers,
    project_managers,
    project_sharers,
    with_project_access,
    workspace_viewers,
)
from teamadmin.tests.permission_table_account import ACCOUNT

INSIDE: dict[str, dict[str, str]] = {
    **ACCOUNT,
    "": {"GET": everyone(200)},
    # A task that no one has.
    "tasks/<slug:key>/": {"POST": everyone(404)},
    "tasks/hidden/": {"POST": everyone(302)},
    "projects/": {"GET": workspace_viewers(200)},
    "projects/new/": {"GET": project_managers(200), "POST": project_managers(422)},
    "projects/<uuid:project_id>/": {"GET": with_project_access(200, "olga", "max", "bo", "tess", "read_only")},
    "projects/<uuid:project_id>/details/": {
        "GET": with_project_access(200, "olga", "max", "bo", "tess"),
        "POST": with_project_access(422, "olga", "max", "bo", "tess"),
    },
    "projects/<uuid:project_id>/archive/": {"GET": project_sharers(200), "POST": project_sharers(302)},
    # The project is not archived, so no one can restore it.
    "projects/<uuid:project_id>/restoration/": {"POST": project_sharers(403)},
    "projects/<uuid:project_id>/people/": {"GET": project_sharers(200), "POST": project_sharers(422)},
    "projects/<uuid:project_id>/people/<uuid:member_id>/removal/": {"POST": project_sharers(302)},
    "projects/<uuid:project_id>/groups/": {"GET": project_sharers(200), "POST": project_sharers(422)},
    "projects/<uuid:project_id>/groups/<uuid:group_id>/removal/": {"POST": project_sharers(302)},
    "workspace/": {"GET": workspace_viewers(200)},
    "preferences/": {"GET": everyone(200), "POST": everyone(422)},
    "preferences/security/": {"GET": everyone(200)},
    "preferences/access/": {"GET": everyone(200)},
    # Their own keys only. The key of the tests belongs to the organization.
    "preferences/keys/": {"GET": everyone(200)},
    "preferences/keys/new/": {"GET": everyone(200), "POST": everyone(422)},
    "preferences/keys/<uuid:key_id>/rotation/": {"GET": everyone(404), "POST": everyone(404)},
    "preferences/keys/<uuid:key_id>/old-secret/": {"GET": everyone(404), "POST": everyone(404)},
    "preferences/keys/<uuid:key_id>/name/": {"GET": everyone(404), "POST": everyone(404)},
    "preferences/keys/<uuid:key_id>/revocation/": {"GET": everyone(404), "POST": everyone(404)},
    "preferences/activity/": {"GET": everyone(200)},
    "preferences/avatar/": {"GET": everyone(200), "POST": everyone(422)},
    "preferences/avatar/removal/": {"POST": everyone(302)},
    "welcome/": {"GET": everyone(302), "POST": everyone(302)},
    "roles/": {"GET": people_viewers(200)},
    "roles/new/": {"GET": admins(200), "POST": admins(422)},
    "roles/<uuid:role_id>/": {"GET": people_viewers(200)},
    "roles/<uuid:role_id>/edit/": {"GET": admins(200), "POST": admins(422)},
    "roles/<uuid:role_id>/deletion/": {"GET": admins(200), "POST": admins(302)},
    "users/": {"GET": people_viewers(200)},
    "users/pending/": {"GET": people_viewers(200)},
    "users/columns/": {"GET": people_viewers(200), "POST": people_viewers(302)},
    "users/views/": {"GET": people_viewers(200)},
    "users/views/new/": {"GET": people_viewers(200), "POST": people_viewers(422)},
    "users/views/default/": {"POST": people_viewers(302)},
    # A shared view.
    "users/views/<uuid:view_id>/": {"GET": people_editors(200), "POST": people_editors(422)},
    "users/views/<uuid:view_id>/contents/": {"POST": people_editors(302)},
    "users/views/<uuid:view_id>/deletion/": {"GET": people_editors(200), "POST": people_editors(302)},
    "users/choices/group/": {"GET": people_viewers(200)},
    "users/choices/project/": {"GET": people_viewers(200)},
    # A form without the version it was based on is out of date.
    "users/<uuid:member_id>/": {"GET": people_viewers(200), "POST": people_editors(409)},
    "users/<uuid:member_id>/choices/groups/": {"POST": people_editors(200)},
    "users/<uuid:member_id>/choices/projects/": {"POST": people_editors(200)},
    "users/<uuid:member_id>/projects/": {"GET": people_viewers(200)},
    "users/<uuid:member_id>/activity/": {"GET": allowed(200, "olga", "max", "tess", "read_only", "auditor")},
    "users/<uuid:member_id>/menu/": {"GET": people_viewers(200)},
    "users/<uuid:member_id>/invitation/": {"GET": inviters(200), "POST": inviters(302)},
    "users/<uuid:member_id>/invitation/link/": {"GET": inviters(200), "POST": inviters(200)},
    # Without an address.
    "users/<uuid:member_id>/invitation/address/": {"GET": inviters(200), "POST": inviters(422)},
    "users/<uuid:member_id>/two-factor-reset/": {"GET": admins(200), "POST": admins(302)},
    "users/<uuid:member_id>/two-factor-reminder/": {"POST": admins(302)},
    "users/<uuid:member_id>/sessions/<str:session_key>/ending/": {"POST": admins(302)},
    "users/<uuid:member_id>/sessions/": {"GET": admins(200), "POST": admins(302)},
    "users/<uuid:member_id>/deactivation/": {"GET": admins(200), "POST": admins(302)},
    "users/<uuid:member_id>/reactivation/": {"GET": admins(200), "POST": admins(302)},
    "users/<uuid:member_id>/deletion/": {"GET": admins(200), "POST": admins(302)},
    # Read Only can see security settings.
    "security/": {"GET": allowed(200, "olga", "tess", "read_only"), "POST": admins(422)},
    "security/roll-out/": {"GET": allowed(302, "olga", "tess", "read_only")},
    "security/single-sign-on/": {"GET": allowed(200, "olga", "tess", "read_only")},
    "security/single-sign-on/provider/": {"POST": admins(422)},
    "security/single-sign-on/connection/": {"POST": admins(422)},
    # Neither Acme nor Globex has chosen an identity provider yet.
    "security/single-sign-on/attributes/": {"POST": admins(409)},
    "security/single-sign-on/mode/": {"POST": admins(422)},
    "security/single-sign-on/enforcement/": {"GET": admins(200), "POST": admins(422)},
    "security/single-sign-on/break-glass/": {"GET": admins(200)},
    # The <uuid:member_id> is a pending member: refused with a message.
    "security/single-sign-on/break-glass/<uuid:member_id>/": {"POST": admins(302)},
    "security/single-sign-on/deletion/": {"GET": admins(404), "POST": admins(404)},
    "security/single-sign-on/tests/new/": {"GET": everyone(403)},
    "security/single-sign-on/tests/<uuid:test_id>/": {"GET": allowed(404, "olga", "tess", "read_only")},
    "security/provisioning/": {"GET": allowed(200, "olga", "tess", "read_only")},
    "security/provisioning/connection/": {"POST": admins(422)},
    "security/provisioning/roles/": {"POST": admins(302)},
    "security/provisioning/adoption/": {"POST": admins(302)},
    "security/provisioning/log/export/": {"GET": allowed(200, "olga", "tess", "read_only")},
    "security/provisioning/test/": {"GET": allowed(200, "olga", "tess", "read_only"), "POST": admins(422)},
    "security/provisioning/deletion/": {"GET": admins(200), "POST": admins(302)},
    "security/provisioning/tokens/new/": {"GET": admins(200), "POST": admins(422)},
    "security/provisioning/tokens/<uuid:token_id>/revocation/": {"GET": admins(200), "POST": admins(302)},
    "security/sessions/": {"GET": admins(200), "POST": admins(302)},
    # Empty forms. The domain was checked a moment ago.
    "security/domains/": {"GET": allowed(200, "olga", "tess", "read_only"), "POST": admins(422)},
    "security/domains/joining/": {"POST": admins(422)},
    "security/domains/<uuid:domain_id>/checks/": {"POST": admins(429)},
    "security/domains/<uuid:domain_id>/removal/": {"GET": admins(200), "POST": admins(302)},
    "security/setup-links/<slug:intent>/": {"GET": admins(200), "POST": admins(200)},
    "security/setup-links/<uuid:link_id>/revocation/": {"POST": admins(302)},
    "users/requests/": {"GET": inviters(200)},
    "users/requests/<uuid:request_id>/approval/": {"POST": inviters(302)},
    "users/requests/<uuid:request_id>/refusal/": {"POST": inviters(302)},
    "groups/": {"GET": people_viewers(200)},
    "groups/new/": {"GET": group_managers(200), "POST": group_managers(422)},
    "groups/<uuid:group_id>/": {"GET": people_viewers(200)},
    "groups/<uuid:group_id>/details/": {"GET": group_managers(200), "POST": group_managers(422)},
    "groups/<uuid:group_id>/deletion/": {"GET": group_managers(200), "POST": group_managers(302)},
    # Members who can edit people can change their groups. The pending member is in no group.
    "groups/<uuid:group_id>/members/": {"GET": people_editors(200), "POST": people_editors(422)},
    "groups/<uuid:group_id>/members/<uuid:member_id>/removal/": {"POST": people_editors(302)},
    "groups/<uuid:group_id>/projects/": {"GET": group_managers(200), "POST": group_managers(422)},
    "groups/<uuid:group_id>/projects/<uuid:project_id>/removal/": {"POST": group_managers(302)},
    "groups/<uuid:group_id>/roles/": {"GET": group_managers(200), "POST": group_managers(302)},
    # No one is selected, so those with the permission are redirected to the list.
    "users/export/": {"GET": people_viewers(200)},
    "users/bulk/": {"GET": people_viewers(200)},
    "users/bulk/count/": {"GET": people_viewers(200)},
    "users/bulk/role/": {"GET": people_editors(302), "POST": people_editors(302)},
    "users/bulk/group/": {"GET": people_editors(302), "POST": people_editors(302)},
    "users/bulk/invitation/": {"GET": inviters(302), "POST": inviters(302)},
    "users/bulk/deactivation/": {"GET": admins(302), "POST": admins(302)},
    "users/bulk/reactivation/": {"GET": admins(302), "POST": admins(302)},
    "users/bulk/reminder/": {"GET": admins(302), "POST": admins(302)},
    "users/bulk/deletion/": {"GET": admins(302), "POST": admins(302)},
    # The action is an Admin's. Others see only their own actions.
    "users/bulk/<uuid:action_id>/": {"GET": admins_else_not_found(200)},
    "users/bulk/<uuid:action_id>/cancellation/": {"POST": admins_else_not_found(302)},
    # Each inviter has a draft: an empty form redirects to it, and an empty POST is an old version of it.
    "users/add/": {"GET": inviters(302), "POST": inviters(422)},
    "users/add/people/": {"POST": inviters(302)},
    "users/add/people/<int:row>/removal/": {"POST": inviters(302)},
    "users/add/draft/": {"POST": inviters(204)},
    "users/add/groups/": {"POST": inviters(302)},
    "users/add/projects/": {"POST": inviters(302)},
    "users/add/discard/": {"GET": inviters(302), "POST": inviters(302)},
    "users/add/<uuid:batch_id>/": {"GET": inviters(200), "POST": inviters(409)},
    "users/add/<uuid:batch_id>/people/": {"POST": inviters(409)},
    "users/add/<uuid:batch_id>/people/<int:row>/removal/": {"POST": inviters(409)},
    "users/add/<uuid:batch_id>/draft/": {"POST": inviters(409)},
    "users/add/<uuid:batch_id>/groups/": {"POST": inviters(409)},
    "users/add/<uuid:batch_id>/projects/": {"POST": inviters(409)},
    "users/add/<uuid:batch_id>/discard/": {"GET": inviters(200), "POST": inviters(302)},
    "users/add/<uuid:batch_id>/personalize/": {"GET": inviters(200), "POST": inviters(409)},
    "users/add/<uuid:batch_id>/setup/": {"POST": inviters(302)},
    "users/add/<uuid:batch_id>/preview/": {"POST": inviters(409)},
    "users/add/<uuid:batch_id>/preview/mail/": {"GET": inviters(200)},
}
# Routes that use an active member (with a second factor) or a deactivated one, who are not in a column. The other
# routes use a pending member.
WITH_ACTIVE = frozenset(
    f"users/<uuid:member_id>/{noun}/"
    for noun in (
        "two-factor-reset",
        "two-factor-reminder",
        "sessions",
        "sessions/<str:session_key>/ending",
        "deactivation",
    )
)
WITH_DEACTIVATED = frozenset({"users/<uuid:member_id>/reactivation/"})
