from django.urls import path

from teamadmin.devmail import views

urlpatterns = [
    path("", views.mail_list, name="devmail"),
    path("<str:name>/", views.mail_detail, name="devmail_detail"),
    path("<str:name>/html/", views.mail_html, name="devmail_html"),
    path("<str:name>/source/", views.mail_source, name="devmail_source"),
    path("<str:name>/pictures/<str:cid>/", views.mail_picture, name="devmail_picture"),
]
