"""The registry of pages: the navigation, and the welcome pages of each role."""

import pytest

from organizations import pages
from organizations.models import Scheme
from organizations.pages import Page, Section, accessible_pages, default_welcome_page, register, welcome_pages
from organizations.permissions import ALL_PERMISSIONS
from organizations.permissions import Permission as P
from teamadmin.testing.cast import role_named

EVERY_PAGE = {
    "homepage": ("Homepage", P.WORKSPACE_VIEW),
    "projects": ("Projects", P.WORKSPACE_VIEW),
    "workspace": ("Workspace", P.WORKSPACE_VIEW),
    "datasets": ("Datasets", P.DATASETS_VIEW),
    "integrations": ("Integrations", P.INTEGRATIONS_VIEW),
    "users": ("Account - Users", P.PEOPLE_VIEW),
    "security": ("Account - Security", P.SECURITY_VIEW),
    "brands": ("Account - Brands", P.BRANDS_MANAGE),
    "access_keys": ("Account - Access keys", P.KEYS_MANAGE),
    "subscription": ("Subscription", P.BILLING_VIEW),
    "sub_accounts": ("Account - Sub-accounts", P.SUB_ACCOUNTS_MANAGE),
    "audit_log": ("Account - Audit log", P.AUDIT_VIEW),
}
ADMIN = [
    "Account - Access keys", "Account - Brands", "Account - Security", "Account - Users", "Datasets", "Homepage",
    "Integrations", "Projects", "Workspace",
]  # fmt: skip
WORK = ["Homepage", "Projects", "Workspace"]
OFFERED = {
    (Scheme.RANKED, "admin"): ADMIN,
    (Scheme.RANKED, "manager"): ["Datasets", *WORK],
    (Scheme.RANKED, "builder"): WORK,
    (Scheme.RANKED, "operator"): WORK,
    (Scheme.TASK, "admin"): sorted(label for label, _ in EVERY_PAGE.values()),
    (Scheme.TASK, "data_admin"): ["Datasets", "Homepage", "Integrations", "Projects", "Workspace"],
    (Scheme.TASK, "read_only"): [
        "Account - Audit log", "Account - Security", "Account - Users", "Datasets", "Homepage", "Integrations",
        "Projects", "Subscription", "Workspace",
    ],
    (Scheme.TASK, "sub_accounts"): ["Account - Sub-accounts", *WORK],
    (Scheme.TASK, "team_management"): ["Account - Users", *WORK],
    (Scheme.TASK, "billing"): ["Subscription"],
}  # fmt: skip


@pytest.fixture
def every_page(monkeypatch):
    """All pages in W-9, and no others."""
    monkeypatch.setattr(pages, "_pages", {})
    for order, (key, (label, permission)) in enumerate(EVERY_PAGE.items()):
        section = Section.ACCOUNT if label.startswith("Account") else Section.WORKSPACE
        register(Page(key, label, label, key, "home", permission, section, order))


@pytest.mark.spec("W-9", "R-5")
@pytest.mark.parametrize("scheme,key", OFFERED)
def test_welcome_pages_of_each_role(db, every_page, scheme, key):
    assert [page.welcome_label for page in welcome_pages([role_named(key, scheme)])] == OFFERED[scheme, key]


@pytest.mark.spec("W-9")
def test_several_roles_offer_the_union_of_their_pages(db, every_page):
    roles = [role_named(key, Scheme.TASK) for key in ("billing", "team_management")]
    offered = [page.welcome_label for page in welcome_pages(roles)]
    assert offered == ["Account - Users", "Homepage", "Projects", "Subscription", "Workspace"]


@pytest.mark.spec("W-9")
@pytest.mark.parametrize("scheme,key", OFFERED)
def test_the_default_is_the_homepage_except_for_billing(db, every_page, scheme, key):
    default = "subscription" if key == "billing" else "homepage"
    assert default_welcome_page([role_named(key, scheme)]) == default


@pytest.mark.spec("W-9")
def test_billing_gets_the_homepage_without_a_subscription_page(db, every_page):
    del pages._pages["subscription"]
    billing = role_named("billing", Scheme.TASK)
    assert [page.key for page in welcome_pages([billing])] == ["homepage"]
    assert default_welcome_page([billing]) == "homepage"


@pytest.mark.spec("W-9")
@pytest.mark.parametrize(
    "key,expected",
    [
        ("admin", ADMIN),
        ("manager", ["Datasets", *WORK]),
        ("builder", WORK),
        ("operator", WORK),
    ],
)
def test_existing_pages_are_offered(db, key, expected):
    assert [str(page.welcome_label) for page in welcome_pages([role_named(key)])] == expected


def test_the_navigation_shows_the_pages_that_permissions_allow(every_page):
    assert [page.key for page in accessible_pages(frozenset({P.WORKSPACE_VIEW, P.PEOPLE_VIEW}))] == [
        "homepage", "projects", "workspace", "users",
    ]  # fmt: skip
    assert len(accessible_pages(ALL_PERMISSIONS)) == len(EVERY_PAGE) and accessible_pages(frozenset()) == []
