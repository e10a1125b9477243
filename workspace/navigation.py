"""Links between the workspace's pages and the rest of the app."""

from organizations import pages
from organizations.requests import MemberRequest


def users_url(request: MemberRequest) -> str:
    """Return the URL of the Users page, or "" if the member may not open it."""
    users = [page for page in pages.accessible_pages(request.permissions) if page.key == "users"]
    return users[0].url(request.organization.slug) if users else ""
