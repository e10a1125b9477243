"""URLs of the Add User flow, below /o/<slug>/users/.

The empty form has no draft yet, so the pages of step 1 exist with and without a draft's id.
"""

from django.urls import path

from invitations.views import wizard_draft, wizard_htmx, wizard_list, wizard_personalize, wizard_setup

NEW, DRAFT = "add/", "add/<uuid:batch_id>/"
SETUP_PAGES = [
    ("people/", wizard_setup.people, "user_add_people"),
    ("people/<int:row>/removal/", wizard_setup.removal, "user_add_removal"),
    ("paste/", wizard_setup.paste, "user_add_paste"),
    ("draft/", wizard_htmx.draft, "user_add_autosave"),
    ("groups/", wizard_htmx.groups, "user_add_groups"),
    ("projects/", wizard_htmx.projects, "user_add_projects"),
    ("discard/", wizard_draft.discard, "user_add_discard"),
]
urlpatterns = [
    path(NEW, wizard_setup.setup, name="user_add"),
    path(DRAFT, wizard_setup.setup, name="user_add_draft"),
    path(f"{DRAFT}list/", wizard_list.pasted_list, name="user_add_list"),
    path(f"{DRAFT}list/undo/", wizard_setup.undo, name="user_add_undo"),
    path(f"{DRAFT}personalize/", wizard_personalize.personalize, name="user_add_personalize"),
    path(f"{DRAFT}setup/", wizard_personalize.back, name="user_add_back"),
    path(f"{DRAFT}preview/", wizard_htmx.preview, name="user_add_preview"),
    path(f"{DRAFT}preview/mail/", wizard_personalize.email, name="user_add_mail"),
    *(path(f"{prefix}{page}", view, name=name) for prefix in (NEW, DRAFT) for page, view, name in SETUP_PAGES),
]
