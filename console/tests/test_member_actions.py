"""Resending invitations and deleting pending members: pages, fragments, direct requests (I-2 to I-4, U-14, U-18)."""

import re
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.models import Entry
from console.tests.bulk_requests import url as bulk_url
from console.tests.people import PENDING, USERS, expire, link, names, row
from invitations.models import Invitation
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def nadia(cast):
    """Pending for another month."""
    return cast.invite(group_ids=[str(cast.groups["marketing"].pk)])[0].membership


@pytest.fixture
def eve(cast):
    """Invited by Max, expired three days ago."""
    return expire(cast.invite(cast.max, people=[("Eve", "Late", "eve@acme.example")])[0])


def url(member: Membership, noun: str, view: str = "") -> str:
    return f"{USERS}{member.pk}/{noun}/" + (f"?view={view}" if view else "")


def mails(member: Membership) -> int:
    return OutgoingEmail.objects.filter(
        subject_id__in=Invitation.objects.filter(membership=member).values("pk")
    ).count()


# --- resending ----------------------------------------------------------------------------------


@pytest.mark.spec("I-2", "U-18")
def test_resend_keeps_the_expiry_and_returns_to_the_list(cast, nadia):
    expires, client = nadia.invite_expires_at, cast.client("max")
    response = client.post(url(nadia, "invitation", "pending/%3Fsort=name"), follow=True)
    assert response.redirect_chain == [(f"{PENDING}?sort=name", 302)]
    day = timezone.localtime(expires)
    assert f"Invitation resent to Nadia Petrov. It still expires on {day:%b} {day.day}." in text_of(response)
    nadia.refresh_from_db()
    assert nadia.invite_expires_at == expires and nadia.invited_by == cast.max and mails(nadia) == 2
    assert Entry.objects.filter(action="invitation.resent", target_id=nadia.pk, actor_id=cast.max.pk).count() == 1


@pytest.mark.spec("I-2", "U-18")
def test_resend_by_htmx_updates_row_counts_and_message(cast, nadia):
    view = quote("pending/?columns=role,invited_by")
    response = cast.client("max").post(url(nadia, "invitation", view), headers=HTMX)
    body = response.content.decode()
    assert response.status_code == 200 and "<html" not in body
    assert f'<template><tr role="row" id="user-{nadia.pk}" hx-swap-oob="true">' in body
    assert "Max Keller" in row(response, nadia)
    assert 'id="users-tabs"' in body and 'id="users-summary"' in body and 'id="toasts"' in body
    assert "Invitation resent to Nadia Petrov." in body


@pytest.mark.spec("I-2")
def test_a_second_click_sends_nothing(cast, nadia):
    client = cast.client("olga")
    page = client.get(url(nadia, "menu"))
    action = re.search(r'action="([^"]*invitation[^"]*)"', page.content.decode())[1].replace("&amp;", "&")
    assert [client.post(action).status_code for _ in range(3)] == [302, 302, 302]
    assert mails(nadia) == 2


@pytest.mark.spec("I-3")
def test_an_expired_invitation_restarts_after_a_confirmation(cast, eve):
    client, address = cast.client("olga"), url(eve, "invitation", "pending/")
    confirmation = client.get(address)
    assert "Resending it sends a new link that is valid for 30 days." in text_of(confirmation)
    version = eve.invitations.get().version
    unconfirmed = client.post(address)
    assert unconfirmed.status_code == 409 and "Resending it sends a new link" in text_of(unconfirmed)
    assert mails(eve) == 1
    done = client.post(address, {"renew": "1"}, follow=True)
    eve.refresh_from_db()
    assert eve.invite_expires_at > timezone.now() + timedelta(days=29)
    assert eve.invitations.get().version == version + 1 and mails(eve) == 2
    day = timezone.localtime(eve.invite_expires_at)
    assert f"Invitation resent to Eve Late with a new link. It expires on {day:%b} {day.day}" in text_of(done)
    assert "Pending" in row(done, eve)


@pytest.mark.spec("I-1", "I-3", "I-11")
@pytest.mark.parametrize("days, period", [(14, "14 days"), (1, "1 day")])
def test_pages_name_the_days_that_a_new_link_is_valid(cast, eve, settings, days, period):
    settings.INVITATION_DAYS = days
    client, valid = cast.client("olga"), f"valid for {period}."
    assert f"Resending it sends a new link that is {valid}" in text_of(client.get(url(eve, "invitation", "pending/")))
    bulk = client.get(bulk_url("invitation", eve, view="pending/"))
    assert f"1 has expired. Resending it sends a new link that is {valid}" in text_of(bulk)
    for page in (url(eve, "invitation/address", "pending/"), f"{USERS}{eve.pk}/?view=pending/"):
        assert f"a new period of {period} starts." in text_of(client.get(page)), page
    assert f"Links are valid for {period}." in text_of(client.get(PENDING))


@pytest.mark.spec("I-3")
def test_an_expired_invitation_is_not_resent_from_all_users(cast, eve):
    for address in (url(eve, "invitation"), url(eve, "invitation", "%3Fstatus=expired")):
        response = cast.client("olga").post(address, {"renew": "1"})
        assert response.status_code == 403 and "Resend it from the Pending tab" in text_of(response)
    assert mails(eve) == 1


@pytest.mark.spec("I-2")
def test_members_who_joined_get_no_invitation(cast):
    for member in (cast.bo, cast.olga):
        response = cast.client("olga").post(url(member, "invitation", "pending/"))
        assert response.status_code == 403 and "has already joined" in text_of(response)


@pytest.mark.spec("I-2", "W-1", "O-4")
def test_only_resend_stays_where_single_sign_on_is_enforced(cast, nadia):
    """O-4: pending invitations stay valid. Adding people doesn't."""
    cast.acme.sso_enforced = True
    cast.acme.save()
    client = with_sso(cast.client("olga"), cast.acme)
    page = client.get(PENDING)
    assert "requires single sign-on" in text_of(page) and 'href="/o/acme/users/add/"' not in page.content.decode()
    assert client.post(url(nadia, "invitation")).status_code == 302 and mails(nadia) == 2


# --- deleting -----------------------------------------------------------------------------------


@pytest.mark.spec("U-18")
def test_delete_shows_the_consequences_and_deletes(cast, nadia):
    client, address = cast.client("olga"), url(nadia, "deletion", "pending/")
    confirmation = client.get(address)
    for text in (
        "Delete Nadia Petrov?",
        "its link stops working",
        "Removed from 1 group: Marketing",
        "Loses access to 2 projects",
    ):
        assert text in text_of(confirmation)
    assert link(confirmation, "Cancel") == PENDING
    done = client.post(address, follow=True)
    assert done.redirect_chain == [(PENDING, 302)]
    assert "Nadia Petrov was deleted. The invitation no longer works." in text_of(done)
    assert not Membership.objects.filter(pk=nadia.pk).exists() and names(done) == []
    assert Invitation.objects.get().revoked_at is not None
    actions = set(Entry.objects.filter(target_id=nadia.pk).values_list("action", flat=True))
    assert {"invitation.revoked", "member.deleted"} <= actions


@pytest.mark.spec("U-18")
def test_delete_by_htmx_reloads_the_list(cast, nadia):
    client = cast.client("olga")
    dialog = client.get(url(nadia, "deletion"), headers=HTMX).content.decode()
    assert "<dialog" in dialog and "<html" not in dialog
    response = client.post(url(nadia, "deletion", "pending/"), headers=HTMX)
    assert response["HX-Trigger"] == "users-changed"
    assert "Pending 0" in text_of(response) and "was deleted" in response.content.decode()


@pytest.mark.spec("U-18")
def test_a_second_click_on_delete_is_not_found(cast, nadia):
    client = cast.client("olga")
    assert [client.post(url(nadia, "deletion")).status_code for _ in range(2)] == [302, 404]
    assert Entry.objects.filter(action="member.deleted").count() == 1


@pytest.mark.spec("U-18")
def test_a_member_who_just_accepted_is_not_deleted(cast, nadia, monkeypatch):
    def accepted(**_arguments) -> bool:
        return False

    monkeypatch.setattr("console.member.actions.deletion.withdraw_invitation", accepted)
    response = cast.client("olga").post(url(nadia, "deletion"))
    assert (
        response.status_code == 409
        and "Nadia Petrov has changed" in text_of(response)
        and "no changes were made" in text_of(response)
    )
    assert Membership.objects.filter(pk=nadia.pk).exists()


@pytest.mark.spec("R-4")
def test_managers_cannot_delete(cast, nadia):
    for method in ("get", "post"):
        response = getattr(cast.client("max"), method)(url(nadia, "deletion"))
        assert response.status_code == 403 and "“Reset 2FA, log out, deactivate and delete people”" in text_of(response)
    assert Membership.objects.filter(pk=nadia.pk).exists()


# --- strangers, methods, URLs -------------------------------------------------------------------


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("noun", ["menu", "invitation", "deletion"])
def test_members_of_other_organizations_are_not_found(cast, nadia, noun):
    assert cast.client("olga").get(f"{USERS}{cast.tess.pk}/{noun}/").status_code == 404
    assert cast.client("olga").get(f"{USERS}{uuid4()}/{noun}/").status_code == 404
    assert cast.client("tess").get(url(nadia, noun)).status_code == 404
    assert cast.client("tess").get(f"/o/globex/users/{nadia.pk}/{noun}/").status_code == 404
    assert cast.client("bo").get(url(nadia, noun)).status_code == 403
    assert cast.client().get(url(nadia, noun)).status_code == 302
    if noun != "menu":
        assert cast.client("olga").post(f"{USERS}{cast.tess.pk}/{noun}/").status_code == 404
        assert cast.client("bo").post(url(nadia, noun)).status_code == 403
    assert cast.client("olga").put(url(nadia, noun)).status_code == 405
    assert nadia.status == Status.INVITED


@pytest.mark.spec("U-6")
@pytest.mark.parametrize(
    "view",
    ["//evil.example/", "https://evil.example/", "..%2F..%2F", "pending", "%00", "?" + "a=1&" * 3000, "pending/?q=%25"],
)
def test_a_forged_view_can_only_lead_to_the_list(cast, nadia, view):
    response = cast.client("olga").post(f"{USERS}{nadia.pk}/invitation/", query_params={"view": view})
    assert response.status_code == 302 and response["Location"].startswith(USERS)


@pytest.mark.spec("U-18")
def test_an_expired_sign_in_leaves_the_page_instead_of_filling_the_table(cast):
    response = cast.client().get(USERS, headers=HTMX)
    assert response["HX-Redirect"].startswith("/accounts/login/") and response.content == b""


@pytest.mark.spec("U-6")
def test_htmx_gets_a_fragment_and_a_restored_history_the_page(cast):
    client = cast.client("olga")
    part, page = (
        client.get(USERS, headers=HTMX),
        client.get(USERS, headers=HTMX | {"HX-History-Restore-Request": "true"}),
    )
    assert "<html" not in part.content.decode() and "<html" in page.content.decode()
    assert names(part) == names(page) and "HX-Push-Url" not in page
    for response in (part, page):
        assert {"HX-Request", "HX-History-Restore-Request"} <= {name.strip() for name in response["Vary"].split(",")}
    rows = [re.search(r"<tbody.*?</tbody>", response.content.decode(), re.DOTALL)[0] for response in (part, page)]
    assert rows[0] == rows[1]
