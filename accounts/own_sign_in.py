"""Pages that change how a user signs in need a session that they opened themselves.

In one that only an organization's identity provider opened, its administrators would get a lasting way into the
account.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.next_url import get_next_url
from accounts.policies import can_sign_in
from accounts.services.sign_in import SignIns
from accounts.single_sign_on import sso_choices
from base.policies import ALLOWED, Decision, deny, not_applicable
from base.responses import htmx_redirect


def can_change_account(request: HttpRequest) -> Decision:
    """Return whether this session may change how the user signs in: not one that only single sign-on opened.

    A refusal that doesn't apply means that they can't sign in otherwise either (O-4).
    """
    sign_ins = SignIns.of(request.session)
    if sign_ins.own:
        return ALLOWED
    providers = get_text_list([each.provider_name for each in sso_choices(sign_ins.sso)], _("and"))
    names = {"provider": providers or _("single sign-on")}
    if not (decision := can_sign_in(request.user, "password")):  # type: ignore[arg-type]
        text = _("You signed in with %(provider)s. You can’t change how you sign in:")
        return not_applicable(f"{text % names} {decision.reason}")
    text = _("You signed in with %(provider)s. To change how you sign in, sign in with your password.")
    return deny(text % names)


def can_set_up_second_factor(request: HttpRequest) -> bool:
    """Return whether this session may set up the user's first authenticator app.

    settings.SSO_SET_UP_RULE allows it where the organization that signed in requires it, and is the user's only one.
    """
    sign_ins = SignIns.of(request.session)
    return sign_ins.own or import_string(settings.SSO_SET_UP_RULE)(request.user, sign_ins)


def own_sign_in_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that changes how the user signs in. Put it below login_required."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return own_sign_in_missing(request) or view(request, *args, **kwargs)

    return wrapped


def own_sign_in_missing(request: HttpRequest) -> HttpResponse | None:
    """Return the page that asks to sign in with the password, None if the user did. A fragment loads it as a page."""
    if not request.user.is_authenticated or (decision := can_change_account(request)):
        return None
    if request.htmx:  # type: ignore[attr-defined]
        return htmx_redirect(request, request.get_full_path())
    context = {"decision": decision, "next": get_next_url(request)}
    return render(request, "account/own_sign_in.html", context, status=403)
