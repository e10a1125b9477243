"""Giving someone Admin needs a fresh sign-in (S-7)."""

from collections.abc import Iterable
from uuid import UUID

from accounts.fresh import is_fresh, require_fresh_sign_in
from organizations.permissions import ADMINISTRATIVE
from organizations.queries import roles_in, roles_of_groups
from organizations.requests import MemberRequest
from organizations.roles import permissions_of


def require_fresh_to_give(
    request: MemberRequest, *, role_ids: Iterable[UUID | str] = (), group_ids: Iterable[UUID | str] = ()
) -> None:
    """Raise FreshSignInRequired if these roles, or those of the groups, give Admin and the sign-in isn't fresh.

    A custom role with all administrative permissions counts as Admin.
    """
    if is_fresh(request):
        return
    wanted, organization = {str(role_id) for role_id in role_ids}, request.organization
    roles = [role for role in roles_in(organization) if str(role.pk) in wanted]
    for given in roles_of_groups(organization, [UUID(str(group_id)) for group_id in group_ids]).values():
        roles += given
    if any(permissions_of(role) >= ADMINISTRATIVE for role in roles):
        require_fresh_sign_in(request)
