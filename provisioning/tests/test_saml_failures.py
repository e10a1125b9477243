"""What failed SAML sign-ins say, and which of them Admins find in the audit log (O-3)."""

import pytest

from audit.models import Entry
from provisioning.tests.saml_messages import Facts, good, key_pair, sign, unsigned
from provisioning.tests.saml_provider import make_provider, post, start


@pytest.fixture
def request_id(cast) -> str:
    make_provider(cast)
    return start(cast.client())


def failures() -> list[str]:
    return [entry.data["reason"] for entry in Entry.objects.filter(action="sso.failed")]


@pytest.mark.spec("O-3")
def test_what_only_the_provider_can_cause_is_in_the_audit_log(request_id):
    other_key = unsigned(Facts(request_id=request_id))
    sign(other_key, key=key_pair("rotated")[0])
    for document in (other_key, good(Facts(request_id=request_id, audiences=("https://other.example/",)))):
        assert post(document).status_code == 400
    assert failures() == ["signature", "audience"]


@pytest.mark.spec("O-3")
@pytest.mark.parametrize("document", [b"", b"<a/>", b"<!DOCTYPE a><a/>", b"\xff"])
def test_strangers_do_not_fill_the_audit_log(request_id, document):
    assert post(document).status_code == 400
    assert post(unsigned(Facts(request_id=request_id))).status_code == 400
    assert post(good(Facts(request_id=""))).status_code == 400
    assert failures() == []


@pytest.mark.spec("O-1")
@pytest.mark.parametrize("facts", [Facts(request_id=""), Facts(request_id="_unknown"), Facts(not_on_or_after=-600)])
def test_a_sign_in_that_can_simply_be_repeated_offers_that_first(request_id, facts):
    page = post(good(facts)).content.decode()
    assert 'class="btn primary lg block" href="/sso/acme/"' in page and "wrong account" not in page
