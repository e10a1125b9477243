"""Own activity: everyone sees their sign-ins and what they did, and nothing of others (A-4, U-19)."""

import re
from datetime import timedelta

import pytest

from base.lists.keyset import PAGE_SIZE
from teamadmin.testing.audit_entries import write, write_many
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-4", "U-19")]
URL = "/o/acme/preferences/activity/"


def test_members_without_permission_see_their_own_entries(cast):
    write(cast.acme, cast.bo, "sign_in.succeeded", cast.bo, data={"device": "Firefox on Linux"}, ip="81.2.69.142")
    write(cast.acme, None, "sign_in.failed", cast.bo, data={"reason": "password"}, ip="203.0.113.66")
    write(cast.acme, cast.bo, "group.renamed", cast.groups["research"], via="the access key Laptop")
    cast.client("bo").post("/o/acme/preferences/", {"first_name": "Bob", "last_name": "L"})
    text = text_of(cast.client("bo").get(URL))
    assert "Signed in with Firefox on Linux 81.2.69.142 United Kingdom" in text
    assert "Wrong password for Bo Lindqvist 203.0.113.66" in text
    assert "Edited the group Research via the access key Laptop" in text
    assert "Changed their profile name" in text


def test_what_others_did_and_where_they_were_is_not_shown(cast):
    write(cast.acme, cast.olga, "member.deactivated", cast.bo, ip="198.51.100.1")
    write(cast.acme, cast.max, "group.renamed", cast.groups["research"])
    write(cast.globex, cast.tess, "sign_in.failed", cast.bo)
    write(cast.globex, cast.bo, "group.renamed", cast.globex_group)
    text = text_of(cast.client("bo").get(URL))
    assert "No activity yet" in text and "198.51.100.1" not in text and "Max" not in text


def test_older_entries_are_on_further_pages(cast):
    write_many(cast.acme, cast.bo, "group.created", PAGE_SIZE + 5)
    client = cast.client("bo")
    first = client.get(URL).content.decode()
    link = re.search(r'href="([^"]*)" rel="next"', first)
    second = client.get(link[1]).content.decode()
    assert (first.count("Created the group"), second.count("Created the group")) == (PAGE_SIZE, 5)
    # A page can't start at an entry of someone else.
    foreign = write(cast.acme, cast.olga, "group.created", ago=timedelta(days=1))
    assert client.get(URL, {"before": str(foreign.pk)}).content.decode().count("Created the group") == PAGE_SIZE


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_takes_the_same_number_of_queries(cast, django_assert_num_queries, number):
    write_many(cast.acme, cast.bo, "group.created", number)
    client = cast.client("bo")
    with django_assert_num_queries(6):
        client.get(URL)


def test_a_members_page_leads_to_the_audit_log(cast):
    client = cast.client("olga")
    for path in ("", "activity/"):
        assert (
            f"/o/acme/audit-log/?person={cast.bo.pk}"
            in client.get(f"/o/acme/users/{cast.bo.pk}/{path}").content.decode()
        )
