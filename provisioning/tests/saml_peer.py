"""pysaml2 as a SAML identity provider: another implementation of the standard, in Python.

It usually runs the program xmlsec1. Here it gets the same library through the package `xmlsec`.
"""

import base64
import html
import secrets
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import xmlsec
from lxml import etree

from provisioning.tests.saml_messages import NS, key_pair

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it uses names that cryptography is about to move
    from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, SamlBase, entity, sigver
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server
    from saml2.sigver import CryptoBackend, pre_encrypt_assertion
    from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

TRIPLE_DES = "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"
AES = "http://www.w3.org/2009/xmlenc11#aes256-gcm"


def tree(statement) -> etree._Element:
    """Return a statement of pysaml2, which may be its own object, text or bytes."""
    return etree.fromstring(statement if isinstance(statement, bytes) else str(statement).encode())


class XmlsecBackend(CryptoBackend):
    """Signs and encrypts with the package `xmlsec`."""

    version = "1.3.0"

    def sign_statement(self, statement, node_name, key_file, node_id):
        root = tree(statement)
        xmlsec.tree.add_ids(root, ["ID"])
        element = next(each for each in root.iter() if each.get("ID") == node_id)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(key_file, xmlsec.KeyFormat.PEM)
        context.sign(element.find("ds:Signature", NS))
        return etree.tostring(root).decode()

    def validate_signature(self, signedtext, cert_file, cert_type, node_name, node_id):
        root = tree(signedtext)
        xmlsec.tree.add_ids(root, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(cert_file, xmlsec.KeyFormat.CERT_PEM)
        context.verify(root.find("ds:Signature", NS))
        return True

    def encrypt_assertion(self, statement, enc_key, template, key_type="", node_xpath=None, node_id=None):
        """pysaml2's own choice is Triple DES, which we refuse like all modern services."""
        root = tree(pre_encrypt_assertion(statement) if isinstance(statement, SamlBase) else statement)
        data = tree(str(template).replace(TRIPLE_DES, AES))
        manager = xmlsec.KeysManager()
        manager.add_key(xmlsec.Key.from_file(enc_key, xmlsec.KeyFormat.CERT_PEM))
        context = xmlsec.EncryptionContext(manager)
        context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
        context.encrypt_xml(data, root.find("saml:EncryptedAssertion", NS)[0])
        return etree.tostring(root).decode()


class Peer:
    """The identity provider. `user` is who is signed in there: the NameID, and attributes by name.

    `how` are options of pysaml2's create_authn_response: what is signed and encrypted.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.name_id, self.folder = url, "olga-at-idp", folder
        # Its own leaves files open until they're collected, which is a warning.
        sigver.make_temp = entity.make_temp = self._make_temp
        self.user = {"mail": "olga@acme.example", "givenName": "Olga", "sn": "Marchenko"}
        self.how: dict[str, bool] = {"sign_assertion": True, "sign_response": True}
        self.metadata = self._metadata()

    def trust(self, sp_metadata: str) -> None:
        """Read our metadata."""
        self.server = Server(config=self._config(self.url, self.folder, sp_metadata))
        self.server.sec.crypto = XmlsecBackend()

    def answer(self, url: str) -> tuple[str, str]:
        """Read a request that the browser brings, check its signature, and return the ACS URL and the answer.

        Without a signature in the query, the request is one from a form.
        """
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        binding = BINDING_HTTP_REDIRECT if "Signature" in query else BINDING_HTTP_POST
        request = self.server.parse_authn_request(
            query["SAMLRequest"], binding, sigalg=query.get("SigAlg"), signature=query.get("Signature")
        )
        arguments = self.server.response_args(request.message)
        answer = self.server.create_authn_response(
            identity=self.user,
            userid=self.name_id,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=self.name_id),
            authn={"class_ref": "https://refeds.org/profile/mfa", "authn_auth": self.url},
            in_response_to=arguments["in_response_to"],
            destination=arguments["destination"],
            sp_entity_id=arguments["sp_entity_id"],
            sign_alg=SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA256,
            **self.how,
        )
        return arguments["destination"], str(answer)

    def _make_temp(self, content, suffix="", decode=True, delete_tmpfiles=True):
        path = self.folder / f"{secrets.token_hex(8)}{suffix}"
        content = content.encode() if isinstance(content, str) else content
        path.write_bytes(base64.b64decode(content) if decode else content)
        return SimpleNamespace(name=str(path))

    def _metadata(self) -> str:
        config = self._config(self.url, self.folder, "")
        config.xmlsec_binary = None  # or it would be asked for its algorithms
        return str(entity_descriptor(config))

    @staticmethod
    def _config(url: str, folder: Path, sp_metadata: str) -> IdPConfig:
        key, certificate = key_pair()
        (folder / "key.pem").write_bytes(key)
        (folder / "certificate.pem").write_text(certificate)
        sso = [(f"{url}/sso", BINDING_HTTP_REDIRECT), (f"{url}/sso", BINDING_HTTP_POST)]
        values = {
            "entityid": f"{url}/metadata",
            "key_file": str(folder / "key.pem"),
            "cert_file": str(folder / "certificate.pem"),
            "xmlsec_binary": sys.executable,  # it must exist, but isn't started
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": sso},
                    "want_authn_requests_signed": True,
                    "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                }
            },
        }
        config = IdPConfig()
        config.load({**values, "metadata": {"inline": [sp_metadata]}} if sp_metadata else values)
        return config


@contextmanager
def serve(folder: Path, host: str) -> Iterator[Peer]:
    """Run the identity provider as a website: a page with a button that signs in."""

    class Handler(WSGIRequestHandler):
        def log_request(self, *arguments):
            pass

    def website(environ, start_response):
        form = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        target, answer = peer.answer("?" + (form or environ["QUERY_STRING"]))
        value = base64.b64encode(answer.encode()).decode()
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        page = f"""<!doctype html><title>Peer</title><form method="post" action="{html.escape(target)}">
<input type="hidden" name="SAMLResponse" value="{value}"><input type="hidden" name="RelayState" value="//evil.example/">
<button>Sign in as Olga</button></form>"""
        return [page.encode()]

    httpd = make_server(host, 0, website, handler_class=Handler)
    peer = Peer(f"http://{host}:{httpd.server_port}", folder)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield peer
    httpd.shutdown()
    httpd.server_close()
    thread.join()
