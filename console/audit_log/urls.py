"""URLs of the page "Audit log"."""

from django.urls import path

from console.audit_log import views

audit_log_urls = [
    path("", views.audit_log, name="audit_log"),
]
