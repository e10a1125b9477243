"""Addresses below /o/<slug>/."""

from django.urls import path

from workspace import views

urlpatterns = [
    path("", views.homepage, name="homepage"),
    path("projects/", views.projects, name="projects"),
    path("workspace/", views.workspace, name="workspace"),
    path("preferences/", views.preferences, name="preferences"),
]
