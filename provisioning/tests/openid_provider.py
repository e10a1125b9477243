"""An OpenID provider on a real port that misbehaves as a test wants."""

import hashlib
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

CLIENT_ID, SECRET = "teamadmin", "s3cret: with / signs"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
# One key for all tests: making one takes a while.
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})


class Anything(jws.JWSRegistry):
    """Signs with every algorithm, without warnings."""

    max_header_length = 20_000

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]

    def check_header(self, header: Any) -> None:
        pass


def make_key(kind: str, kid: str = "") -> Key:
    """Return a new key: "RSA", "P-256", "Ed25519" etc."""
    named = {"kid": kid, "use": "sig"} if kid else {}
    if kind == "RSA":
        return RSAKey.generate_key(2048, named)
    return OKPKey.generate_key(kind, named) if kind.startswith("Ed") else ECKey.generate_key(kind, named)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class OpenIdProvider:
    """The provider. Everything that it says can be changed before the browser comes.

    `claims` and `header` are added to the ID token (None removes one), `userinfo` is added to the userinfo answer,
    `discovery` to the discovery document, `answer` to the parameters of the redirect back. `pages` maps paths to
    functions that answer instead: they get the handler. `requests` lists the paths that were asked for.
    """

    def __init__(self) -> None:
        self.keys: list[Key] = [RSA]
        self.signing_key: Key = RSA
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.secret = SECRET
        self.pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: list[str] = []
        self.authentication: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.before_token: Callable[[], None] = lambda: None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- what it says ----------------------------------------------------------------------------
    def document(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        urls = {name: f"{self.url}/{path}" for name, path in {**paths, "userinfo_endpoint": "userinfo"}.items()}
        return without_none({"issuer": self.url, "response_types_supported": ["code"], **urls, **self.discovery})

    def jwks(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def redirect(self, location: str) -> str:
        """Return the path and query to which the browser is sent back, for the authorization request `location`."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        answer = without_none({"code": code, "state": query["state"], **self.answer})
        return urlsplit(query["redirect_uri"]).path + "?" + urlencode(answer)

    def id_token(self, query: dict[str, str], access_token: str) -> str:
        now = int(time.time())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.url,
            "sub": "bo-1",
            "aud": CLIENT_ID,
            "nonce": query.get("nonce"),
            "iat": now,
            "exp": now + 300,
            "at_hash": b64(half),
        }
        return self.sign({**claims, **self.claims}, self.header)

    def sign(self, claims: dict[str, Any], header: dict[str, Any] | None = None) -> str:
        head = without_none({"alg": self.algorithm, "kid": self.signing_key.kid, **(header or {})})
        key: Any = self.signing_key
        if head["alg"].startswith("HS"):
            key = OctKey.import_key(self.secret + " " * 50)
        payload = json.dumps(without_none(claims)).encode()
        return jws.serialize_compact(head, payload, key, registry=Anything(strict_check_header=False))

    def logout_token(self, claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        usual |= {"sub": "bo-1", "events": {EVENT: {}}}
        return self.sign({**usual, **(claims or {})}, {"typ": "logout+jwt", **(header or {})})

    def token_response(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        query = self.codes.pop(form.get("code", ""), None)
        if query is None or query["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if query["code_challenge"] != b64(hashlib.sha256(form["code_verifier"].encode()).digest()):
            return 400, {"error": "invalid_grant"}
        self.before_token()
        token = secrets.token_urlsafe(8)
        answer = {"access_token": token, "token_type": "Bearer", "id_token": self.id_token(query, token)}
        return 200, without_none({**answer, **self.tokens})


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _handler(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.requests.append(path)
            if path in provider.pages:
                provider.pages[path](self)
            elif path == "/.well-known/openid-configuration":
                send_json(self, provider.document())
            elif path == "/keys":
                send_json(self, provider.jwks())
            elif path == "/userinfo":
                person = {"sub": "bo-1", "email": "bo@acme.example", "given_name": "Bo", "family_name": "Lindqvist"}
                send_json(self, without_none({**person, **provider.userinfo}))
            elif path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                origin = "{0.scheme}://{0.netloc}".format(urlsplit(query["redirect_uri"]))
                send(self, 302, b"", {"location": origin + provider.redirect(self.path)})
            else:
                send_json(self, {"error": "not_found"}, 404)

        def do_POST(self) -> None:
            provider.requests.append(self.path)
            if self.path in provider.pages:
                return provider.pages[self.path](self)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if not self._is_client(form):
                return send_json(self, {"error": "invalid_client"}, 401)
            status, answer = provider.token_response(form)
            send_json(self, answer, status)

        def _is_client(self, form: dict[str, str]) -> bool:
            given = self.headers.get("authorization", "")
            if given.startswith("Basic "):
                provider.authentication.append("client_secret_basic")
                pair = b64decode(given.removeprefix("Basic ")).decode().split(":")
                return [unquote_plus(part) for part in pair] == [CLIENT_ID, provider.secret]
            provider.authentication.append("client_secret_post" if "client_secret" in form else "none")
            return form.get("client_id") == CLIENT_ID and form.get("client_secret", "") == provider.secret

    return Handler


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def send_json(handler: BaseHTTPRequestHandler, answer: Any, status: int = 200) -> None:
    send(handler, status, json.dumps(answer).encode(), {"content-type": "application/json"})


__all__ = ["CLIENT_ID", "EVENT", "RSA", "SECRET", "OpenIdProvider", "make_key", "send", "send_json"]
