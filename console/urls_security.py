"""Addresses below /o/<slug>/security/."""

from django.urls import path

from console.views import security

urlpatterns = [path("", security, name="security")]
