"""Uploaded pictures: organizations' logos, which anybody with an invitation may see."""

from csp.decorators import csp_replace
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


@require_safe
@cache_control(public=True, max_age=86400, immutable=True)
@csp_replace({"default-src": ["'none'"], "sandbox": True})
def logo(request, name: str):
    """One logo, never anything that a browser could run: 404 for other endings and for what is not there."""
    kind = next((kind for ending, kind in PICTURES.items() if name.endswith(ending)), None)
    path = f"logos/{name}"
    if kind is None or not default_storage.exists(path):
        raise Http404
    return FileResponse(default_storage.open(path), content_type=kind)
