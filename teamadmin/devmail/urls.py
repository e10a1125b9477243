"""URLs below /dev/mail/."""

from django.urls import path

from teamadmin.devmail import views

urlpatterns = [
    path("", views.email_list, name="devmail"),
    path("<str:name>/", views.email_detail, name="devmail_detail"),
    path("<str:name>/html/", views.email_html, name="devmail_html"),
    path("<str:name>/source/", views.email_source, name="devmail_source"),
    path("<str:name>/pictures/<str:cid>/", views.email_image, name="devmail_picture"),
]
