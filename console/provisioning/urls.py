"""URLs of the Provisioning page, below /o/<slug>/security/provisioning/."""

from django.urls import path

from console.provisioning import adoption, disconnecting, testing, tokens, views

provisioning_urls = [
    path("", views.provisioning, name="provisioning"),
    path("connection/", views.provisioning_connection, name="provisioning_connection"),
    path("tokens/new/", tokens.provisioning_token_new, name="provisioning_token_new"),
    path(
        "tokens/<uuid:token_id>/revocation/",
        tokens.provisioning_token_revocation,
        name="provisioning_token_revocation",
    ),
    path("roles/", views.provisioning_roles, name="provisioning_roles"),
    path("roles/undo/", views.provisioning_roles_undo, name="provisioning_roles_undo"),
    path("adoption/", adoption.provisioning_adoption, name="provisioning_adoption"),
    path("log/export/", views.provisioning_log_export, name="provisioning_log_export"),
    path("test/", testing.provisioning_test, name="provisioning_test"),
    path("deletion/", disconnecting.provisioning_deletion, name="provisioning_deletion"),
]
