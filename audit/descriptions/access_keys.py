"""Sentences about access keys."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

ACCESS_KEYS = {
    "access_key.created": Description(gettext_lazy("{actor} created the access key {target}"), "key", "success"),
    "access_key.rotated": Description(gettext_lazy("{actor} rotated the access key {target}"), "refresh"),
    "access_key.secret_ended": Description(
        gettext_lazy("{actor} revoked the old secret of the access key {target}"), "key"
    ),
    "access_key.secret_ended:not_me": Description(
        gettext_lazy("{actor} reported that someone else rotated the access key {target}, and revoked its new secret"),
        "alert",
        "danger",
    ),
    "access_key.renamed": Description(gettext_lazy("{actor} renamed the access key {from} to {target}"), "pencil"),
    "access_key.revoked": Description(gettext_lazy("{actor} revoked the access key {target}"), "trash", "danger"),
    "access_key.revoked:not_me": Description(
        gettext_lazy("{actor} reported that someone else created the access key {target}, and revoked it"),
        "alert",
        "danger",
    ),
    "access_key.added": Description(gettext_lazy("{target} created the access key {key} for {organization}"), "key"),
    "access_key.replaced": Description(gettext_lazy("{target} rotated the access key {key} for {organization}"), "key"),
    "access_key.withdrawn": Description(
        gettext_lazy("{actor} revoked {target}’s access key {key} for {organization}"), "trash", "danger"
    ),
}
