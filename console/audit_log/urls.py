"""URLs of the page "Audit log"."""

from django.urls import path

from console.audit_log import views
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
]
