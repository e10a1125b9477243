"""Adding, checking and removing domains (O-5)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Entry
from base.policies import RateLimited, Refused
from organizations.models import Membership, Organization
from outbox.models import OutgoingEmail
from outbox.services.render import render
from provisioning.models import Domain
from provisioning.policies.domains import clean_domain
from provisioning.queries.domains import owns_address
from provisioning.services import domain_checks
from provisioning.services.domain_checks import check_domain, check_due_domains
from provisioning.services.domains import MAX_DOMAINS, DomainExists, add_domain, remove_domain
from provisioning.txt_records import txt_record
from teamadmin.testing.parallel import run_in_parallel

pytestmark = pytest.mark.spec("O-5")


def add(member, name="acme.example"):
    return add_domain(actor=member, organization=member.organization, name=name)


def publish(server, *domains):
    """Put the right record of each domain into DNS."""
    for domain in domains:
        record = txt_record(domain.name, domain.token)
        server.values.setdefault(record.name, []).append(record.value)


def check_in_background(domain, **changes):
    """Set columns, run the background check, and return the domain as it is then."""
    Domain.objects.filter(pk=domain.pk).update(next_check_at=timezone.now(), **changes)
    assert check_due_domains() == 1
    return Domain.objects.get(pk=domain.pk)


def actions():
    return list(Entry.objects.filter(action__startswith="domain.").order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize(
    "text,domain",
    [
        ("Acme.Example", "acme.example"),
        (" acme.example. ", "acme.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("it.acme.co.uk", "it.acme.co.uk"),
    ],
)
def test_a_domain_is_stored_in_canonical_form(text, domain):
    assert clean_domain(text) == domain


@pytest.mark.parametrize(
    "text,reason",
    [
        ("", "Enter a domain"),
        ("com", "Check the domain"),
        ("localhost", "Check the domain"),
        ("192.0.2.1", "not an IP address"),
        ("[2001:db8::1]", "only the domain"),
        ("2130706433.1", "Check the domain"),
        ("https://acme.example/", "only the domain"),
        ("ann@acme.example", "only the domain"),
        ("acme..example", "Check the domain"),
        ("-acme.example", "Check the domain"),
        ("ac me.example", "Check the domain"),
        ("acme.example\0", "Check the domain"),
        ("gmail.com", "Anyone can have an address"),
        ("GMAIL.com", "Anyone can have an address"),
        ("team.gmail.com", "Anyone can have an address"),
        ("co.uk", "Anyone can register"),
        ("github.io", "Anyone can register"),
        (("a" * 60 + ".") * 3 + "a" * 50 + ".example", "at most"),
    ],
)
def test_other_domains_are_refused_with_a_reason(text, reason):
    with pytest.raises(ValidationError, match=reason):
        clean_domain(text)


def test_a_domain_counts_once_its_record_is_found(cast, dns_server):
    domain = add(cast.olga)
    assert check_domain(actor=cast.olga, domain=domain).problem == "none"
    assert not owns_address(cast.acme, "a@acme.example")
    Domain.objects.update(checked_at=None)
    dns_server.values["_teamadmin.acme.example"] = ["v=spf1 -all", "teamadmin-verify=old"]
    wrong = check_domain(actor=cast.olga, domain=domain)
    assert (wrong.problem, wrong.found) == ("different", "teamadmin-verify=old")
    assert not owns_address(cast.acme, "a@acme.example")
    publish(dns_server, domain)
    Domain.objects.update(checked_at=None)
    found = check_domain(actor=cast.olga, domain=domain)
    assert found.verified_at and not found.problem and owns_address(cast.acme, "a@acme.example")
    assert actions() == ["domain.added", "domain.verified"]


def test_another_domains_token_proves_nothing(cast, dns_server):
    mine, theirs = add(cast.olga), add(cast.tess)
    assert mine.token != theirs.token
    publish(dns_server, theirs)
    assert check_domain(actor=cast.olga, domain=mine).problem == "different"


def test_only_people_who_manage_security_change_domains(cast, dns_server):
    domain = add(cast.olga)
    for change in (
        lambda: add(cast.max, "other.example"),
        lambda: check_domain(actor=cast.max, domain=domain),
        lambda: remove_domain(actor=cast.max, domain=domain),
        lambda: check_domain(actor=cast.tess, domain=domain),
        lambda: remove_domain(actor=cast.tess, domain=domain),
        lambda: add_domain(actor=cast.tess, organization=cast.acme, name="other.example"),
    ):
        with pytest.raises(Refused):
            change()
    assert Domain.objects.count() == 1 and not dns_server.questions


def test_a_domain_is_added_once_and_not_without_limit(cast):
    add(cast.olga)
    with pytest.raises(DomainExists, match="already in the list"):
        add(cast.olga)
    for number in range(MAX_DOMAINS - 1):
        add(cast.olga, f"d{number}.example")
    with pytest.raises(Refused, match="50 domains"):
        add(cast.olga, "one-more.example")


def test_a_domain_is_verified_by_one_organization(cast, dns_server):
    mine, theirs = add(cast.olga), add(cast.tess)
    publish(dns_server, mine, theirs)
    check_domain(actor=cast.olga, domain=mine)
    refused = check_domain(actor=cast.tess, domain=theirs)
    assert refused.problem == "taken" and refused.verified_at is None
    assert not owns_address(cast.globex, "a@acme.example")
    remove_domain(actor=cast.olga, domain=mine)
    Domain.objects.update(checked_at=None)
    assert check_domain(actor=cast.tess, domain=theirs).verified_at


def test_of_two_organizations_that_verify_at_once_one_wins(live_cast, dns_server):
    pairs = [(member, add(member)) for member in (live_cast.olga, live_cast.tess)]
    publish(dns_server, *(domain for _member, domain in pairs))
    results = run_in_parallel(2, lambda number: check_domain(actor=pairs[number][0], domain=pairs[number][1]))
    assert sorted(result.problem for result in results) == ["", "taken"]
    assert Domain.objects.filter(verified_at__isnull=False).count() == 1


def test_check_now_is_limited(cast, dns_server):
    domain = add(cast.olga)
    check_domain(actor=cast.olga, domain=domain)
    with pytest.raises(RateLimited, match="a moment ago"):
        check_domain(actor=cast.olga, domain=domain)
    Domain.objects.update(checked_at=timezone.now() - timedelta(seconds=11))
    check_domain(actor=cast.olga, domain=domain)
    for number in range(domain_checks.CHECKS_PER_MINUTE - 1):
        check_domain(actor=cast.olga, domain=add(cast.olga, f"d{number}.example"))
    with pytest.raises(RateLimited, match="many domains"):
        check_domain(actor=cast.olga, domain=add(cast.olga, "late.example"))


def test_a_domain_that_is_removed_during_the_check_stays_removed(cast, dns_server, monkeypatch):
    domain = add(cast.olga)
    publish(dns_server, domain)
    ask = domain_checks._ask

    def remove_first(name, token):
        Domain.objects.all().delete()
        return ask(name, token)

    monkeypatch.setattr(domain_checks, "_ask", remove_first)
    with pytest.raises(Domain.DoesNotExist):
        check_domain(actor=cast.olga, domain=domain)
    assert not Domain.objects.exists()


def test_pending_domains_are_checked_for_a_week_and_verified_ones_daily(cast, dns_server):
    domain, now = add(cast.olga), timezone.now()
    assert check_due_domains() == 0
    pending = check_in_background(domain)
    assert timedelta(minutes=9) < pending.next_check_at - now < timedelta(minutes=11)
    old = check_in_background(domain, created_at=now - timedelta(days=8))
    assert old.next_check_at is None
    publish(dns_server, domain)
    verified = check_in_background(domain)
    assert timedelta(hours=23) < verified.next_check_at - now < timedelta(hours=25)
    assert Entry.objects.get(action="domain.verified").actor_id is None


def test_two_runs_at_once_check_each_domain_once(live_cast, dns_server):
    for number in range(10):
        add(live_cast.olga, f"d{number}.example")
    Domain.objects.update(next_check_at=timezone.now())
    results = run_in_parallel(4, lambda number: check_due_domains())
    assert sum(results) == 10 and len(dns_server.questions) == 10


def test_a_run_checks_a_limited_number(cast, dns_server, monkeypatch):
    monkeypatch.setattr(domain_checks, "BATCH", 2)
    for number in range(3):
        add(cast.olga, f"d{number}.example")
    Domain.objects.update(next_check_at=timezone.now())
    assert [check_due_domains(), check_due_domains(), check_due_domains()] == [2, 1, 0]


def test_a_missing_record_is_told_and_lapses_after_a_week(cast, dns_server):
    domain, now = add(cast.olga), timezone.now()
    verified = {"verified_at": now, "seen_at": now}
    missing = check_in_background(domain, **verified)
    assert missing.missing_since and owns_address(cast.acme, "a@acme.example")
    mail = render(OutgoingEmail.objects.get(kind="provisioning.domain_missing"))
    assert mail.to == ["olga@acme.example"] and "acme.example" in mail.subject
    assert f"teamadmin-verify={domain.token}" in mail.body and "stays verified until" in mail.body
    check_in_background(domain)  # nothing is told twice
    assert OutgoingEmail.objects.count() == 1
    lapsed = check_in_background(domain, missing_since=now - timedelta(days=7))
    assert lapsed.verified_at is None and not owns_address(cast.acme, "a@acme.example")
    assert render(OutgoingEmail.objects.get(kind="provisioning.domain_missing")) is None
    mail = render(OutgoingEmail.objects.get(kind="provisioning.domain_lapsed"))
    assert mail.subject == "acme.example is no longer verified" and "Members keep" in mail.body
    assert actions() == ["domain.added", "domain.missing", "domain.lapsed"]
    publish(dns_server, domain)
    Domain.objects.update(checked_at=None)
    assert check_domain(actor=cast.olga, domain=domain).verified_at and owns_address(cast.acme, "a@acme.example")


def test_a_record_that_is_back_counts_again(cast, dns_server):
    domain, now = add(cast.olga), timezone.now()
    publish(dns_server, domain)
    back = check_in_background(domain, verified_at=now, missing_since=now - timedelta(days=3))
    assert back.missing_since is None and back.verified_at
    assert actions() == ["domain.added", "domain.found"]


def test_silent_dns_is_no_missing_record_for_two_days(cast, settings):
    settings.DNS_SERVERS = ["nonsense"]
    domain, now = add(cast.olga), timezone.now()
    quiet = check_in_background(domain, verified_at=now, seen_at=now - timedelta(days=1))
    assert quiet.problem == "failed" and quiet.missing_since is None
    assert check_in_background(domain, seen_at=now - timedelta(days=2)).missing_since


def test_no_email_goes_to_people_who_are_no_longer_admins(cast, dns_server):
    check_in_background(add(cast.olga), verified_at=timezone.now())
    Membership.objects.filter(pk=cast.olga.pk).update(status="deactivated")
    assert render(OutgoingEmail.objects.get()) is None


def test_the_last_domain_stays_while_single_sign_on_is_enforced(cast):
    first, second = add(cast.olga), add(cast.olga, "second.example")
    Domain.objects.update(verified_at=timezone.now())
    Organization.objects.filter(pk=cast.acme.pk).update(sso_enforced=True)
    assert remove_domain(actor=cast.olga, domain=first)
    assert not remove_domain(actor=cast.olga, domain=first)
    with pytest.raises(Refused, match="needs a verified domain"):
        remove_domain(actor=cast.olga, domain=second)
    Domain.objects.update(verified_at=None)
    assert remove_domain(actor=cast.olga, domain=second)
