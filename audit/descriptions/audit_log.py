"""The audit log itself: exports and streams."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

AUDIT_LOG = {
    "audit.exported": Description(gettext_lazy("{actor} exported the audit log"), "download"),
    "audit_stream.created": Description(gettext_lazy("{actor} created an audit log stream to {target}"), "send"),
    "audit_stream.tested": Description(gettext_lazy("Test of the audit log stream to {target}"), "send"),
    "audit_stream.secret_changed": Description(
        gettext_lazy("{actor} changed the secret of the audit log stream to {target}"), "key"
    ),
    "audit_stream.turned_on": Description(
        gettext_lazy("{actor} turned on the audit log stream to {target}"), "send", "success"
    ),
    "audit_stream.turned_off": Description(
        gettext_lazy("The audit log stream to {target} was turned off: {reason}"), "ban", "warning"
    ),
    "audit_stream.deleted": Description(
        gettext_lazy("{actor} deleted the audit log stream to {target}"), "trash", "danger"
    ),
}
