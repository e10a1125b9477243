"""Which elements a SAML document may contain, and which algorithms: everything else is refused.

This is the subset of the SAML 2.0 schemas that identity providers send for a browser sign-in. It has no place where an
attacker could keep a second assertion: no extensions, no advice, no signature objects.
"""

NAMESPACES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "dsig11": "http://www.w3.org/2009/xmldsig11#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "xenc11": "http://www.w3.org/2009/xmlenc11#",
    "ec": "http://www.w3.org/2001/10/xml-exc-c14n#",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
}


def tag(name: str) -> str:
    """Return lxml's name of an element: tag("saml:Issuer")."""
    prefix, _colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


# An element, and what it may contain: once; "?" at most once; "*" any number. "" is text only.
_RULES = {
    "samlp:Response": "saml:Issuer? ds:Signature? samlp:Status saml:Assertion? saml:EncryptedAssertion?",
    "samlp:LogoutRequest": "saml:Issuer ds:Signature? saml:NameID samlp:SessionIndex*",
    "samlp:SessionIndex": "",
    "samlp:Status": "samlp:StatusCode samlp:StatusMessage? samlp:StatusDetail?",
    "samlp:StatusCode": "samlp:StatusCode?",
    "samlp:StatusMessage": "",
    "samlp:StatusDetail": "",
    "saml:Assertion": "saml:Issuer ds:Signature? saml:Subject saml:Conditions saml:AuthnStatement"
    " saml:AttributeStatement*",
    "saml:Issuer": "",
    "saml:Subject": "saml:NameID saml:SubjectConfirmation*",
    "saml:NameID": "",
    "saml:SubjectConfirmation": "saml:SubjectConfirmationData?",
    "saml:SubjectConfirmationData": "",
    "saml:Conditions": "saml:AudienceRestriction* saml:OneTimeUse? saml:ProxyRestriction?",
    "saml:AudienceRestriction": "saml:Audience*",
    "saml:Audience": "",
    "saml:OneTimeUse": "",
    "saml:ProxyRestriction": "saml:Audience*",
    "saml:AuthnStatement": "saml:SubjectLocality? saml:AuthnContext",
    "saml:SubjectLocality": "",
    "saml:AuthnContext": "saml:AuthnContextClassRef? saml:AuthnContextDeclRef? saml:AuthenticatingAuthority*",
    "saml:AuthnContextClassRef": "",
    "saml:AuthnContextDeclRef": "",
    "saml:AuthenticatingAuthority": "",
    "saml:AttributeStatement": "saml:Attribute*",
    "saml:Attribute": "saml:AttributeValue*",
    "saml:AttributeValue": "",
    "ds:Signature": "ds:SignedInfo ds:SignatureValue ds:KeyInfo?",
    "ds:SignedInfo": "ds:CanonicalizationMethod ds:SignatureMethod ds:Reference",
    "ds:CanonicalizationMethod": "ec:InclusiveNamespaces?",
    "ds:SignatureMethod": "",
    "ds:Reference": "ds:Transforms ds:DigestMethod ds:DigestValue",
    "ds:Transforms": "ds:Transform*",
    "ds:Transform": "ec:InclusiveNamespaces?",
    "ec:InclusiveNamespaces": "",
    "ds:DigestMethod": "",
    "ds:DigestValue": "",
    "ds:SignatureValue": "",
    # Where a key comes from is never read: the certificates in the settings are the only keys.
    "ds:KeyInfo": "ds:KeyName* ds:KeyValue? ds:X509Data*",
    "ds:KeyName": "",
    "ds:KeyValue": "ds:RSAKeyValue? dsig11:ECKeyValue?",
    "ds:RSAKeyValue": "ds:Modulus ds:Exponent",
    "ds:Modulus": "",
    "ds:Exponent": "",
    "dsig11:ECKeyValue": "dsig11:NamedCurve dsig11:PublicKey",
    "dsig11:NamedCurve": "",
    "dsig11:PublicKey": "",
    "ds:X509Data": "ds:X509Certificate* ds:X509IssuerSerial* ds:X509SubjectName* ds:X509SKI*",
    "ds:X509Certificate": "",
    "ds:X509IssuerSerial": "ds:X509IssuerName ds:X509SerialNumber",
    "ds:X509IssuerName": "",
    "ds:X509SerialNumber": "",
    "ds:X509SubjectName": "",
    "ds:X509SKI": "",
    "saml:EncryptedAssertion": "xenc:EncryptedData xenc:EncryptedKey?",
}
# The same names mean something else inside an encrypted assertion: the key is wrapped there, or beside the data.
_ENCRYPTED = {
    "saml:EncryptedAssertion": "xenc:EncryptedData xenc:EncryptedKey?",
    "xenc:EncryptedData": "xenc:EncryptionMethod ds:KeyInfo xenc:CipherData",
    "xenc:EncryptedKey": "xenc:EncryptionMethod ds:KeyInfo? xenc:CipherData xenc:ReferenceList? xenc:CarriedKeyName?",
    "xenc:EncryptionMethod": "ds:DigestMethod? xenc11:MGF? xenc:KeySize?",
    "xenc:KeySize": "",
    "xenc11:MGF": "",
    "ds:DigestMethod": "",
    "ds:KeyInfo": "xenc:EncryptedKey? ds:RetrievalMethod? ds:KeyName* ds:X509Data*",
    "ds:RetrievalMethod": "",
    "ds:KeyName": "",
    "ds:X509Data": _RULES["ds:X509Data"],
    "ds:X509Certificate": "",
    "ds:X509IssuerSerial": "ds:X509IssuerName ds:X509SerialNumber",
    "ds:X509IssuerName": "",
    "ds:X509SerialNumber": "",
    "ds:X509SubjectName": "",
    "ds:X509SKI": "",
    "xenc:CipherData": "xenc:CipherValue",
    "xenc:CipherValue": "",
    "xenc:ReferenceList": "xenc:DataReference*",
    "xenc:DataReference": "",
    "xenc:CarriedKeyName": "",
}
# Least and most number of each child.
Children = dict[str, tuple[int, int]]
MANY = 1_000_000


def _children(rule: str) -> Children:
    numbers = {"?": (0, 1), "*": (0, MANY)}
    return {tag(word.rstrip("?*")): numbers.get(word[-1], (1, 1)) for word in rule.split()}


RULES = {tag(name): _children(rule) for name, rule in _RULES.items()}
ENCRYPTED_RULES = {tag(name): _children(rule) for name, rule in _ENCRYPTED.items()}

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
# The algorithms of signatures and digests: "kind hash". Nothing below SHA-256, and nothing with a shared secret.
SIGNATURES = {f"{_MORE}{kind}-sha{size}": (kind, f"sha{size}") for kind in ("rsa", "ecdsa") for size in (256, 384, 512)}
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    f"{_MORE}sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
