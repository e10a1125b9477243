"""Rows that were written once are shown again only while every word of them is the same (U-18)."""

import re
import sys
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from base.keeping import Kept, weight
from base.text import name_key
from console import rows
from console.listing import EVERYONE, Listing, Tab
from console.queries import Line, lines_at, wanted_by
from console.tests.people import USERS, in_groups, joined
from organizations import services
from organizations.models import Group, GroupMembership, Membership
from teamadmin.testing.cast import role_named

pytestmark = pytest.mark.spec("U-18")


def change(member, **fields) -> None:
    Membership.objects.filter(pk=member.pk).update(**fields)


def row_of(client, member) -> str:
    """The text of the member's row."""
    page = client.get(f"{USERS}?q=lindqvist").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.split(f'id="user-{member.pk}"')[1].split("</tr>")[0]).split())


def test_whatever_changes_shows_at_once(cast):
    client, bo = cast.client("olga"), cast.bo
    steps = [
        (lambda: change(bo, first_name="Bodil", sort_name="bodil"), "Bodil Lindqvist"),
        (lambda: change(bo, email="bodil@acme.example"), "bodil@acme.example"),
        (lambda: change(bo, two_factor=True), "On"),
        (lambda: change(bo, last_active_at=timezone.now() - timedelta(hours=30)), "Yesterday"),
        (lambda: change(bo, status="deactivated"), "Deactivated"),
        (lambda: services.set_member_roles(actor=cast.olga, member=bo, roles=[role_named("manager")]), "Manager"),
        (
            lambda: GroupMembership.objects.create(
                organization=cast.acme, group=cast.groups["research"], membership=bo
            ),
            "+1",
        ),
    ]
    shown = row_of(client, bo)
    for step, expected in steps:
        assert expected not in shown, expected
        step()
        shown = row_of(client, bo)
        assert expected in shown, expected


def test_what_is_known_of_a_row_decides_every_word_of_it(cast):
    """Whatever the time: of a hundred moments before and after, those that are known alike are written alike."""
    now = timezone.now().replace(hour=12, minute=34, second=56)
    steps = [0, 1, 59, 60, 61, 299, 301, 1800, 3599, 3601, 7200, 40_000, 50_000, 86_399, 86_401, 100_000, 604_800, 9e6]
    moments = [
        now + timedelta(seconds=sign * step, microseconds=part) for step in steps for sign in (1, -1) for part in (0, 7)
    ]
    written: dict[tuple, object] = {}
    around = lines_at(cast.acme, [], wanted_by(Listing()), Tab.ALL, now)[1]
    for later in (0, 30, 3_000, 20_000, 40_000, 42_000, 90_000):
        listing = Listing(filter=EVERYONE, columns=("last_active", "invite_expires", "status", "sent"))
        made = rows.Rows(actor=cast.olga, listing=listing, around=around, now=now + timedelta(seconds=later))
        for status in ("active", "invited"):
            for moment in moments:
                line = Line(1, True, 0, str(cast.bo.pk), "Bo", "L", "b@x.example", status, "manual", False, "bo l", 30,
                            moment.timestamp(), None, moment.timestamp(), "", "", "", 0, "")  # fmt: skip
                with time_machine.travel(made.clock.now, tick=False):
                    row = made.row(line)
                known = (made.clock.today, made._known(line))
                assert written.setdefault(known, row) == row, (later, moment, row)
    assert len(written) < len(moments) * 14


def test_a_row_is_written_again_for_another_language_and_view(cast):
    client = cast.client("olga")
    first = client.get(USERS).content.decode()
    assert client.get(USERS).content.decode().count("<tr") == first.count("<tr")
    assert "view=" in client.get(f"{USERS}?sort=-name").content.decode()
    assert len(rows.VIEWS.pieces) >= 2
    with translation.override("de"):
        assert rows._words(translation.get_language()) is not rows._words("en")


def test_no_more_are_kept_than_fit(cast, monkeypatch):
    monkeypatch.setattr(rows, "VIEWS", Kept(2))
    monkeypatch.setattr(rows, "ROWS", Kept(8))
    client = cast.client("olga")
    for sort in ("name", "-name", "role", "-role", "joined", "-joined"):
        client.get(f"{USERS}?sort={sort}")
        client.get(f"{USERS}?sort={sort}")
        assert all(len(kept.pieces) + len(kept.older) <= kept.limit for kept in (rows.VIEWS, rows.ROWS))


def everything(kept: Kept) -> list[tuple]:
    return [*kept.pieces.items(), *kept.older.items()]


def test_what_is_kept_is_bound_by_its_size(cast, monkeypatch):
    """Names of two hundred groups in a row, an emoji in each: what takes much is not kept, and all has its bound."""
    groups = [Group(organization=cast.acme, name=f"\U0001f600 {number} " + "x" * 90) for number in range(200)]
    for group in groups:
        group.name_key = name_key(group.name)
    in_groups(joined(cast.acme, 3), Group.objects.bulk_create(groups))
    joined(cast.acme, 40)
    monkeypatch.setattr(rows, "ROWS", Kept(6_000, room=500_000))
    client = cast.client("olga")
    for sort in ("name", "-name", "role", "-role"):
        for _time in range(2):
            assert "199 xxx" in client.get(f"{USERS}?sort={sort}&columns=groups").content.decode()
        size = sum(sys.getsizeof(html) + weight(key) for key, html in everything(rows.ROWS))
        assert 0 < size <= 500_000 and not any("199 xxx" in html for _key, html in everything(rows.ROWS))
