"""Asking DNS for TXT records: right, wrong, lying, slow and down (O-5)."""

import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest

from provisioning.txt_records import MAX_LENGTH, MAX_VALUES, DnsFailure, TxtRecord, find_values, txt_record
from teamadmin.testing.dns_server import txt

pytestmark = pytest.mark.spec("O-5")
NAME = "_teamadmin.acme.example"


def respond(server, *, rcode=dns.rcode.NOERROR, records=()):
    """Let the server answer every question with these records, whatever was asked for."""

    def answer(query):
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        response.set_rcode(rcode)
        response.answer.extend(records)
        return response

    server.respond = answer


def test_the_record_has_the_name_of_the_platform(settings):
    assert txt_record("acme.example", "7c0f") == TxtRecord(NAME, "teamadmin-verify=7c0f", "300")
    settings.PLATFORM_NAME = "Peak & Co."
    assert txt_record("acme.example", "7c0f").name == "_peak-co.acme.example"


def test_several_values_and_split_strings_are_read(dns_server):
    dns_server.values[NAME] = ["v=spf1 -all", "teamadmin-|verify=|7c0f", "  spaces  "]
    assert sorted(find_values(NAME)) == ["spaces", "teamadmin-verify=7c0f", "v=spf1 -all"]
    assert dns_server.questions == [NAME]


@pytest.mark.parametrize("rcode", [dns.rcode.NXDOMAIN, dns.rcode.NOERROR])
def test_no_record_is_no_failure(dns_server, rcode):
    respond(dns_server, rcode=rcode)
    assert find_values(NAME) == []


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_an_error_of_the_server_is_a_failure(dns_server, rcode):
    respond(dns_server, rcode=rcode)
    with pytest.raises(DnsFailure):
        find_values(NAME)


def test_records_of_another_name_are_ignored(dns_server):
    respond(dns_server, records=[txt(dns.name.from_text("_teamadmin.evil.example"), ["teamadmin-verify=7c0f"])])
    assert find_values(NAME) == []


def test_an_answer_to_another_question_is_ignored(dns_server, settings):
    settings.OUTGOING_TIMEOUT_SECONDS = 0.5

    def lie(query):
        other = dns.message.make_query("_teamadmin.evil.example", "TXT", id=query.id)
        response = dns.message.make_response(other)
        response.answer.append(txt(dns.name.from_text(NAME), ["teamadmin-verify=7c0f"]))
        return response

    dns_server.respond = lie
    with pytest.raises(DnsFailure):
        find_values(NAME)


def test_a_silent_server_takes_five_seconds_at_most(dns_server, settings):
    assert settings.OUTGOING_TIMEOUT_SECONDS == 5
    settings.OUTGOING_TIMEOUT_SECONDS = 0.5
    dns_server.respond = lambda query: None
    start = time.monotonic()
    with pytest.raises(DnsFailure):
        find_values(NAME)
    assert time.monotonic() - start < 2


def test_a_server_that_is_not_there_is_a_failure(settings):
    settings.DNS_SERVERS, settings.OUTGOING_TIMEOUT_SECONDS = ["127.0.0.1:1"], 0.5
    with pytest.raises(DnsFailure):
        find_values(NAME)


def test_nonsense_in_the_setting_is_a_failure(settings):
    settings.DNS_SERVERS = ["nonsense"]
    with pytest.raises(DnsFailure):
        find_values(NAME)


def test_a_huge_answer_is_cut(dns_server):
    respond(
        dns_server, records=[txt(dns.name.from_text(NAME), [f"{n}-" + "x" * 200 + "|" + "y" * 200 for n in range(130)])]
    )
    values = find_values(NAME)
    assert len(values) == MAX_VALUES
    assert all(len(value) == MAX_LENGTH for value in values)


def test_control_characters_are_left_out(dns_server):
    respond(dns_server, records=[txt(dns.name.from_text(NAME), [r"a\000b\010\200c"])])
    assert find_values(NAME) == ["ab�c"]
