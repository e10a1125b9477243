"""Each welcome page of each role, reached through a first sign-in (W-9, J-5)."""

import re

import pytest
from django.urls import reverse

from invitations.links import make_token
from invitations.tests.welcome_pages import IDS, ROLES, heading_of, invite_to, pages_of
from organizations.models import Membership

PASSWORD = "a-long-walk-by-the-sea"
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)


@pytest.mark.spec("W-9", "J-1", "J-4", "J-5")
@pytest.mark.parametrize(("scheme", "key"), ROLES, ids=IDS)
def test_a_first_sign_in_leads_to_each_welcome_page_of_the_role(cast, scheme, key):
    pages = pages_of(scheme, key)
    for page in pages:
        invitation = invite_to(cast, scheme, key, page)
        slug = invitation.membership.organization.slug
        client = cast.client()
        client.get(reverse("invitation", args=[make_token(invitation)]), follow=True)
        accepted = client.post("/invitations/accept/", {"invitation": invitation.pk, "password": PASSWORD})
        assert accepted["Location"] == f"/o/{slug}/welcome/"
        dialog = client.get(accepted["Location"]).content.decode()
        assert "Get started" in dialog and "Ann" in dialog
        started = client.post(accepted["Location"])
        assert started["Location"] == page.url(slug), page.key
        response = client.get(started["Location"])
        heading = HEADING.search(response.content.decode())
        assert response.status_code == 200 and heading and heading_of(page).search(heading[1]), page.key
        # A later sign-in opens the Homepage, whatever the welcome page was.
        client.logout()
        address = {"login": invitation.membership.email, "password": PASSWORD}
        later = client.post("/accounts/login/", address, follow=True)
        assert later.redirect_chain[-1][0] == f"/o/{slug}/" and later.status_code == 200
        assert client.get(f"/o/{slug}/welcome/")["Location"] == f"/o/{slug}/"
    joined = Membership.objects.filter(first_name="Ann", welcomed_at__isnull=False)
    assert joined.count() == len(pages) > 0
