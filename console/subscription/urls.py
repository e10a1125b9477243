"""URLs of the page "Subscription"."""

from django.urls import path

from console.subscription import views

subscription_urls = [
    path("", views.subscription, name="subscription"),
]
