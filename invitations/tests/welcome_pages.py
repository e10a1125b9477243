"""The welcome pages of each role (W-9), for the tests that reach them through a first sign-in."""

import re

from invitations.models import Invitation
from organizations.built_in_roles import BUILT_IN
from organizations.models import Scheme
from organizations.pages import Page, welcome_pages
from teamadmin.testing.cast import Cast, role_named

ROLES = [(role.scheme, role.key) for role in BUILT_IN]
IDS = [f"{scheme}-{key}" for scheme, key in ROLES]
# Pages whose heading isn't their name in the navigation.
HEADINGS = {"homepage": "Welcome, Ann", "workspace": "Globex|Acme"}


def pages_of(scheme: Scheme, key: str) -> list[Page]:
    return welcome_pages([role_named(key, scheme)])


def invite_to(cast: Cast, scheme: Scheme, key: str, page: Page) -> Invitation:
    """Invite Ann with this role and welcome page."""
    actor = cast.olga if scheme == Scheme.RANKED else cast.tess
    people = [("Ann", "New", f"ann-{page.key}@{actor.organization.slug}.example")]
    return cast.invite(actor, role=key, people=people, welcome_page=page.key)[0]


def heading_of(page: Page) -> re.Pattern:
    """Return the pattern of the page's heading."""
    return re.compile(f"^\\s*(?:{HEADINGS.get(page.key) or re.escape(str(page.label))})")
