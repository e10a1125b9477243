"""URLs for invited people. Only the link in the email contains the token."""

from django.urls import path

from invitations.views import accept, accept_again, welcome

urlpatterns = [
    path("invitations/accept/", accept.accept, name="accept"),
    path("invitations/accept/other-account/", accept.switch_account, name="invitation_other_account"),
    path("invitations/accept/new-link/", accept.new_link, name="invitation_new_link"),
    path("invitations/accept/again/", accept_again.accept_again, name="invitation_again"),
    path("invitations/<str:token>/", accept.invitation, name="invitation"),
    path("o/<slug:slug>/welcome/", welcome.welcome, name="welcome"),
]
