"""URLs of the page "Sub-accounts"."""

from django.urls import path

from console.sub_accounts import views

sub_accounts_urls = [
    path("", views.sub_accounts, name="sub_accounts"),
]
