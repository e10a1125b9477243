"""No page, fragment or form of an organization gets past its security policies (THREATS 43, 44; S-3, S-5, S-6)."""

import pytest
from django.utils import timezone

from organizations.models import Organization
from teamadmin.testing.cast import add_member
from teamadmin.tests.test_permissions import listed, shared_stage, stage

__all__ = ["shared_stage", "stage"]  # fixtures
# What ends or blocks Olga's session in Acme, and where each leads.
GATES = {
    "ended": "/accounts/sign-in-again/?next=",
    "two_factor": "/accounts/two-factor/?next=",
    "network": "",
}


def close(gate: str) -> None:
    acme = Organization.objects.filter(slug="acme")
    if gate == "ended":
        acme.update(sessions_ended_at=timezone.now())
    elif gate == "two_factor":
        acme.update(require_two_factor="everyone")
    else:
        acme.update(allowed_ip_ranges=["203.0.113.0/24"])


@pytest.mark.spec("S-3", "S-5", "S-6")
@pytest.mark.parametrize("gate", GATES)
def test_every_url_is_closed(stage, gate):
    add_member(stage.cast.globex, stage.cast.olga.user, "read_only")
    client = stage.client("olga")
    close(gate)
    for route, method in listed():
        for headers in ({}, {"HX-Request": "true"}) if gate == "ended" else ({},):
            response = stage.request(client, method, stage.url(route, "olga"), headers=headers)
            if gate == "network":
                assert response.status_code == 403 and "opened from your network" in response.content.decode(), route
                continue
            target = response.get("HX-Redirect", response.get("Location", ""))
            assert target.startswith(GATES[gate]), (route, method, response.status_code)
            assert not response.content
    assert client.get("/o/globex/").status_code == 200
