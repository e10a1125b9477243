"""Every address of the product."""

from django.conf import settings
from django.urls import include, path

from teamadmin import errors, media

urlpatterns = [
    path("media/logos/<str:name>", media.logo, name="logo"),
    # allauth would let a user add addresses here: an identity has one, and no mail to confirm others is ever sent.
    # Nor is its list of one's sessions a page of ours.
    path("accounts/email/", errors.page_not_found),
    path("accounts/sessions/", errors.page_not_found),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("o/<slug:slug>/users/", include("invitations.urls_wizard")),
    path("o/<slug:slug>/", include("workspace.urls")),
    path("", include("organizations.urls")),
    path("", include("invitations.urls_accept")),
    path("o/<slug:slug>/", include("console.urls")),
]
handler400 = "teamadmin.errors.bad_request"
handler403 = "teamadmin.errors.permission_denied"
handler404 = "teamadmin.errors.page_not_found"
handler429 = "teamadmin.errors.too_many_requests"  # allauth looks for it here
handler500 = "teamadmin.errors.server_error"
if settings.DEMO:
    urlpatterns.append(path("dev/mail/", include("teamadmin.devmail.urls")))
