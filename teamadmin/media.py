"""Uploaded images: organizations' logos, which everyone with an invitation may see, and users' pictures."""

import re

from csp.decorators import csp_replace
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

IMAGE_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
# As accounts.services.set_avatar() names them.
AVATAR = re.compile(r"[0-9a-f]{32}\.webp")
SANDBOX = {"default-src": ["'none'"], "sandbox": True}


@require_safe
@cache_control(public=True, max_age=86400, immutable=True)
@csp_replace(SANDBOX)
def logo(request: HttpRequest, name: str) -> FileResponse:
    """Serve a logo. Other file types, which a browser might run, and missing files get 404."""
    kind = next((kind for ending, kind in IMAGE_TYPES.items() if name.endswith(ending)), None)
    if kind is None:
        raise Http404
    return _serve(f"logos/{name}", kind)


@require_safe
@cache_control(private=True, max_age=86400, immutable=True)
@csp_replace(SANDBOX)
def avatar(request: HttpRequest, name: str) -> FileResponse:
    """Serve a user's picture to signed-in users, who know its name from a page. Others get 404."""
    if not request.user.is_authenticated or not AVATAR.fullmatch(name):
        raise Http404
    return _serve(f"avatars/{name}", "image/webp")


def _serve(path: str, kind: str) -> FileResponse:
    try:
        file = default_storage.open(path)
    except (OSError, ValueError):  # missing, or a name that no file can have
        raise Http404 from None
    return FileResponse(file, content_type=kind)
