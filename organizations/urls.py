"""Addresses outside any one organization."""

from django.urls import path

from organizations import views

urlpatterns = [
    path("", views.root, name="root"),
    path("organizations/", views.chooser, name="organizations"),
]
