"""Hostile SAML documents: signed answers that say what a provider would never say to us. See saml_wrapping.py."""

from dataclasses import replace

from lxml import etree

from provisioning.tests.saml_forgeries import changed
from provisioning.tests.saml_messages import ISSUER, NS, Facts, good, sign, unsigned
from provisioning.tests.saml_wrapping import Attack, child

STATEMENTS: dict[str, Attack] = {}


def statement(function: Attack) -> Attack:
    STATEMENTS[function.__name__] = function
    return function


def register(name: str, make: Attack) -> None:
    STATEMENTS[name] = make


def without(xpath: str) -> Attack:
    """Return an attack that leaves something out, and signs the rest."""

    def make(facts: Facts) -> etree._Element:
        response = unsigned(facts)
        element = response.find(xpath, NS)
        element.getparent().remove(element)
        return sign(response)

    return make


for _name, _changes in {
    "issuer_of_another_provider": {"issuer": "https://other.example/metadata"},
    "issuer_of_another_response": {"response_issuer": "https://other.example/metadata"},
    "issuer_with_a_slash": {"issuer": ISSUER + "/"},
    "no_audience": {"audiences": ()},
    "audience_of_another_service": {"audiences": ("https://other.example/",)},
    "audience_of_another_organization": {"audiences": ("http://testserver/sso/globex/metadata/",)},
    "recipient_elsewhere": {"recipient": "https://other.example/acs/"},
    "recipient_that_starts_with_ours": {"recipient": "http://testserver/sso/acme/acs/evil/"},
    "recipient_that_contains_ours": {"recipient": "https://evil.example/?http://testserver/sso/acme/acs/"},
    "recipient_of_another_organization": {"recipient": "http://testserver/sso/globex/acs/"},
    "destination_elsewhere": {"destination": "https://other.example/acs/"},
    "destination_that_starts_with_ours": {"destination": "http://testserver/sso/acme/acs/evil/"},
    "destination_empty": {"destination": ""},
    "expired": {"not_on_or_after": -120},
    "not_valid_yet": {"not_before": 120},
    "confirmation_expired": {"confirmed_until": -120},
    "confirmation_without_an_end": {"confirmed_until": None},
    "session_over": {"session_until": -120},
    "unsolicited": {"request_id": ""},
    "answer_to_another_request": {"request_id": "_another-request"},
    "holder_of_key": {"method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"},
    "sender_vouches": {"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"},
    "saml_1": {"version": "1.1"},
    "status_of_a_failure": {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"},
    "status_that_ends_like_success": {"status": "urn:evil:status:Success"},
    "transient_name_id": {"name_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
    "empty_name_id": {"name_id": ""},
    "blank_name_id": {"name_id": " \n "},
    "name_id_of_100000_characters": {"name_id": "n" * 100_000},
    "name_id_with_a_hidden_character": {"name_id": "olga-at-idp\u200b"},
}.items():
    register(_name, lambda facts, changes=_changes: good(replace(facts, **changes), "both"))
register("no_status", without("samlp:Status"))
register("no_subject", without(".//saml:Subject"))
register("no_name_id", without(".//saml:NameID"))
register("no_conditions", without(".//saml:Conditions"))
register("no_authn_statement", without(".//saml:AuthnStatement"))
register("no_confirmation", without(".//saml:SubjectConfirmation"))
register("no_confirmation_data", without(".//saml:SubjectConfirmationData"))
register("no_assertion", without("saml:Assertion"))
register("no_assertion_id", lambda facts: sign(_unset(unsigned(facts), "saml:Assertion", "ID")))
register("response_names_another_request", changed(".", "InResponseTo", "_another-request"))
register("response_of_another_version", changed(".", "Version", "1.1"))


def _unset(response: etree._Element, xpath: str, attribute: str) -> etree._Element:
    del response.find(xpath, NS).attrib[attribute]
    return response


@statement
def two_audience_restrictions(facts):
    response = unsigned(facts)
    conditions = response.find(".//saml:Conditions", NS)
    restriction = child(conditions, "saml:AudienceRestriction")
    child(restriction, "saml:Audience").text = "https://other.example/"
    return sign(response)


@statement
def email_attribute_twice(facts):
    """Attribute pollution: which of the two is meant?"""
    response = unsigned(facts)
    statement = response.find(".//saml:AttributeStatement", NS)
    attribute = child(statement, "saml:Attribute")
    attribute.set("Name", "email")
    child(attribute, "saml:AttributeValue").text = "max@acme.example"
    return sign(response)


@statement
def time_that_is_none(facts):
    response = unsigned(facts)
    response.find(".//saml:Conditions", NS).set("NotOnOrAfter", "tomorrow")
    return sign(response)


@statement
def time_beyond_the_calendar(facts):
    response = unsigned(facts)
    response.find(".//saml:AuthnStatement", NS).set("AuthnInstant", "9999-12-31T23:59:59-23:59")
    return sign(response)
