"""An organization that ended a session asks for a new sign-in. The user's other organizations stay open (S-5, S-6)."""

import pytest
from django.utils import timezone

from organizations.models import Membership
from teamadmin.testing.cast import add_member

pytestmark = [pytest.mark.spec("S-5"), pytest.mark.django_db]
NEXT = "/accounts/sign-in-again/?next=%2Fo%2Facme%2F"


@pytest.fixture
def shared(cast):
    """Bo is also a member of Globex, and Acme has ended his sessions."""
    add_member(cast.globex, cast.bo.user, "billing")
    client = cast.client("bo")
    Membership.objects.filter(pk=cast.bo.pk).update(sessions_ended_at=timezone.now())
    return client


def test_the_page_explains_and_other_organizations_stay_open(shared):
    response = shared.get("/o/acme/")
    assert response["Location"] == NEXT
    text = shared.get(NEXT).content.decode()
    assert "You were signed out of Acme. Sign in again." in text
    assert "Your other organizations stay open in this browser." in text
    assert shared.get("/o/globex/").status_code == 200


def test_the_button_signs_out_and_returns_after_the_sign_in(shared):
    assert shared.post("/accounts/sign-in-again/", {"next": "/o/acme/"})["Location"] == "/accounts/login/?next=/o/acme/"
    assert shared.get("/o/globex/").status_code == 302


def test_get_signs_out_no_one_and_next_stays_on_this_site(shared):
    assert 'value="/"' in shared.get("/accounts/sign-in-again/?next=//evil.example").content.decode()
    assert shared.get("/o/globex/").status_code == 200


def test_htmx_leaves_the_page(shared):
    response = shared.get("/o/acme/users/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"].startswith("/accounts/sign-in-again/?next=")


def test_members_of_one_organization_are_signed_out(cast):
    client = cast.client("bo")
    Membership.objects.filter(pk=cast.bo.pk).update(sessions_ended_at=timezone.now())
    assert client.get("/o/acme/")["Location"] == "/accounts/login/?next=/o/acme/"
    assert "_auth_user_id" not in client.session
