"""The Domains tab: domains and their records, and how people join (O-5)."""

import re
from html import unescape

import pytest
from django.utils import timezone

from organizations.models import JoinRule, Organization
from organizations.permissions import Permission
from provisioning.models import Domain
from provisioning.policies.domains import can_remove_domain
from provisioning.txt_records import txt_record
from teamadmin.testing.aging import age, asks
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.spec("O-5")
URL = "/o/acme/security/domains/"


def seen(client) -> str:
    """Return the hidden field of the form of how people join."""
    page = client.get(URL).content.decode()
    return unescape(re.search(r'name="seen" value="([^"]*)"', page)[1])


def joining(client, rule, role="operator", **extra):
    data = {"rule": rule, "role": role and role_named(role).pk, "seen": seen(client), **extra}
    return client.post(f"{URL}joining/", data)


def test_a_domain_is_added_checked_and_verified(cast, dns_server):
    client = cast.client("olga")
    response = client.post(URL, {"name": "Acme.example"}, follow=True)
    domain = Domain.objects.get()
    record = txt_record(domain.name, domain.token)
    text = text_of(response)
    assert "acme.example was added" in text and record.name in text and record.value in text and "Pending" in text
    check = f"{URL}{domain.pk}/checks/"
    assert "no TXT record at this name yet" in text_of(client.post(check, follow=True))
    assert client.post(check).status_code == 429
    Domain.objects.update(checked_at=None)
    dns_server.values[record.name] = [record.value]
    text = text_of(client.post(check, headers={"HX-Request": "true"}))
    assert "acme.example is verified." in text and record.value not in text and "<h1" not in text
    assert "Checked again every day" in text_of(client.get(URL))


def test_an_invalid_domain_is_explained_and_kept(cast):
    response = cast.client("olga").post(URL, {"name": "gmail.com"})
    assert response.status_code == 422
    assert "Anyone can have an address at gmail.com" in text_of(response)
    assert 'value="gmail.com"' in response.content.decode() and 'aria-invalid="true"' in response.content.decode()


def test_what_dns_has_instead_is_shown_as_text(cast, dns_server):
    client = cast.client("olga")
    client.post(URL, {"name": "acme.example"})
    dns_server.values["_teamadmin.acme.example"] = ["teamadmin-verify=<script>alert(1)</script>"]
    Domain.objects.update(verified_at=timezone.now())
    page = client.post(f"{URL}{Domain.objects.get().pk}/checks/", follow=True).content.decode()
    assert "teamadmin-verify=&lt;script&gt;" in page and "<script>alert" not in page
    assert "The TXT record has a different value" in page and "stays verified until" in page


def test_removing_says_what_stops(cast):
    client = cast.client("olga")
    Organization.objects.update(join_rule=JoinRule.ASK)
    domain = Domain.objects.create(organization=cast.acme, name="acme.example", token="t", verified_at=timezone.now())
    url = f"{URL}{domain.pk}/removal/"
    text = text_of(client.get(url))
    assert "no longer accepts new people" in text and "can no longer ask to join" in text
    assert Domain.objects.exists()
    assert "acme.example was removed." in text_of(client.post(url, follow=True))
    assert not Domain.objects.exists() and client.post(url).status_code == 404


def test_the_last_domain_can_not_be_removed_while_single_sign_on_is_enforced(cast):
    own, other = (Organization(sso_enforced=enforced, name="Acme") for enforced in (True, False))
    assert "needs a verified domain" in can_remove_domain(own, "acme.example", ["acme.example"]).reason
    assert can_remove_domain(own, "acme.example", ["acme.example", "b.example"])
    assert can_remove_domain(own, "pending.example", ["acme.example"])
    assert can_remove_domain(other, "acme.example", ["acme.example"])


def test_how_people_join_is_saved(cast):
    client = cast.client("olga")
    assert joining(client, "automatic", "builder").status_code == 302
    cast.acme.refresh_from_db()
    assert (cast.acme.join_rule, cast.acme.join_role) == ("automatic", role_named("builder"))
    text = text_of(client.get(URL))
    assert "Only everyday roles. These need an invitation: Admin, Manager" in text


@pytest.mark.spec("R-6")
@pytest.mark.parametrize("rule,role", [("automatic", ""), ("automatic", "admin"), ("nonsense", "builder")])
def test_other_rules_and_roles_are_refused(cast, rule, role):
    response = joining(cast.client("olga"), rule, role)
    assert response.status_code == 422
    cast.acme.refresh_from_db()
    assert cast.acme.join_rule == "invitation"


def test_someone_elses_change_is_shown_first(cast):
    client = cast.client("olga")
    before = seen(client)
    joining(client, "ask")
    response = joining(client, "automatic", seen=before)
    assert response.status_code == 409 and "People join: They may ask" in text_of(response)
    again = unescape(re.search(r'name="seen" value="([^"]*)"', response.content.decode())[1])
    assert joining(client, "automatic", seen=again).status_code == 302


def test_a_role_that_became_administrative_is_not_given(cast):
    role = add_role(cast.acme, "Reader", Permission.WORKSPACE_VIEW)
    Organization.objects.update(join_rule=JoinRule.AUTOMATIC, join_role=role)
    client = cast.client("olga")
    assert "No one joins automatically now" not in text_of(client.get(URL))
    role.permissions.append(str(Permission.PEOPLE_INVITE))
    role.save()
    assert "No one joins automatically now" in text_of(client.get(URL))


def test_viewers_see_no_buttons_and_change_nothing(cast):
    viewer = add_role(cast.acme, "Viewer", Permission.SECURITY_VIEW)
    user = add_user("viewer@acme.example")
    member = add_member(cast.acme, user, viewer)
    Domain.objects.create(organization=cast.acme, name="acme.example", token="t")
    cast.vera = member
    client = cast.client("vera")
    page = client.get(URL).content.decode()
    assert "acme.example" in page
    for text in ("Add domain", "Check now", "Remove domain", "Setup link", 'type="submit">Save'):
        assert text not in page
    assert client.post(URL, {"name": "x.example"}).status_code == 403


@pytest.mark.spec("S-7")
def test_changes_need_a_fresh_sign_in(cast):
    client = cast.client("olga")
    domain = Domain.objects.create(organization=cast.acme, name="acme.example", token="t")
    age(client, 16)
    assert client.get(URL).status_code == 200
    for path in ("", "joining/", f"{domain.pk}/checks/", f"{domain.pk}/removal/"):
        assert asks(client.post(URL + path, {"name": "x.example"})), path
    assert Domain.objects.count() == 1


def test_the_page_takes_the_same_number_of_queries_for_many_domains(cast, django_assert_num_queries):
    client, counts = cast.client("olga"), []
    for number in (1, 30):
        Domain.objects.bulk_create(
            Domain(organization=cast.acme, name=f"d{number}-{each}.example", token="t") for each in range(number)
        )
        with django_assert_num_queries(6) as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.spec("S-6")
def test_the_score_counts_a_verified_domain(cast):
    client = cast.client("olga")
    page = text_of(client.get("/o/acme/security/"))
    assert "No verified domain" in page
    Domain.objects.create(organization=cast.acme, name="acme.example", token="t", verified_at=timezone.now())
    page = text_of(client.get("/o/acme/security/"))
    assert "1 verified domain acme.example" in page
