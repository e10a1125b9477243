"""The columns of the permission table, and statuses for common permissions."""

from organizations.permissions import Permission

# The columns, each a role of one scheme. The last one of each scheme is a custom role. Ranked: Admin, Manager,
# Builder, Operator, People desk. Task: Admin, Data Admin, Read Only, Sub-Accounts, Team Management, Billing, Auditor.
ACME = ("olga", "max", "bo", "opal", "people_desk")
GLOBEX = ("tess", "data_admin", "read_only", "sub_accounts", "team_management", "billing", "auditor")
CUSTOM = {
    "people_desk": (Permission.PEOPLE_VIEW, Permission.PEOPLE_EDIT),
    "auditor": (Permission.PEOPLE_VIEW, Permission.AUDIT_VIEW),
}


def allowed(status: int, *names: str, others: int = 403) -> str:
    """Return a status per column: `status` for these members, `others` for the rest."""
    assert set(names) <= {*ACME, *GLOBEX}, names
    return " ".join(str(status if name in names else others) for name in (*ACME, *GLOBEX))


def everyone(status: int) -> str:
    return allowed(status, *ACME, *GLOBEX)


def workspace_viewers(status: int) -> str:
    return allowed(status, "olga", "max", "bo", "opal", *GLOBEX[:5])


def people_viewers(status: int) -> str:
    return allowed(status, "olga", "max", "people_desk", "tess", "read_only", "team_management", "auditor")


def people_editors(status: int) -> str:
    return allowed(status, "olga", "max", "people_desk", "tess", "team_management")


def inviters(status: int) -> str:
    return allowed(status, "olga", "max", "tess", "team_management")


def group_managers(status: int) -> str:
    return allowed(status, "olga", "max", "tess", "team_management")


def project_managers(status: int) -> str:
    return allowed(status, "olga", "max", "tess")


def dataset_viewers(status: int) -> str:
    return allowed(status, "olga", "max", "tess", "data_admin", "read_only")


def dataset_managers(status: int) -> str:
    return allowed(status, "olga", "max", "tess", "data_admin")


def integration_viewers(status: int) -> str:
    return allowed(status, "olga", "tess", "data_admin", "read_only")


def integration_managers(status: int) -> str:
    return allowed(status, "olga", "tess", "data_admin")


def integration_urls(kind: str) -> dict[str, dict[str, str]]:
    """Return the lines of sources, destinations or pipelines, all unarchived and in use by nothing."""
    one = f"integrations/{kind}s/<uuid:{kind}_id>/"
    return {
        f"integrations/{kind}s/export/": {"GET": integration_viewers(200)},
        f"integrations/{kind}s/new/": {"GET": integration_managers(200), "POST": integration_managers(422)},
        one: {"GET": integration_viewers(200), "POST": integration_managers(422)},
        f"{one}archive/": {"GET": integration_managers(200), "POST": integration_managers(302)},
        f"{one}archive/undo/": {"POST": integration_viewers(302)},
        f"{one}restoration/": {"GET": allowed(403), "POST": allowed(403)},
    }


def with_project_access(status: int, *names: str) -> str:
    """Return `status` for these members, 404 for the others who can see the workspace, and 403 for the rest.

    Bo can access Acme's project through a group, and Read Only can access Globex's by role.
    """
    strangers = ("opal", "data_admin", "sub_accounts", "team_management")
    people = (*ACME, *GLOBEX)
    return " ".join(str(status if name in names else 404 if name in strangers else 403) for name in people)


def project_sharers(status: int) -> str:
    return with_project_access(status, "olga", "max", "tess")


def admins(status: int) -> str:
    """Return `status` for the Admins, who can delete people and manage roles and security."""
    return allowed(status, "olga", "tess")


def admins_else_not_found(status: int) -> str:
    """Return `status` for the Admins, 404 for others who can see people, and 403 for the rest."""
    cells = zip(admins(status).split(), people_viewers(404).split(), strict=True)
    return " ".join(first if first != "403" else second for first, second in cells)
