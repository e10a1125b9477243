"""URLs of the admin screens, below /o/<slug>/."""

from django.urls import include, path

from console.access_keys.urls import access_keys_urls, personal_keys_urls
from console.audit_log.urls import audit_log_urls
from console.brands.urls import brands_urls
from console.bulk import views as bulk
from console.bulk.kinds import KINDS
from console.domains import views as domains
from console.groups import views as groups
from console.join_requests import views as join_requests
from console.member import actions
from console.member.profile import views as profile
from console.provisioning.urls import provisioning_urls
from console.roles import views as roles
from console.saved_views.urls import saved_views_urls
from console.security import reminders
from console.security import views as security
from console.setup_links import views as setup_links
from console.sub_accounts.urls import sub_accounts_urls
from console.subscription.urls import subscription_urls
from console.users import views as users
from console.users.filters import FILTERS

users_urls = [
    path("", users.users, name="users"),
    path("pending/", users.users_pending, name="users_pending"),
    path("columns/", users.users_columns, name="users_columns"),
    *(
        path(f"choices/{item.name}/", users.users_choices, {"kind": item.name}, name=f"users_choices_{item.name}")
        for item in FILTERS
        if item.choose
    ),
    path("export/", users.users_export, name="users_export"),
    path("views/", include(saved_views_urls)),
    path("requests/", join_requests.join_requests, name="join_requests"),
    path("requests/<uuid:request_id>/approval/", join_requests.join_request_approval, name="join_request_approval"),
    path("requests/<uuid:request_id>/refusal/", join_requests.join_request_refusal, name="join_request_refusal"),
    path("requests/<uuid:request_id>/refusal/undo/", join_requests.join_request_undo, name="join_request_undo"),
]

bulk_urls = [
    path("", bulk.bulk_list, name="users_bulk"),
    path("count/", bulk.bulk_count, name="users_bulk_count"),
    *(path(f"{kind.path}/", bulk.bulk_action, {"key": key}, name=f"users_bulk_{key}") for key, kind in KINDS.items()),
    path("<uuid:action_id>/", bulk.bulk_result, name="users_bulk_result"),
    path("<uuid:action_id>/undo/", bulk.bulk_undo, name="users_bulk_undo"),
    path("<uuid:action_id>/cancellation/", bulk.bulk_cancellation, name="users_bulk_cancellation"),
]

member_urls = [
    path("", profile.user_profile, name="user_profile"),
    path("choices/groups/", profile.user_choices, {"name": "join"}, name="user_group_choices"),
    path("choices/projects/", profile.user_choices, {"name": "give"}, name="user_project_choices"),
    path("projects/", profile.user_projects, name="user_projects"),
    path("undo/", profile.user_undo, name="user_undo"),
    path("activity/", profile.user_activity, name="user_activity"),
    path("menu/", actions.user_menu, name="user_menu"),
    path("invitation/", actions.user_invitation, name="user_invitation"),
    path("invitation/link/", actions.user_invitation_link, name="user_invitation_link"),
    path("invitation/address/", actions.user_invitation_address, name="user_invitation_address"),
    path("two-factor-reset/", actions.user_two_factor_reset, name="user_two_factor_reset"),
    path("sessions/", actions.user_sessions, name="user_sessions"),
    path("sessions/<str:session_key>/ending/", actions.user_session_ending, name="user_session_ending"),
    path("two-factor-reminder/", reminders.user_reminder, name="user_reminder"),
    path("deactivation/", actions.user_deactivation, name="user_deactivation"),
    path("deactivation/undo/", actions.user_deactivation_undo, name="user_deactivation_undo"),
    path("reactivation/", actions.user_reactivation, name="user_reactivation"),
    path("deletion/", actions.user_deletion, name="user_deletion"),
]

group_urls = [
    path("", groups.group_list, name="groups"),
    path("new/", groups.group_new, name="group_new"),
    path("<uuid:group_id>/", groups.group_page, name="group"),
    path("<uuid:group_id>/details/", groups.group_details, name="group_details"),
    path("<uuid:group_id>/deletion/", groups.group_deletion, name="group_deletion"),
    path("<uuid:group_id>/members/", groups.group_members, name="group_members"),
    path("<uuid:group_id>/members/<uuid:member_id>/removal/", groups.group_member, name="group_member"),
    path("<uuid:group_id>/projects/", groups.group_projects, name="group_projects"),
    path("<uuid:group_id>/projects/<uuid:project_id>/removal/", groups.group_project, name="group_project"),
    path("<uuid:group_id>/roles/", groups.group_roles, name="group_roles"),
    path("<uuid:group_id>/undo/", groups.group_undo, name="group_undo"),
]

role_urls = [
    path("", roles.role_list, name="roles"),
    path("new/", roles.role_new, name="role_new"),
    path("<uuid:role_id>/", roles.role_page, name="role"),
    path("<uuid:role_id>/edit/", roles.role_edit, name="role_edit"),
    path("<uuid:role_id>/deletion/", roles.role_deletion, name="role_deletion"),
    path("<uuid:role_id>/undo/", roles.role_undo, name="role_undo"),
]

urlpatterns = [
    path("access-keys/", include(access_keys_urls)),
    path("preferences/keys/", include(personal_keys_urls)),
    path("audit-log/", include(audit_log_urls)),
    path("brands/", include(brands_urls)),
    path("sub-accounts/", include(sub_accounts_urls)),
    path("subscription/", include(subscription_urls)),
    path("users/", include(users_urls)),
    path("users/bulk/", include(bulk_urls)),
    path("users/<uuid:member_id>/", include(member_urls)),
    path("groups/", include(group_urls)),
    path("roles/", include(role_urls)),
    path("security/", security.security, name="security"),
    path("security/sessions/", security.security_sessions, name="security_sessions"),
    path("security/single-sign-on/", include("console.sso.urls")),
    path("security/provisioning/", include(provisioning_urls)),
    path("security/roll-out/", reminders.security_rollout, name="security_rollout"),
    path("security/domains/", domains.domains, name="domains"),
    path("security/domains/joining/", domains.domain_joining, name="domain_joining"),
    path("security/domains/<uuid:domain_id>/checks/", domains.domain_check, name="domain_check"),
    path("security/domains/<uuid:domain_id>/removal/", domains.domain_removal, name="domain_removal"),
    path(
        "security/setup-links/<uuid:link_id>/revocation/",
        setup_links.setup_link_revocation,
        name="setup_link_revocation",
    ),
    path("security/setup-links/<slug:intent>/", setup_links.setup_links, name="setup_links"),
]
