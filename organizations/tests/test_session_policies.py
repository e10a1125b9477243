"""Security policies bind the sessions of members, in their own organization only (S-3, S-5, S-6, S-11)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from organizations import services
from organizations.models import Membership, Organization
from organizations.tests.session_clients import (
    add_app,
    session_key,
    set_policies,
    set_session,
    sign_in,
    statuses,
    use_second_factor,
)
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.html import text_of

AGAIN, VERIFY, SET_UP = "/accounts/sign-in-again/", "/accounts/two-factor/verify/", "/accounts/two-factor/"
LOGIN = "/accounts/login/"
BOTH = ("acme", "globex")


@pytest.fixture
def cast(cast):
    """Bo is a Builder in Acme and can read Globex."""
    add_member(cast.globex, cast.bo.user, "read_only")
    return cast


@pytest.fixture
def bo(cast):
    """Bo's browser, in which both organizations were opened."""
    return sign_in("bo@acme.example", *BOTH)


def ago(**units):
    return timezone.now() - timedelta(**units)


@pytest.mark.spec("S-6")
def test_ip_ranges(cast, bo):
    set_policies(cast.acme, allowed_ip_ranges=["203.0.113.0/24", "2001:db8::/32"])
    assert statuses(bo, *BOTH) == [403, 200]
    text = text_of(bo.get("/o/acme/projects/"))
    assert "Acme can’t be opened from your network (127.0.0.1). Ask an Admin." in text
    assert "Bo Lindqvist" not in text and "Projects" not in text and "Globex" not in text, "a page without the frame"
    toast = bo.get("/o/acme/projects/", headers={"HX-Request": "true"})
    assert toast.status_code == 403 and "your network" in text_of(toast)
    for address in ("203.0.113.200", "::ffff:203.0.113.9", "2001:db8:1::1"):
        assert bo.get("/o/acme/", REMOTE_ADDR=address).status_code == 200
    for address in ("203.0.114.1", "2001:db9::1", "::ffff:127.0.0.1", ""):
        assert bo.get("/o/acme/", REMOTE_ADDR=address).status_code == 403
    assert bo.get("/")["Location"] == "/o/globex/", "the homepage that is open from here"


@pytest.mark.spec("S-6")
def test_idle_timeout(cast, bo):
    set_policies(cast.acme, idle_minutes=30)
    set_session(bo, last_seen_at=ago(minutes=29))
    assert statuses(bo, *BOTH) == [200, 200]
    set_session(bo, last_seen_at=ago(minutes=31))
    assert statuses(bo, *BOTH) == [AGAIN, 200]
    assert statuses(bo, *BOTH) == [AGAIN, 200], "a visit to another organization doesn't bring it back"


@pytest.mark.spec("S-6")
@pytest.mark.parametrize("path", ["/organizations/", "/o/globex/", "/accounts/sign-in-again/", "/o/no-such-place/"])
def test_an_idle_session_stays_closed_after_a_visit_elsewhere(cast, bo, path):
    set_policies(cast.acme, idle_minutes=30)
    set_session(bo, last_seen_at=ago(minutes=31))
    bo.get(path)
    assert statuses(bo, *BOTH) == [AGAIN, 200]


@pytest.mark.spec("S-6")
def test_an_idle_session_that_has_not_opened_the_organization_stays_closed_too(cast):
    set_policies(cast.acme, idle_minutes=30)
    bo = sign_in("bo@acme.example", "globex")
    set_session(bo, last_seen_at=ago(minutes=31))
    assert statuses(bo, "globex", "acme") == [200, AGAIN]


@pytest.mark.spec("S-6")
def test_signing_in_again_after_a_period(cast, bo):
    set_policies(cast.acme, sign_in_again_hours=8)
    set_session(bo, signed_in_at=ago(hours=7))
    assert statuses(bo, *BOTH) == [200, 200]
    set_session(bo, signed_in_at=ago(hours=8, seconds=1))
    assert statuses(bo, *BOTH) == [AGAIN, 200]


@pytest.mark.spec("S-6")
def test_the_oldest_session_beyond_the_limit_ends(cast):
    set_policies(cast.acme, max_sessions=2)
    first, second, third = (sign_in("bo@acme.example", *BOTH) for _ in range(3))
    assert [statuses(each, *BOTH) for each in (first, second, third)] == [[AGAIN, 200], [200, 200], [200, 200]]
    fourth = sign_in("bo@acme.example", "globex")
    assert statuses(second, "acme") == [200], "a session that doesn't open Acme doesn't count there"
    assert statuses(fourth, "acme") == [200] and statuses(second, *BOTH) == [AGAIN, 200]


@pytest.mark.spec("S-6")
def test_a_lower_limit_ends_the_oldest_sessions_at_their_next_click(cast):
    first, second, third = (sign_in("bo@acme.example", *BOTH) for _ in range(3))
    set_policies(cast.acme, max_sessions=1)
    assert [statuses(each, *BOTH) for each in (second, third, first)] == [[AGAIN, 200], [200, 200], [AGAIN, 200]]
    set_policies(cast.acme, max_sessions=0)
    assert [statuses(each, "acme") for each in (first, second, third)] == [[AGAIN], [AGAIN], [200]]


@pytest.mark.spec("S-6")
def test_sessions_that_a_new_password_ended_do_not_count(cast):
    first, _second = sign_in("bo@acme.example", *BOTH), sign_in("bo@acme.example", *BOTH)
    new = "tulip-anchor-bicycle-seven"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert first.post("/accounts/password/change/", form).status_code == 302
    set_policies(cast.acme, max_sessions=1)
    assert statuses(first, "acme") == [200]


@pytest.mark.spec("S-5", "S-6")
def test_a_new_password_does_not_bring_back_an_ended_session(cast, bo):
    services.log_out_member(actor=cast.olga, member=cast.bo)
    new = "tulip-anchor-bicycle-seven"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    key = session_key(bo)
    assert bo.post("/accounts/password/change/", form).status_code == 302
    assert session_key(bo) != key and statuses(bo, *BOTH) == [AGAIN, 200]


@pytest.mark.spec("S-3", "S-6")
def test_two_factor_for_everyone(cast, bo):
    set_policies(cast.acme, require_two_factor="everyone")
    assert statuses(bo, *BOTH) == [SET_UP, 200]
    add_app(cast.bo.user)
    assert statuses(bo, *BOTH) == [VERIFY, 200]
    use_second_factor(bo)
    assert statuses(bo, *BOTH) == [200, 200]
    Membership.objects.filter(user=cast.bo.user).update(two_factor=False)
    assert statuses(bo, *BOTH) == [SET_UP, 200], "the user removed it, and must set up another one"


@pytest.mark.spec("S-3", "S-6")
def test_two_factor_for_members_with_administrative_permissions(cast, bo):
    add_member(cast.acme, cast.tess.user, "manager")
    set_policies(cast.acme, require_two_factor="admins")
    assert statuses(bo, "acme") == [200]
    assert statuses(sign_in("olga@acme.example"), "acme") == [SET_UP]
    assert statuses(sign_in("tess@globex.example"), *BOTH) == [SET_UP, 200]


@pytest.mark.spec("S-11")
def test_two_factor_from_a_date(cast, bo):
    set_policies(cast.acme, require_two_factor="everyone", two_factor_required_from=ago(minutes=-1))
    assert statuses(bo, *BOTH) == [200, 200]
    set_policies(cast.acme, two_factor_required_from=ago(minutes=1))
    assert statuses(bo, *BOTH) == [SET_UP, 200]
    set_policies(cast.acme, require_two_factor="no_one")
    assert statuses(bo, *BOTH) == [200, 200]


@pytest.mark.spec("S-6")
def test_each_of_two_organizations_has_its_own_rules(cast, bo):
    set_policies(cast.acme, idle_minutes=30, sign_in_again_hours=24)
    set_policies(cast.globex, idle_minutes=120, allowed_ip_ranges=["127.0.0.0/8"])
    set_session(bo, last_seen_at=ago(minutes=60))
    assert statuses(bo, *BOTH) == [AGAIN, 200]
    bo = sign_in("bo@acme.example", *BOTH)
    set_session(bo, signed_in_at=ago(hours=25))
    assert statuses(bo, *BOTH) == [AGAIN, 200]
    assert [bo.get(f"/o/{slug}/", REMOTE_ADDR="203.0.113.1").status_code for slug in BOTH] == [302, 403]


@pytest.mark.spec("S-6")
def test_members_of_one_organization_are_signed_out(cast):
    olga = sign_in("olga@acme.example", "acme")
    set_policies(cast.acme, idle_minutes=30)
    set_session(olga, last_seen_at=ago(minutes=31))
    key = session_key(olga)
    assert olga.get("/o/acme/projects/?q=a")["Location"] == f"{LOGIN}?next=/o/acme/projects/%3Fq%3Da"
    assert "You were signed out of Acme because you were inactive." in text_of(olga.get(LOGIN))
    assert not Session.objects.filter(pk=key).exists() and statuses(olga, "acme") == [LOGIN]


@pytest.mark.spec("S-6")
def test_members_of_several_organizations_choose(cast, bo):
    set_policies(cast.acme, sign_in_again_hours=8)
    set_session(bo, signed_in_at=ago(hours=9))
    response = bo.get("/o/acme/projects/?q=a", follow=True)
    text = text_of(response)
    assert "Acme requires you to sign in again." in text and "Your other organizations stay open" in text
    page = response.content.decode()
    assert 'href="/organizations/"' in page and 'value="/o/acme/projects/?q=a"' in page
    assert bo.get("/organizations/").status_code == 200 and statuses(bo, "globex") == [200]
    assert 'href="/o/acme/"' in bo.get("/o/globex/").content.decode(), "the switcher leads to the same page"
    assert bo.post(AGAIN, {"next": "/o/acme/projects/"})["Location"] == f"{LOGIN}?next=/o/acme/projects/"
    assert statuses(bo, *BOTH) == [LOGIN, LOGIN]
    assert statuses(sign_in("bo@acme.example"), *BOTH) == [200, 200]


@pytest.mark.spec("S-6")
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_forms_in_an_ended_session_change_nothing(cast, headers):
    olga = sign_in("olga@acme.example", "acme")
    set_policies(cast.acme, idle_minutes=30)
    set_session(olga, last_seen_at=ago(minutes=31))
    response = olga.post("/o/acme/projects/new/", {"name": "Bridge"}, headers=headers)
    assert response.get("HX-Redirect", response.get("Location")) == f"{LOGIN}?next=/o/acme/projects/new/"
    assert not cast.acme.projects.filter(name="Bridge").exists()


@pytest.mark.spec("S-6")
def test_htmx_leads_the_whole_page_and_back_to_it(cast, bo):
    set_policies(cast.acme, require_two_factor="everyone")
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/o/acme/projects/?q=a"}
    response = bo.get("/o/acme/projects/new/", headers=headers)
    assert response["HX-Redirect"] == f"{SET_UP}?next=%2Fo%2Facme%2Fprojects%2F%3Fq%3Da" and not response.content
    for address in ("http://evil.example/x", "http://[", "nonsense"):
        response = bo.get("/o/acme/projects/new/", headers={**headers, "HX-Current-URL": address})
        assert response["HX-Redirect"] == f"{SET_UP}?next=%2Fo%2Facme%2Fprojects%2Fnew%2F"


@pytest.mark.spec("S-6")
def test_the_policies_cost_no_query(cast, bo):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert statuses(bo, "acme") == [200]
        return len(found)

    without = queries()
    add_app(cast.bo.user)
    use_second_factor(bo)
    limits = {"idle_minutes": 30, "sign_in_again_hours": 8, "max_sessions": 3}
    set_policies(cast.acme, require_two_factor="everyone", allowed_ip_ranges=["127.0.0.1"] * 50, **limits)
    assert queries() > without, "once, because the limit of sessions changed"
    assert queries() == without


@pytest.mark.spec("S-5")
def test_ending_the_sessions_of_one_member_or_everyone(cast, bo):
    services.log_out_member(actor=cast.olga, member=cast.bo)
    assert statuses(bo, *BOTH) == [AGAIN, 200]
    bo = sign_in("bo@acme.example", *BOTH)
    services.end_all_sessions(actor=cast.olga)
    assert statuses(bo, *BOTH) == [AGAIN, 200]
    assert statuses(sign_in("tess@globex.example"), "globex") == [200]
    assert Organization.objects.get(slug="globex").sessions_ended_at.year == 1970
