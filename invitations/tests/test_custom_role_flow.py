"""A custom role from end to end: chosen, explained in the email and the welcome dialog, assigned, filtered by."""

import pytest
from django.urls import reverse

from invitations import emails
from invitations.models import Invitation
from invitations.services import accept_as_new_user, save_draft, send_batch
from organizations.models import Membership
from organizations.permissions import Permission as P
from organizations.queries import direct_roles_of
from organizations.services import RoleFields, create_role
from outbox.models import OutgoingEmail


@pytest.mark.spec("R-3", "R-5", "W-2", "W-9", "M-4", "J-4", "J-8")
@pytest.mark.parametrize("name,slug", [("olga", "acme"), ("tess", "globex")])
def test_custom_role_from_invitation_to_first_sign_in(cast, name, slug):
    actor = getattr(cast, name)
    role = create_role(actor=actor, fields=RoleFields("Auditor", "Reads what happened.", frozenset({P.AUDIT_VIEW})))
    draft = cast.draft(actor, role="operator" if slug == "acme" else "read_only")
    client = cast.client(name)
    setup = client.get(reverse("user_add_draft", args=[slug, draft.pk])).content.decode()
    assert f'value="{role.pk}"' in setup and "Auditor" in setup
    draft = save_draft(actor=actor, batch=draft, version=draft.version, role_ids=[str(role.pk)])
    personal = client.get(reverse("user_add_personalize", args=[slug, draft.pk])).content.decode()
    assert "Suggested first tasks for the Auditor role" in personal and "See recent activity" in personal
    send_batch(actor=actor, batch=draft, version=draft.version)
    invitation = Invitation.objects.get(batch=draft)
    email = emails.render_invitation(OutgoingEmail.objects.get(subject_id=invitation.pk))
    assert "with the role Auditor." in email.body and "See the audit log" in email.body
    _outcome, user = accept_as_new_user(invitation=invitation, password="correct-horse-battery")  # noqa: S106
    member = Membership.objects.get(user=user)
    assert direct_roles_of(member) == [role] and member.role_order == role.rank
    new_client = cast.client()
    new_client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    welcome = new_client.get(reverse("welcome", args=[slug]), follow=True).content.decode()
    assert "Auditor" in welcome and "See the audit log" in welcome
    page = client.get(reverse("users", args=[slug]) + f"?role={role.pk}").content.decode()
    assert "nadia@acme.example" in page and actor.email not in page.split("<tbody")[1].split("</tbody")[0]
