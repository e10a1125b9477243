"""python3-saml in strict mode, as a second opinion on answers that our own checks accept.

It has its own parser of documents, its own check of signatures (xmlsec), and the schemas. It only ever sees documents
that passed the gate and whose signature is right.
"""

import base64
import re
import secrets
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from provisioning.models import IdentityProvider
from provisioning.services.saml_keys import ensure_key_pair
from provisioning.sso.profile import Check, SsoError
from provisioning.sso.saml import addresses
from provisioning.sso.saml.grammar import tag


class _Response(OneLogin_Saml2_Response):
    """A response whose assertion we decrypted.

    The library moves the decrypted elements into the document, where lxml may give them other prefixes. That breaks
    good signatures, for example of pysaml2. So the text is put in place before parsing.
    """

    def __init__(self, settings: OneLogin_Saml2_Settings, document: str, decrypted: str) -> None:
        self.decrypted_text = decrypted
        super().__init__(settings, document)

    def _decrypt_assertion(self, xml: etree._Element) -> etree._Element:
        marker = f"here{secrets.token_hex(16)}"
        xml.replace(xml.find(tag("saml:EncryptedAssertion")), etree.Element(marker))
        text = re.sub(f"<{marker}[^<>]*/>", lambda found: self.decrypted_text, etree.tostring(xml).decode())
        return OneLogin_Saml2_XML.to_etree(text)


def validate(identity_provider: IdentityProvider, response: etree._Element, decrypted: str, request_id: str) -> None:
    """Raise SsoError if python3-saml refuses the response. `decrypted` is the text of its encrypted assertion."""
    acs = urlsplit(addresses.acs_url(identity_provider.organization))
    request = {"http_host": acs.netloc, "script_name": acs.path, "https": "on" if acs.scheme == "https" else "off"}
    document = base64.b64encode(etree.tostring(response)).decode()
    try:
        answer = _Response(_settings(identity_provider), document, decrypted)
        answer.is_valid(request, request_id, raise_exceptions=True)
    except Exception as error:  # the library raises its own errors, and those of lxml and xmlsec
        check = Check(_("Standard"), str(error)[:200], passed=False)
        raise SsoError(_("The SAML response doesn’t follow the standard."), code="library", checks=(check,)) from error


def _settings(identity_provider: IdentityProvider) -> OneLogin_Saml2_Settings:
    organization = identity_provider.organization
    ensure_key_pair(identity_provider)
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": addresses.entity_id(organization),
                "assertionConsumerService": {"url": addresses.acs_url(organization)},
                "x509cert": identity_provider.sp_certificate,
                "privateKey": str(identity_provider.sp_private_key),
            },
            "idp": {
                "entityId": identity_provider.issuer,
                "singleSignOnService": {"url": identity_provider.sso_url},
                "x509certMulti": {"signing": identity_provider.certificates},
            },
            "security": {
                "wantAttributeStatement": False,
                "requestedAuthnContext": False,
                "rejectDeprecatedAlgorithm": True,
                "allowSingleLabelDomains": True,
            },
        }
    )
