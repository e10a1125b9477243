"""A button that is pressed twice creates one thing, and shows its result: without JavaScript, at once, or later."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from accounts.models import SentForm
from accounts.services.sent_forms import delete_sent_forms
from audit.models import AuditStream, Entry
from console.models import SavedView
from organizations.models import AccessKey, AccessKeySecret, Group, MembershipRole, Organization, Project, Role
from organizations.queries import find_access_key
from outbox.models import OutgoingEmail
from provisioning.models import Domain, ScimConnection, ScimToken, SetupLink
from teamadmin.testing.aging import age, confirm
from teamadmin.testing.cast import PASSWORD, role_named
from teamadmin.testing.forms import PageForm, form_on, results, same_browser
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel
from teamadmin.tests.permission_table import INSIDE
from workspace.models import Dataset, Source

pytestmark = pytest.mark.django_db(transaction=True)
ACME = "/o/acme/"
PRESSES = 4
KEY = {"name": "Nightly report", "expires": "90", "scopes": "projects:read"}
SECRET = re.compile(r"ta[po]_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Case:
    """A form: its page, which it posts to, what is created, and what is typed."""

    page: str
    model: type[models.Model]
    typed: dict[str, Any] = field(default_factory=dict)

    def count(self) -> int:
        return self.model._default_manager.count()


CASES = {
    "personal key": Case("preferences/keys/new/", AccessKey, KEY),
    "organization's key": Case("access-keys/new/", AccessKey, KEY | {"owner": "organization"}),
    "SCIM token": Case("security/provisioning/tokens/new/", ScimToken, {"name": "Okta", "expires": "365"}),
    "setup link": Case("security/setup-links/domain/", SetupLink),
    "domain": Case("security/domains/", Domain, {"name": "acme.example"}),
    "group": Case("groups/new/", Group, {"name": "Explorers"}),
    "project": Case("projects/new/", Project, {"name": "Apollo"}),
    "role": Case("roles/new/", Role, {"name": "Editor", "permissions": "workspace.view"}),
    "saved view": Case("users/views/new/?view=%3Fsort%3Dname", SavedView, {"name": "Mine", "sharing": "private"}),
    "stream": Case("audit-log/streams/new/", AuditStream, {"url": "https://siem.example.com/", "format": "json"}),
    "sub-account": Case("sub-accounts/new/", Organization, {"name": "Acme Labs", "slug": "", "scheme": "ranked"}),
    "dataset": Case("datasets/new/", Dataset, {"name": "Sales", "state": "active"}),
    "source": Case(
        "integrations/sources/new/", Source, {"name": "Shop", "state": "active", "kind": "postgresql", "secret": ""}
    ),
}


def press_at_once(client: Client, form: PageForm, **typed: Any) -> list[Any]:
    browsers = [same_browser(client) for _ in range(PRESSES)]
    return run_in_parallel(PRESSES, lambda number: form.press(browsers[number], **typed))


@pytest.fixture
def olga(live_cast) -> Client:
    ScimConnection.objects.create(organization=live_cast.acme, provider="okta")
    return live_cast.client("olga")


@pytest.mark.spec("A-6", "C-1", "O-6", "G-1")
@pytest.mark.parametrize("name", CASES)
def test_presses_at_once_create_one_thing_and_show_it(olga, name):
    case = CASES[name]
    url = ACME + case.page
    form, before, entries = form_on(olga, url, url.partition("?")[0]), case.count(), Entry.objects.count()
    responses = press_at_once(olga, form, **case.typed)
    assert responses[0].status_code in (200, 302), text_of(responses[0])
    assert case.count() == before + 1 and len(results(responses)) == 1
    written = Entry.objects.count() - entries
    assert results([*responses, form.press(olga, **case.typed)]) == results(responses), "pressed again, or reloaded"
    assert (case.count(), Entry.objects.count()) == (before + 1, entries + written)
    assert form_on(olga, url, url.partition("?")[0]).fields != form.fields, "a new page is another form"


def test_every_page_that_creates_something_runs_once():
    pages = [route for route, methods in INSIDE.items() if route.endswith("new/") and "POST" in methods]
    views = {route: resolve("/o/acme/" + route).func for route in pages}
    assert len(views) > 10
    assert [route for route, view in views.items() if not getattr(view, "runs_once", False)] == []


@pytest.mark.spec("A-6")
@pytest.mark.parametrize("scripts", [False, True])
def test_the_secret_that_is_shown_works_however_often_it_was_pressed(olga, scripts):
    headers = {"HX-Request": "true"} if scripts else {}
    form = form_on(olga, f"{ACME}access-keys/new/", "access-keys/new/")
    sent = {**form.fields, **KEY, "owner": "me"}
    pages = [olga.post(form.action, sent, headers=headers).content.decode() for _ in range(2)]
    (secret,) = {SECRET.search(page)[0] for page in pages}
    key, _secret = find_access_key(secret)
    rotation = form_on(olga, f"{ACME}access-keys/{key.pk}/rotation/", "rotation/")
    secrets = {SECRET.search(each.content.decode())[0] for each in press_at_once(olga, rotation)}
    assert len(secrets) == 1 and find_access_key(secrets.pop())[0] == key
    assert AccessKeySecret.objects.count() == 2


@pytest.mark.spec("A-6")
def test_the_secret_is_shown_again_only_to_someone_who_may_still_create_it(olga, live_cast, settings):
    form = form_on(olga, f"{ACME}access-keys/new/", "access-keys/new/")
    typed = KEY | {"owner": "organization"}
    assert SECRET.search(form.press(olga, **typed).content.decode())
    settings.FRESH_SIGN_IN_MINUTES = -1
    assert form.press(olga, **typed).status_code == 302, "asks for a fresh sign-in"
    settings.FRESH_SIGN_IN_MINUTES = 15
    MembershipRole.objects.filter(membership=live_cast.olga).update(role=role_named("operator"))
    assert form.press(olga, **typed).status_code == 403


@pytest.mark.spec("A-6", "S-7")
def test_the_secret_is_shown_to_both_presses_after_a_fresh_sign_in(olga):
    form = form_on(olga, f"{ACME}access-keys/new/", "access-keys/new/")
    age(olga, 30)
    asked = form.press(olga, **KEY, owner="me")
    page = confirm(olga, asked, password=PASSWORD, without_scripts="1")
    assert page["Location"] == asked["Location"] and not AccessKey.objects.exists()
    again = form_on(olga, page["Location"], "reauthenticate/")
    pages = [*press_at_once(olga, again), again.press(olga)]
    assert len(results(pages)) == 1 and AccessKey.objects.count() == 1
    assert find_access_key(SECRET.search(pages[0].content.decode())[0])
    SentForm.objects.update(sent_at=timezone.now() - timedelta(minutes=14))  # the request is kept for 15
    assert results([again.press(olga)]) == results(pages) and AccessKey.objects.count() == 1


@pytest.mark.spec("O-6", "C-1")
def test_setup_links_and_their_tokens_work_after_two_presses(olga, live_cast):
    form = form_on(olga, f"{ACME}security/setup-links/scim/", "setup-links/scim/")
    (path,) = {re.search(r"/setup/[^<\"]+", each.content.decode())[0] for each in press_at_once(olga, form)}
    guest = Client()
    page = guest.get(path, follow=True).redirect_chain[-1][0]
    form = form_on(guest, page, "tokens/")
    pages = press_at_once(guest, form, name="Okta", expires="365")
    assert len(results(pages)) == 1 and ScimToken.objects.count() == 1


@pytest.mark.spec("I-11")
def test_an_address_that_is_corrected_by_a_double_click_isnt_refused(olga, live_cast):
    (invitation,) = live_cast.invite()
    form = form_on(olga, f"{ACME}users/{invitation.membership_id}/invitation/address/", "address/")
    responses = press_at_once(olga, form, email="right@acme.example")
    assert {each.status_code for each in responses} == {302} and len(results(responses)) == 1
    invitation.refresh_from_db()
    assert invitation.sends == 2 and OutgoingEmail.objects.filter(kind="invitations.invitation").count() == 2


def test_a_refused_form_can_be_sent_again(olga, live_cast):
    form = form_on(olga, f"{ACME}groups/new/", "groups/new/")
    group = Group.objects.create(organization=live_cast.acme, name="Explorers")
    assert [each.status_code for each in press_at_once(olga, form, name="Explorers")] == [422] * PRESSES
    assert not SentForm.objects.exists()
    group.delete()
    assert form.press(olga, name="Explorers").status_code == 302


def test_a_search_in_the_form_is_answered_anew(olga, live_cast):
    form = form_on(olga, f"{ACME}groups/new/", "groups/new/")
    for scripts in ({}, {"HX-Request": "true"}):
        found = [olga.post(form.action, {**form.fields, "search": "Bo"}, headers=scripts) for _ in range(2)]
        assert all("Bo Lindqvist" in text_of(each) for each in found)
    assert not SentForm.objects.exists()


def test_the_message_is_on_the_page_that_the_second_press_opens(olga):
    form = form_on(olga, f"{ACME}projects/new/", "projects/new/")
    first, second = same_browser(olga), same_browser(olga)
    form.press(first, name="Apollo")
    response = form.press(second, name="Apollo")  # the browser has dropped the first response with its cookies
    assert text_of(second.get(response["Location"])).count("Apollo was created.") == 1


def test_responses_are_kept_encrypted_for_15_minutes_and_for_one_session(olga, live_cast):
    form = form_on(olga, f"{ACME}access-keys/new/", "access-keys/new/")
    secret = SECRET.search(form.press(olga, **KEY, owner="me").content.decode())[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_sentform")
        assert secret not in repr(cursor.fetchall())
    assert delete_sent_forms() == 0
    other = form.press(live_cast.client("olga"), **KEY, owner="me")
    assert secret not in other.content.decode() and AccessKey.objects.count() == 2
    SentForm.objects.update(sent_at=timezone.now() - timedelta(minutes=16))
    assert secret not in form.press(olga, **KEY, owner="me").content.decode()
    assert AccessKey.objects.count() == 3 and delete_sent_forms() == 1


def test_a_form_that_failed_can_be_sent_again(olga, monkeypatch):
    """A crash rolls the form back with everything else."""
    form = form_on(olga, f"{ACME}groups/new/", "groups/new/")
    with monkeypatch.context() as patch:
        patch.setattr("console.groups.views.groups.htmx_redirect", fail)
        with pytest.raises(RuntimeError):
            form.press(olga, name="Explorers")
    assert not Group.objects.filter(name="Explorers").exists()
    assert form.press(olga, name="Explorers").status_code == 302


def fail(*args: Any, **options: Any) -> None:
    raise RuntimeError("The process failed after the change.")
