"""URLs of access keys: below /o/<slug>/access-keys/ and, for everyone's own, /o/<slug>/preferences/keys/."""

from django.urls import URLPattern, path

from console.access_keys import actions, views
from console.access_keys.places import ADMIN, EVERYONE, OWN, Place


def _actions(place: Place) -> list[URLPattern]:
    """Return the URLs of the actions at that place."""
    options, prefix = {"place": place}, place.prefix
    return [
        path("new/", actions.key_new, options, name=f"{prefix}_new"),
        path("<uuid:key_id>/rotation/", actions.key_rotation, options, name=f"{prefix}_rotation"),
        path("<uuid:key_id>/old-secret/", actions.key_old_secret, options, name=f"{prefix}_old_secret"),
        path("<uuid:key_id>/name/", actions.key_name, options, name=f"{prefix}_name"),
        path("<uuid:key_id>/revocation/", actions.key_revocation, options, name=f"{prefix}_revocation"),
    ]


access_keys_urls = [
    path("", views.access_keys, name=ADMIN.page),
    path("personal/", views.everyones_keys, name=EVERYONE.page),
    path(
        "personal/<uuid:key_id>/revocation/",
        actions.key_revocation,
        {"place": EVERYONE},
        name=f"{EVERYONE.prefix}_revocation",
    ),
    *_actions(ADMIN),
]
personal_keys_urls = [path("", views.personal_keys, name=OWN.page), *_actions(OWN)]
