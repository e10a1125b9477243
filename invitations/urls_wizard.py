"""The Add User flow, below /o/<slug>/users/. The empty form has no draft yet; all else is there for both."""

from django.urls import path

from invitations.views import wizard, wizard_live, wizard_personal

NEW, DRAFT = "add/", "add/<uuid:batch_id>/"
PARTS = [
    ("people/", wizard.people, "user_add_people"),
    ("people/<int:row>/removal/", wizard.removal, "user_add_removal"),
    ("draft/", wizard_live.draft, "user_add_autosave"),
    ("groups/", wizard_live.groups, "user_add_groups"),
    ("projects/", wizard_live.projects, "user_add_projects"),
    ("discard/", wizard.discard, "user_add_discard"),
]
urlpatterns = [
    path(NEW, wizard.setup, name="user_add"),
    path(DRAFT, wizard.setup, name="user_add_draft"),
    path(f"{DRAFT}personalize/", wizard_personal.personalize, name="user_add_personalize"),
    path(f"{DRAFT}setup/", wizard_personal.back, name="user_add_back"),
    path(f"{DRAFT}preview/", wizard_live.preview, name="user_add_preview"),
    path(f"{DRAFT}preview/mail/", wizard_personal.mail, name="user_add_mail"),
    *(path(f"{start}{part}", view, name=name) for start in (NEW, DRAFT) for part, view, name in PARTS),
]
