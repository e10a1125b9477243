"""Uploaded images: organizations' logos. Everyone with an invitation may see them."""

from csp.decorators import csp_replace
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

IMAGE_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


@require_safe
@cache_control(public=True, max_age=86400, immutable=True)
@csp_replace({"default-src": ["'none'"], "sandbox": True})
def logo(request: HttpRequest, name: str) -> FileResponse:
    """Serve a logo. Other file types, which a browser might run, and missing files get 404."""
    kind = next((kind for ending, kind in IMAGE_TYPES.items() if name.endswith(ending)), None)
    path = f"logos/{name}"
    if kind is None or not default_storage.exists(path):
        raise Http404
    return FileResponse(default_storage.open(path), content_type=kind)
