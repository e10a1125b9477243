"""Hostile SAML documents: forged signatures, algorithms, keys and encryption. See saml_wrapping.py."""

import base64
import hashlib
import hmac
from dataclasses import replace

import xmlsec
from lxml import etree

from provisioning.tests.saml_messages import (
    NS,
    Facts,
    assertion_of,
    encrypt,
    good,
    key_pair,
    sign,
    unsigned,
)
from provisioning.tests.saml_wrapping import Attack, child, evil_attributes, own

T = xmlsec.Transform
FORGERIES: dict[str, Attack] = {}
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"


def forgery(function: Attack) -> Attack:
    FORGERIES[function.__name__] = function
    return function


def register(name: str, make: Attack) -> None:
    FORGERIES[name] = make


def signed(facts: Facts, **options) -> etree._Element:
    """Return an answer whose assertion is signed with other options than usual."""
    response = unsigned(facts)
    sign(assertion_of(response), **options)
    return response


def changed(xpath: str, attribute: str, value: str, how: str = "assertion") -> Attack:
    """Return an attack that changes one attribute, or the text, of a signed answer."""

    def make(facts: Facts) -> etree._Element:
        response = good(facts, how)
        element = response.find(xpath, NS)
        if attribute:
            element.set(attribute, value)
        else:
            element.text = value
        return response

    return make


# --- signatures and keys -------------------------------------------------------------------------
register("unsigned", unsigned)
register("signed_by_a_key_of_the_attacker", lambda facts: signed(facts, key=key_pair("mallory")[0]))
register("sha1_signature", lambda facts: signed(facts, method=T.RSA_SHA1))
register("sha1_digest", lambda facts: signed(facts, digest=T.SHA1))
register("inclusive_c14n", lambda facts: signed(facts, canonical=T.C14N))
register("c14n_with_comments", lambda facts: signed(facts, canonical=T.EXCL_C14N_COMMENTS))
register("transform_with_comments", lambda f: signed(f, transforms=(T.ENVELOPED, T.EXCL_C14N_COMMENTS)))
register("inclusive_transform", lambda facts: signed(facts, transforms=(T.ENVELOPED, T.C14N)))
register("three_transforms", lambda facts: signed(facts, transforms=(T.ENVELOPED, T.EXCL_C14N, T.EXCL_C14N)))
register("no_canonicalization", lambda facts: signed(facts, transforms=(T.ENVELOPED,)))
register("name_id_changed", changed(".//saml:NameID", "", "admin-at-idp"))
register("name_id_changed_in_signed_response", changed(".//saml:NameID", "", "admin-at-idp", "response"))
register("attribute_changed", changed(".//saml:AttributeValue", "", "max@acme.example", "both"))
register("time_changed", changed(".//saml:Conditions", "NotOnOrAfter", "2099-01-01T00:00:00Z"))
register("digest_changed", changed(".//ds:DigestValue", "", base64.b64encode(b"0" * 32).decode()))
register("digest_emptied", changed(".//ds:DigestValue", "", ""))
register("signature_emptied", changed(".//ds:SignatureValue", "", ""))
register("signature_of_zeros", changed(".//ds:SignatureValue", "", base64.b64encode(b"\0" * 256).decode()))
register("no_signature_method", changed(".//ds:SignatureMethod", "Algorithm", ""))
register("unknown_signature_method", changed(".//ds:SignatureMethod", "Algorithm", "none"))
register("md5_digest", changed(".//ds:DigestMethod", "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#md5"))
register("xpath_transform", changed(".//ds:Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116"))
register("base64_transform", changed(".//ds:Transform", "Algorithm", NS["ds"] + "base64"))


@forgery
def many_values_with_a_wrong_signature(facts):
    """As large as the gate allows, so that all of it is canonicalized."""
    facts = replace(facts, attributes={"groups": ("g" * 20,) * 2900})
    return signed(facts, key=key_pair("mallory")[0])


@forgery
def void_digest(facts):
    """The Fragile Lock: a library that fails to canonicalize takes the digest of nothing."""
    response = own(facts)
    response.find(".//ds:DigestValue", NS).text = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    return evil_attributes(response)


@forgery
def void_canonicalization(facts):
    """The Fragile Lock: libxml2 refuses to canonicalize relative namespaces, and some libraries ignore that."""
    document = etree.tostring(evil_attributes(own(facts)))
    return document.replace(b"<ds:SignedInfo", b'<ds:SignedInfo xmlns:ns="1"', 1)


@forgery
def hmac_with_the_public_key(facts):
    """The certificate is public: an HMAC with it proves nothing."""
    response = signed(facts)
    method = response.find(".//ds:SignatureMethod", NS)
    method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    info = etree.tostring(response.find(".//ds:SignedInfo", NS), method="c14n", exclusive=True)
    value = hmac.new(key_pair()[1].encode(), info, "sha256").digest()
    response.find(".//ds:SignatureValue", NS).text = base64.b64encode(value).decode()
    return response


@forgery
def hmac_of_one_bit(facts):
    """CVE-2009-0217."""
    response = signed(facts)
    method = response.find(".//ds:SignatureMethod", NS)
    method.set("Algorithm", NS["ds"] + "hmac-sha1")
    child(method, "ds:HMACOutputLength").text = "1"
    return response


@forgery
def certificate_swapped(facts):
    """The signature fits the certificate that comes with it, but that isn't the one in the settings."""
    response = signed(facts, key=key_pair("mallory")[0])
    info = child(response.find(".//ds:Signature", NS), "ds:KeyInfo")
    text = "".join(key_pair("mallory")[1].splitlines()[1:-1])
    child(child(info, "ds:X509Data"), "ds:X509Certificate").text = text
    return response


@forgery
def certificate_swapped_beside_the_real_one(facts):
    response = certificate_swapped(facts)
    data = response.find(".//ds:X509Data", NS)
    child(data, "ds:X509Certificate").text = "".join(key_pair()[1].splitlines()[1:-1])
    return response


@forgery
def key_from_elsewhere(facts):
    response = signed(facts, key=key_pair("mallory")[0])
    info = child(response.find(".//ds:Signature", NS), "ds:KeyInfo")
    child(info, "ds:RetrievalMethod").set("URI", "http://127.0.0.1:9/key")
    return response


@forgery
def bare_key_value(facts):
    response = signed(facts, key=key_pair("mallory")[0])
    info = child(response.find(".//ds:Signature", NS), "ds:KeyInfo")
    value = child(child(info, "ds:KeyValue"), "ds:RSAKeyValue")
    child(value, "ds:Modulus").text, child(value, "ds:Exponent").text = "AQAB", "AQAB"
    return response


@forgery
def manifest_in_an_object(facts):
    response = good(facts)
    child(response.find(".//ds:Signature", NS), "ds:Object").append(etree.Element(f"{{{NS['ds']}}}Manifest"))
    return response


@forgery
def xslt_in_a_transform(facts, depth: int = 26):
    """python3-saml#447: a minute of CPU before the signature is looked at."""
    response = good(facts)
    transform = response.find(".//ds:Transform", NS)
    transform.set("Algorithm", XSLT)
    loops = '<xsl:for-each select="//*|//@*">' * depth + "x" + "</xsl:for-each>" * depth
    text = f"""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/">{loops}</xsl:template></xsl:stylesheet>"""
    transform.append(etree.fromstring(text))
    return response


@forgery
def xslt_in_a_signature_that_covers_nothing(facts):
    response = xslt_in_a_transform(facts)
    response.find(".//ds:Reference", NS).set("URI", "")
    return response


# --- encryption ----------------------------------------------------------------------------------
@forgery
def encrypted_but_unsigned(facts):
    """Anyone can encrypt: our certificate is public."""
    return encrypt(unsigned(facts), facts.our_certificate)


@forgery
def encrypted_for_another_key(facts):
    return encrypt(good(facts), key_pair("mallory")[1])


@forgery
def encrypted_with_rsa_15(facts):
    return encrypt(good(facts), facts.our_certificate, transport=T.RSA_PKCS1)


@forgery
def encrypted_by_triple_des(facts):
    response = encrypt(good(facts), facts.our_certificate)
    response.find(".//xenc:EncryptionMethod", NS).set("Algorithm", NS["xenc"] + "tripledes-cbc")
    return response


@forgery
def encrypted_evil_assertion_beside_the_signed_one(facts):
    response = own(facts)
    sealed = encrypt(unsigned(facts), facts.our_certificate).find("saml:EncryptedAssertion", NS)
    assertion_of(response).addnext(sealed)
    return response


@forgery
def encrypted_evil_assertion_in_a_signed_response(facts):
    response = own(facts, "response")
    sealed = encrypt(unsigned(facts), facts.our_certificate).find("saml:EncryptedAssertion", NS)
    response.replace(assertion_of(response), sealed)
    return response


@forgery
def encrypted_wrapping(facts):
    """CVE-2025-25291 and others, one level deeper: what is decrypted passes the same gate."""
    response = own(facts)
    original = assertion_of(response)
    forged = evil_attributes(own(facts)).find("saml:Assertion", NS)
    forged.remove(forged.find("ds:Signature", NS))
    forged.set("ID", "_evil")
    response.replace(original, forged)
    forged.append(original)
    return encrypt(response, facts.our_certificate)


@forgery
def encrypted_xslt(facts):
    return encrypt(xslt_in_a_transform(facts), facts.our_certificate)


@forgery
def encrypted_key_from_elsewhere(facts):
    response = encrypt(good(facts), facts.our_certificate)
    info = response.find(".//xenc:EncryptedData/ds:KeyInfo", NS)
    for each in list(info):
        info.remove(each)
    child(info, "ds:RetrievalMethod").set("URI", "http://127.0.0.1:9/key")
    return response


@forgery
def encrypted_data_from_elsewhere(facts):
    response = encrypt(good(facts), facts.our_certificate)
    data = response.find(".//xenc:EncryptedData/xenc:CipherData", NS)
    data.remove(data[0])
    child(data, "xenc:CipherReference").set("URI", "file:///etc/passwd")
    return response


@forgery
def encrypted_bytes_changed(facts):
    response = encrypt(good(facts), facts.our_certificate, cipher=T.AES256)
    value = response.find(".//xenc:EncryptedData/xenc:CipherData/xenc:CipherValue", NS)
    content = bytearray(base64.b64decode(value.text))
    content[100] ^= 1
    value.text = base64.b64encode(content).decode()
    return response


@forgery
def encrypted_name_id(facts):
    response = unsigned(facts)
    name_id = response.find(".//saml:NameID", NS)
    name_id.tag = f"{{{NS['saml']}}}EncryptedID"
    return sign(response)
