"""The registry of pages: the navigation, and the welcome pages that a role is offered."""

import pytest

from organizations import pages
from organizations.models import Scheme
from organizations.pages import Page, Section, default_welcome_page, open_to, register, welcome_pages
from organizations.permissions import EVERYTHING
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
    "audit": ("Account - Audit log", P.AUDIT_VIEW),
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
    (Scheme.TASK, "sub_accounts"): WORK,
    (Scheme.TASK, "team_management"): ["Account - Users", *WORK],
    (Scheme.TASK, "billing"): ["Subscription"],
}  # fmt: skip


@pytest.fixture
def every_page(monkeypatch):
    """All the pages that W-9 names, whether their screens exist or not."""
    monkeypatch.setattr(pages, "_pages", {})
    for order, (key, (label, permission)) in enumerate(EVERY_PAGE.items()):
        section = Section.ACCOUNT if label.startswith("Account") else Section.WORKSPACE
        register(Page(key, label, label, key, "home", permission, section, order))


@pytest.mark.spec("W-9", "R-5")
@pytest.mark.parametrize("scheme,key", OFFERED)
def test_what_each_role_is_offered(db, every_page, scheme, key):
    assert [page.welcome_label for page in welcome_pages([role_named(key, scheme)])] == OFFERED[scheme, key]


@pytest.mark.spec("W-9")
def test_several_roles_are_offered_the_union(db, every_page):
    roles = [role_named(key, Scheme.TASK) for key in ("billing", "team_management")]
    offered = [page.welcome_label for page in welcome_pages(roles)]
    assert offered == ["Account - Users", "Homepage", "Projects", "Subscription", "Workspace"]


@pytest.mark.spec("W-9")
@pytest.mark.parametrize("scheme,key", OFFERED)
def test_the_default_is_the_homepage_but_for_billing(db, every_page, scheme, key):
    default = "subscription" if key == "billing" else "homepage"
    assert default_welcome_page([role_named(key, scheme)]) == default


@pytest.mark.spec("W-9")
def test_billing_has_the_homepage_until_there_is_a_subscription_page(db, every_page):
    del pages._pages["subscription"]
    billing = role_named("billing", Scheme.TASK)
    assert [page.key for page in welcome_pages([billing])] == ["homepage"]
    assert default_welcome_page([billing]) == "homepage"


@pytest.mark.spec("W-9")
@pytest.mark.parametrize(
    "key,expected",
    [
        ("admin", ["Account - Security", "Account - Users", *WORK]),
        ("manager", WORK),
        ("builder", WORK),
        ("operator", WORK),
    ],
)
def test_the_screens_of_today_are_offered(db, key, expected):
    assert [str(page.welcome_label) for page in welcome_pages([role_named(key)])] == expected


def test_the_navigation_has_what_the_permissions_open(every_page):
    assert [page.key for page in open_to(frozenset({P.WORKSPACE_VIEW, P.PEOPLE_VIEW}))] == [
        "homepage", "projects", "workspace", "users",
    ]  # fmt: skip
    assert len(open_to(EVERYTHING)) == len(EVERY_PAGE) and open_to(frozenset()) == []
