"""URLs outside of an organization."""

from django.urls import path

from organizations import views

urlpatterns = [
    path("", views.root, name="root"),
    path("organizations/", views.chooser, name="organizations"),
    path("organizations/<slug:slug>/single-sign-on/", views.single_sign_on, name="single_sign_on"),
]
