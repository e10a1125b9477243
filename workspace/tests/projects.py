"""Helpers for the tests of projects."""

import re

from organizations.models import Group, GroupMembership, Membership, Project
from teamadmin.testing.cast import Cast, add_member, add_user

PROJECTS = "/o/acme/projects/"
HTMX = {"HX-Request": "true"}


def project_url(project: Project, noun: str = "") -> str:
    """Return the URL of the project's page, or of the page `noun` ("people/") below it."""
    return f"{PROJECTS}{project.pk}/{noun}"


def access_by_name(response) -> dict[str, str]:
    """Return the people in the page's table and their kind of access."""
    table = re.search(r"<tbody.*?</tbody>", response.content.decode(), flags=re.DOTALL)
    rows = re.findall(
        r'<a class="name"[^>]*>([^<]*)</a>.*?<td class="main" role="cell">([^<]*)', table[0] if table else "", re.S
    )
    return {name: access.strip() for name, access in rows}


def add_people(cast: Cast, count: int, group: Group | None = None) -> list[Membership]:
    """Add operators "Person 000 Crowd" and so on, to `group` too if there is one."""
    members = [
        add_member(cast.acme, add_user(f"p{n}@crowd.example", f"Person {n:03}", "Crowd"), "operator")
        for n in range(count)
    ]
    for member in members if group else ():
        GroupMembership.objects.create(organization=cast.acme, group=group, membership=member)
    return members
