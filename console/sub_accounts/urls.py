"""URLs of the page "Sub-accounts"."""

from django.urls import path

from console.sub_accounts import views

sub_accounts_urls = [
    path("", views.sub_accounts, name="sub_accounts"),
    path("new/", views.sub_account_new, name="sub_account_new"),
    path("<uuid:sub_account_id>/name/", views.sub_account_name, name="sub_account_name"),
]
