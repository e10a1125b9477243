"""URLs of the page "Brands"."""

from django.urls import path

from console.brands import views

brands_urls = [
    path("", views.brands, name="brands"),
]
