"""Hostile SAML documents: XML that no identity provider sends. See saml_wrapping.py."""

from dataclasses import replace

from lxml import etree

from provisioning.tests.saml_messages import NS, Facts, good
from provisioning.tests.saml_wrapping import OLGA, Attack, evil_attributes, own

MARKUP: dict[str, Attack] = {}
PROLOG = b"<samlp:Response "


def markup(function: Attack) -> Attack:
    MARKUP[function.__name__] = function
    return function


def replaced(old: str, new: str) -> Attack:
    """Return an attack that replaces text in a good answer of the attacker. Comments don't break its signature."""

    def make(given: Facts) -> bytes:
        document = etree.tostring(good(replace(given, name_id=f"{OLGA}.mallory"), "both"))
        assert old.encode() in document
        return document.replace(old.encode(), new.encode(), 1)

    return make


def before(prolog: str, entity: str = "") -> Attack:
    """Return an attack with a DTD, whose entity is the NameID."""

    def make(given: Facts) -> bytes:
        document = etree.tostring(good(given, "both"))
        return prolog.encode() + document.replace(OLGA.encode(), entity.encode() or OLGA.encode())

    return make


def constant(content: bytes) -> Attack:
    return lambda facts: content


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
MARKUP.update(
    {
        # CVE-2017-11427 and others: the text up to the comment is another name.
        "comment_in_name_id": replaced(f"{OLGA}.mallory", f"{OLGA}<!---->.mallory"),
        "comment_in_an_attribute": replaced("olga@acme.example", "olga@acme.example<!-- -->.evil.example"),
        "comment_in_the_digest": replaced("<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->"),  # CVE-2025-29775
        "comment_between_elements": replaced("<saml:Subject>", "<!-- --><saml:Subject>"),
        "cdata_in_name_id": replaced(f"{OLGA}.mallory", f"<![CDATA[{OLGA}]]>.mallory"),
        "instruction_in_name_id": replaced(f"{OLGA}.mallory", f"{OLGA}<?x?>.mallory"),
        "instruction_before_the_root": before('<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>'),
        "instruction_after_the_root": lambda facts: etree.tostring(good(facts, "both")) + b"<?x?>",
        "element_in_name_id": replaced(f"{OLGA}.mallory", f"{OLGA}<saml:Issuer/>.mallory"),
        "text_between_elements": replaced("<saml:Subject>", "text<saml:Subject>"),
        "doctype": before("<!DOCTYPE Response>"),
        "entity": before(f'<!DOCTYPE r [<!ENTITY e "{OLGA}">]>', "&e;"),
        "entity_of_a_file": before('<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"),
        "entity_of_a_server": before('<!DOCTYPE r [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]>', "&e;"),
        "parameter_entity": before('<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>'),
        "external_dtd": before('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">'),
        "billion_laughs": before(f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;"),
        "quadratic_blowup": before(f'<!DOCTYPE r [<!ENTITY e "{"a" * 50_000}">]>', "&e;" * 10_000),
        "default_attribute": before('<!DOCTYPE r [<!ATTLIST saml:Assertion Version CDATA "2.0">]>'),
        "declared_id": before("<!DOCTYPE r [<!ATTLIST saml:Assertion Destination ID #IMPLIED>]>"),
        # CVE-2025-25291 and 25292: two parsers see two documents.
        "doctype_that_hides_a_root": before('<!DOCTYPE r [<!ENTITY x "<!--"> ]><!-- -->'),
        "entity_without_a_declaration": before("", "&e;"),
        "utf16": lambda facts: etree.tostring(good(facts, "both"), encoding="utf-16"),
        "utf32": lambda facts: etree.tostring(good(facts, "both")).decode().encode("utf-32"),
        "utf7_declared": before('<?xml version="1.0" encoding="UTF-7"?>'),
        "latin1_declared": before('<?xml version="1.0" encoding="ISO-8859-1"?>'),
        "not_utf8": lambda facts: etree.tostring(good(facts, "both")).replace(OLGA.encode(), b"\xff\xfe"),
        "two_declarations": before('<?xml version="1.0"?><?xml version="1.0"?>'),
        "null_byte": lambda facts: etree.tostring(good(facts, "both")) + b"\0",
        "text_after_the_root": lambda facts: etree.tostring(good(facts, "both")) + b"text",
        "relative_namespace": replaced("<saml:Subject>", '<saml:Subject xmlns:n="1">'),
        "removed_namespace": replaced("<saml:Subject>", '<saml:Subject xmlns="">'),
        "empty": constant(b""),
        "spaces": constant(b"  \n "),
        "not_xml": constant(b"GIF89a"),
        "json": constant(b'{"SAMLResponse": "olga"}'),
        "unfinished": lambda facts: etree.tostring(good(facts, "both"))[:-20],
        "another_root": constant(b'<root xmlns="urn:example:root"/>'),
        "root_in_no_namespace": constant(b"<Response/>"),
        "too_large": lambda facts: etree.tostring(good(replace(facts, name_id="n" * 300_000), "both")),
        "deep": constant(b"<a>" * 5000 + b"</a>" * 5000),
        "deep_status": lambda facts: etree.tostring(good(facts)).replace(
            b"<samlp:StatusCode ", b"<samlp:StatusCode>" * 200 + b"<samlp:StatusCode ", 1
        ),
        "many_elements": constant(PROLOG + f'xmlns:samlp="{NS["samlp"]}">'.encode() + b"<a/>" * 40_000),
        "many_attributes": constant(b"<a " + b"".join(b'a%d="" ' % n for n in range(18_000)) + b"/>"),
        "many_namespaces": constant(b"<a " + b"".join(b'xmlns:a%d="urn:a:%d" ' % (n, n) for n in range(5_500)) + b"/>"),
        "nested_namespaces": constant(
            b"".join(b'<a xmlns:a%d="urn:a:%d">' % (n, n) for n in range(2_500)) + b"</a>" * 2_500
        ),
        "same_attribute_twice": replaced('ID="_assertion-1"', 'ID="_assertion-1" ID="_assertion-1"'),
        "long_name": constant(b"<" + b"a" * 190_000 + b"/>"),
        "long_attribute": constant(b'<a a="' + b"&amp;" * 38_000 + b'"/>'),
    }
)


# Attribute pollution and namespace confusion (The Fragile Lock): a second attribute that looks like the first one.
for _name, _old, _new in (
    ("id_in_a_namespace", 'ID="_assertion-1"', 'ID="_assertion-1" saml:ID="_evil"'),
    ("id_in_lower_case", 'ID="_assertion-1"', 'ID="_assertion-1" id="_evil"'),
    ("id_of_xml", 'ID="_assertion-1"', 'ID="_assertion-1" xml:id="_evil"'),
    ("id_in_mixed_case", 'ID="_assertion-1"', 'ID="_assertion-1" Id="_evil"'),
    ("destination_in_a_namespace", ' Destination="', ' samlp:Destination="https://other.example/" Destination="'),
    ("name_in_a_namespace", 'Name="email"', 'saml:Name="firstName" Name="email"'),
    ("id_on_the_name", "<saml:NameID ", '<saml:NameID ID="_assertion-1" '),
    ("id_on_the_status", "<samlp:Status>", '<samlp:Status ID="_response-1">'),
):
    MARKUP[_name] = replaced(_old, _new)


@markup
def assertion_in_another_namespace(facts):
    document = etree.tostring(evil_attributes(own(facts)))
    return document.replace(b'xmlns:saml="' + NS["saml"].encode(), b'xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion')


@markup
def signature_in_another_namespace(facts):
    document = etree.tostring(good(facts))
    return document.replace(NS["ds"].encode() + b'"', b'http://www.w3.org/2000/09/xmldsig"')
