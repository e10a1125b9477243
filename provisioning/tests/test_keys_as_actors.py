"""What an organization's access key answers is stored without a member: it is none (A-6)."""

import pytest

from api.tests.keys import add_key
from base.policies import Refused
from organizations.queries import acting_member
from organizations.scopes import SCOPES
from provisioning.models import JoinRequest, SetupIntent, SetupLink
from provisioning.services.join_requests import approve_join_request, refuse_join_request, request_to_join
from provisioning.services.setup_links import create_setup_link
from provisioning.tests.test_join_requests import open_acme


@pytest.mark.spec("A-6", "O-5")
@pytest.mark.parametrize("answer", [approve_join_request, refuse_join_request])
def test_answers_to_requests_have_no_member(cast, answer):
    user = open_acme(cast)
    request_to_join(organization=cast.acme, user=user)
    request = JoinRequest.objects.get()
    assert answer(actor=acting_member(add_key(cast.acme)[0]), join_request=request)
    request.refresh_from_db()
    assert request.answered_by is None and request.answered_at


@pytest.mark.spec("A-6", "O-6")
def test_no_scope_makes_setup_links(cast):
    """They end with the member who made them, so a key can't make any."""
    with pytest.raises(Refused):
        create_setup_link(actor=acting_member(add_key(cast.acme, *SCOPES)[0]), intent=SetupIntent.SSO)
    assert not SetupLink.objects.exists()
