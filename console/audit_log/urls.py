"""URLs of the page "Audit log"."""

from django.urls import path

from console.audit_log import streams, views
from console.audit_log.choices import MENUS
from console.audit_log.export import FORMATS

audit_log_urls = [
    path("", views.audit_log, name="audit_log"),
    *(
        path(f"choices/{kind}/", views.audit_log_choices, {"kind": kind}, name=f"audit_log_choices_{kind}")
        for kind in MENUS
    ),
    path("choices/when/", views.audit_log_when, name="audit_log_when"),
    *(
        path(f"export/{kind}/", views.audit_log_export, {"kind": kind}, name=f"audit_log_export_{kind}")
        for kind in FORMATS
    ),
    path("streams/", streams.audit_streams, name="audit_streams"),
    path("streams/new/", streams.audit_stream_new, name="audit_stream_new"),
    path("streams/<uuid:stream_id>/test/", streams.audit_stream_test, name="audit_stream_test"),
    path("streams/<uuid:stream_id>/secret/", streams.audit_stream_secret, name="audit_stream_secret"),
    path("streams/<uuid:stream_id>/activation/", streams.audit_stream_activation, name="audit_stream_activation"),
    path("streams/<uuid:stream_id>/deactivation/", streams.audit_stream_deactivation, name="audit_stream_deactivation"),
    path("streams/<uuid:stream_id>/deletion/", streams.audit_stream_deletion, name="audit_stream_deletion"),
]
