"""URLs outside of an organization."""

from django.urls import path

from organizations import views

urlpatterns = [
    path("", views.root, name="root"),
    path("organizations/", views.chooser, name="organizations"),
]
