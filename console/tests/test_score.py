"""The security score: points, checks, links and queries (S-6)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from base.counting import CAP, Count
from console.security.checks import Figures, run_checks
from console.security.queries import read_figures
from console.tests.people import joined, names, pending
from console.tests.test_reads import fill
from organizations.models import Membership, MembershipRole, Status
from organizations.permissions import Permission
from teamadmin.testing.buffers import reads, settle
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.html import text_of

URL = "/o/acme/security/"
# The score's queries: counters (2), invitations (2), Admins (2), inactive, domains; history, reminded, members without
# an account, first members, their details, roles. One less where no member is missing.
SCORE_QUERIES = 14
NONE = Count(0)
# Acme of the design: 48 members, 12 pending.
GAPS = Figures(44, 31, Count(2), Count(3), 12, Count(3), Count(3), domains=("acme.example",))
PERFECT = Figures(3, 3, Count(2), NONE, 5, NONE, NONE, 30, 3, 2, ("acme.example",))
# One person, who is Admin, in an organization that enforces single sign-on.
ALONE = Figures(1, 0, Count(1), NONE, 0, NONE, NONE, sso_enforced=True)


def total(figures: Figures) -> tuple[int, int]:
    points = run_checks(figures).values()
    return sum(each.earned for each in points), sum(each.possible for each in points)


@pytest.mark.spec("S-6")
@pytest.mark.parametrize(
    ("figures", "earned", "possible"),
    [
        (GAPS, 21 + 0 + 0 + 5 + 9 + 10 + 10, 90),
        (PERFECT, 90, 90),
        (ALONE, 10, 60),  # inactive; without invitations, number of Admins and domains
    ],
)
def test_three_organizations_with_known_points(figures, earned, possible):
    assert total(figures) == (earned, possible)


@pytest.mark.spec("S-6")
def test_the_most_points_to_gain_come_first_and_done_checks_last():
    assert list(run_checks(GAPS)) == [
        "sessions", "networks", "two_factor", "invitations", "inactive", "admins", "domains",
    ]  # fmt: skip


@pytest.mark.spec("S-6")
@pytest.mark.parametrize(
    ("changes", "key", "earned"),
    [
        ({"admins": Count(1)}, "admins", 0),
        ({"admins": Count(5)}, "admins", 10),
        ({"admins": Count(6)}, "admins", 0),
        ({"admins": Count(101, 100)}, "admins", 0),
        ({"idle_minutes": 30}, "sessions", 5),
        ({"max_sessions": 3}, "sessions", 5),
        ({"ip_ranges": 1}, "networks", 10),
        ({"two_factor": 43}, "two_factor", 29),
        # So many that they aren't counted: the share is unknown.
        ({"active": 10**6, "inactive": Count(CAP + 1)}, "inactive", 0),
        ({"pending": 10**6, "expired": Count(CAP + 1)}, "invitations", 0),
        # Counted a moment later than the others.
        ({"inactive": Count(45)}, "inactive", 0),
    ],
)
def test_points_of_single_checks(changes, key, earned):
    assert run_checks(Figures(**{**vars(GAPS), **changes}))[key].earned == earned


@pytest.mark.django_db
@pytest.mark.spec("S-6")
def test_the_page_shows_the_score_and_every_list_has_as_many_rows_as_it_says(cast):
    old = timezone.now() - timedelta(days=91)
    joined(cast.acme, 3, last_active_at=old)
    joined(cast.acme, 2, last_active_at=old, status=Status.DEACTIVATED)
    joined(cast.acme, 4, two_factor=True, two_factor_method="app")
    pending(cast.acme, 2, days=-3)
    pending(cast.acme, 3, days=5)
    pending(cast.acme, 5, days=20)
    client = cast.client("olga")
    response = client.get(URL)
    page, text = response.content.decode(), text_of(response)
    # 30 * 4 // 11, 10 * 5 // 10, 10 * 8 // 11.
    assert "Security score: 22 of 90 points" in page and 'stroke-dasharray="24 100"' in page
    assert "style=" not in page
    links = dict(re.findall(r'<a href="([^"]*)">(View [^<]*)</a>', page))
    links = {label: unescape(url) for url, label in links.items()}
    assert list(links) == ["View 7 members", "View 1 Admin", "View 5 invitations", "View 3 members"]
    for label, url in links.items():
        assert len(names(client.get(url))) == int(re.findall(r"\d+", label)[0]), label
    assert "1 Admin View 1 Admin . Two to five is best 0 of 10 points Change Admins" in text
    assert "2 invitations expired, 3 expire this week" in text and "Needs attention" in text
    assert text.index("7 members without 2FA") < text.index("3 members inactive for 90 days")


@pytest.mark.django_db
@pytest.mark.spec("S-6", "A-5")
def test_links_and_fixes_are_only_for_those_who_can_use_them(cast):
    reader = add_member(
        cast.acme, add_user("sec@acme.example"), add_role(cast.acme, "Reader", Permission.SECURITY_VIEW)
    )
    client = Client()
    client.force_login(reader.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    text = text_of(client.get(URL))
    assert "5 members without 2FA" in text and "Olga Ivanova" not in text
    assert "View " not in text and "Remind" not in text and "Limit sessions" not in text
    assert cast.client("max").get(URL).status_code == 403
    assert cast.client("tess").get(URL).status_code == 404


@pytest.mark.django_db
@pytest.mark.spec("S-6")
def test_admins_are_counted_once_and_only_active_ones(cast):
    assert read_figures(cast.acme, timezone.now()).admins == Count(1, 100)
    add_member(cast.acme, add_user("gone@acme.example"), "admin", status=Status.DEACTIVATED)
    MembershipRole.objects.create(organization=cast.acme, membership=cast.max, role=role_named("admin"))
    assert read_figures(cast.acme, timezone.now()).admins.value == 2
    assert read_figures(cast.globex, timezone.now()).admins.value == 1


@pytest.mark.django_db
@pytest.mark.spec("S-6")
@pytest.mark.parametrize("size", [1, 30])
def test_the_score_takes_the_same_queries_at_any_size(
    cast, django_assert_max_num_queries, django_assert_num_queries, size
):
    joined(cast.acme, size)
    pending(cast.acme, size, days=3)
    client = cast.client("olga")
    # Session, user and memberships.
    with django_assert_num_queries(3 + SCORE_QUERIES):
        client.get(URL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("S-6", "S-11")
@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize("has_two_factor", [True, False])
def test_the_score_of_a_large_organization_reads_no_more_than_its_caps(live_cast, has_two_factor):
    """12,000 members. Nothing is walked: capped counts read at most 10,001 index entries each."""
    fill(live_cast, 12_000)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        Membership.objects.filter(organization=live_cast.acme).update(two_factor=has_two_factor)
        cursor.execute("RESET statement_timeout")
    settle()
    client = live_cast.client("olga")
    client.get(URL)
    with reads() as log:
        assert client.get(URL).status_code == 200
    assert log.buffers < 700, str(log)
