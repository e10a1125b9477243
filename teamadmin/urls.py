"""The URLs of the whole product."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from outbox.webhooks import email_events
from teamadmin import errors, media
from teamadmin.brand_stylesheets import brand_stylesheet

urlpatterns = [
    path("backoffice/", admin.site.urls),
    path("media/logos/<str:name>", media.logo, name="logo"),
    path("brand/<str:kind>/<str:color>/<str:digest>.css", brand_stylesheet, name="brand_stylesheet"),
    path("media/avatars/<str:name>", media.avatar, name="avatar_file"),
    # allauth would let users add email addresses here, but a user has exactly one. A code by email is no fresh sign-in.
    path("accounts/email/", errors.page_not_found),
    path("accounts/reauthenticate/code/", errors.page_not_found),
    path("accounts/reauthenticate/code/confirm/", errors.page_not_found),
    path("emails/events/<str:provider>/", email_events, name="email_events"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("o/<slug:slug>/users/", include("invitations.urls_wizard")),
    path("o/<slug:slug>/", include("workspace.urls")),
    path("", include("organizations.urls")),
    path("", include("invitations.urls_accept")),
    path("", include("console.urls_setup")),
    path("", include("provisioning.urls")),
    path("", include("api.urls")),
    path("o/<slug:slug>/", include("console.urls")),
]
handler400 = "teamadmin.errors.bad_request"
handler403 = "teamadmin.errors.permission_denied"
handler404 = "teamadmin.errors.page_not_found"
handler429 = "teamadmin.errors.too_many_requests"  # allauth looks it up here
handler500 = "teamadmin.errors.server_error"
if settings.DEMO:
    urlpatterns.append(path("dev/mail/", include("teamadmin.devmail.urls")))
