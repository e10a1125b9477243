"""Undo in the toast that reports a removal of access, or another change that takes something away (U-22).

The toast's form holds a token that says what to give back. It is signed, is of use only to the member who removed the
access, and expires. It grants no permission: restoring checks the same rules as adding does.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from audit.queries import entries_for_target
from base.policies import Refused
from organizations.fresh import require_fresh_to_give
from organizations.models import Membership, Role
from organizations.permissions import Permission
from organizations.queries.removals import Effect, Removal, effect_of, permission_effect
from organizations.removal_texts import describe_effect
from organizations.requests import MemberRequest
from organizations.services import restore_access, restore_permissions

# The toast shows for ten seconds, but it waits while it is hovered or focused, stays without JavaScript, and networks
# are slow.
MAX_AGE = timedelta(minutes=2)
# Precedes the URL and the token in Message.extra_tags.
TAG = "undo"


def report_removal(
    request: MemberRequest, done: str, removal: Removal, url: str, *, more: str = "", level: int = messages.SUCCESS
) -> None:
    """Report what was removed and who loses access, with Undo if anything was removed.

    Users who lost a role themselves aren't offered Undo: they can't give it back.

    done: what was done, as a sentence. url: the page that undoes it: undo_removal(), then the changed page.
    more: a link to the details, as HTML. level: of the message; a warning stays until it is dismissed.
    """
    if not removal:
        messages.add_message(request, level, format_html("{} {}", done, more) if more else done)
        return
    text = format_html("{} {}", _with_effect(done, effect_of(request.organization, removal)), more)
    tags = ""
    if not any(member == request.membership.pk for member, _role in removal.member_roles):
        tags = f"{TAG} {url} {_signer(request, 'removal').sign_object(removal.to_json(), compress=True)}"
    messages.add_message(request, level, text, extra_tags=tags)


def report_with_undo(request: HttpRequest, text: str, url: str, *, level: int = messages.SUCCESS) -> None:
    """Report a change with Undo. The page at `url` knows what to give back, so the form has no token."""
    messages.add_message(request, level, text, extra_tags=f"{TAG} {url}")


def report_removed_permissions(
    request: MemberRequest, done: str, role: Role, permissions: Iterable[Permission], url: str
) -> None:
    """Report that permissions were removed from a role, and who loses them. Undo calls undo_removed_permissions()."""
    removed = sorted(map(str, permissions))
    details = describe_effect(permission_effect(request.organization, role, map(Permission, removed)))
    report_change(request, done, url, kind=f"role:{role.pk}", data=removed, details=details)


def report_change(request: MemberRequest, done: str, url: str, *, kind: str, data: Any = "", details: str = "") -> None:
    """Report a change that took something away, with Undo. `url` is the page that calls undo_change().

    kind: what was changed, with its id. data: what undo_change() passes to its function, as JSON. details: who lost
    what, in sentences.
    """
    token = _signer(request, kind).sign_object(data, compress=True)
    messages.success(request, format_html("<b>{}</b> {}", done, details), extra_tags=f"{TAG} {url} {token}")


def undo_change(request: MemberRequest, restore: Callable[[Any], bool], *, kind: str, done: str, too_late: str) -> None:
    """Call `restore` with the data of the form's token, and add the message `done`.

    restore: returns False if it was already undone, and raises Refused with the reason if it can't be. too_late: what
    to do instead once the token has expired.
    """
    data = _read(request, kind, too_late)
    if data is not None:
        _run(request, partial(restore, data), done)


def require_unchanged(member: Membership, reported_at: str, *actions: str) -> None:
    """Raise Refused if the audit log has one of the actions on the member since `reported_at` (ISO 8601)."""
    since = datetime.fromisoformat(reported_at)
    entries = entries_for_target(member.organization_id, member.pk, since=since)
    if any(entry.action in actions for entry in entries):
        raise Refused(_("It was changed again in the meantime."))


def _with_effect(done: str, effect: Effect) -> str:
    return format_html("<b>{}</b> {}", done, describe_effect(effect))


def undo_removal(request: MemberRequest) -> bool:
    """Give back what the form's token says, and add a message about it. Return False if it wasn't given back.

    Raises FreshSignInRequired (S-7).
    """
    data = _read(request, "removal", _("Restore the access manually."))
    if data is None:
        return False
    removal = Removal.from_json(data)
    role_ids = [role for _owner, role in removal.member_roles | removal.group_roles]
    require_fresh_to_give(request, role_ids=role_ids, group_ids=[group for group, _member in removal.links])
    # A changed role may have been a promotion.
    done = _("Undone. Roles were restored.") if removal.is_only_roles else _("Undone. Access was restored.")
    return _run(request, partial(restore_access, actor=request.membership, removal=removal), done)


def undo_removed_permissions(request: MemberRequest, role: Role) -> None:
    """Give the role back the permissions in the form's token, and add a message about it."""

    def restore(removed: list[str]) -> bool:
        return restore_permissions(actor=request.membership, role=role, permissions=map(Permission, removed))

    done, too_late = _("Undone. Access was restored."), _("Restore the access manually.")
    undo_change(request, restore, kind=f"role:{role.pk}", done=done, too_late=too_late)


def _run(request: HttpRequest, restore: Callable[[], bool], done: str) -> bool:
    try:
        changed = restore()
    except Refused as refusal:
        report_refusal(request, refusal)
        return False
    if changed:
        messages.success(request, done)
    else:
        report_second_press(request)
    return True


def report_refusal(request: HttpRequest, refusal: Refused) -> None:
    """Report that nothing was undone, and why."""
    messages.error(request, _("This wasn’t undone. %(reason)s") % {"reason": refusal})


def report_second_press(request: HttpRequest) -> None:
    """Report that there was nothing left to undo."""
    messages.info(request, _("This was already undone."))


def _signer(request: MemberRequest, kind: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"organizations.undo:{request.organization.pk}:{request.membership.pk}:{kind}")


def _read(request: MemberRequest, kind: str, too_late: str) -> Any:
    """Return what the form's token contains, or None, with a message, if it is too old or wasn't made for the user."""
    try:
        return _signer(request, kind).unsign_object(request.POST.get("token", ""), max_age=MAX_AGE)
    except signing.BadSignature:
        messages.warning(request, _("It’s too late to undo this. %(instead)s") % {"instead": too_late})
        return None
