"""URLs of the page "Brands"."""

from django.urls import path

from console.brands import views

brands_urls = [
    path("", views.brands, name="brands"),
    path("preview/", views.brand_preview, name="brand_preview"),
    path("logo/", views.brand_logo, name="brand_logo"),
    path("logo/removal/", views.brand_logo_removal, name="brand_logo_removal"),
    path("test/", views.brand_test, name="brand_test"),
    path("emails/<slug:template>/", views.brand_email, name="brand_email"),
]
