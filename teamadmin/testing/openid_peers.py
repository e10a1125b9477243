"""Real OpenID providers for tests: Canaille, and npm's oidc-provider, which is strict."""

import json
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from teamadmin.testing.npm import install_packages

SOURCE = Path(__file__).parent / "oidc_provider"
CLIENT_ID, SECRET = "teamadmin", "a-secret-only-for-tests"


@dataclass
class Peer:
    """A provider that signs in Bo as `subject` without asking. `sign_out_url` is the page to sign out there."""

    issuer: str
    subject: str
    sign_out_url: str = ""


def install_oidc_provider() -> Path:
    """Return a folder with oidc-provider, which `npm ci` installs once. Skip the test if that isn't possible."""
    return install_packages(SOURCE, "oidc-provider")


@pytest.fixture
def oidc_provider() -> Iterator[Callable[..., Peer]]:
    """A function that starts npm's oidc-provider for the client at these addresses: start(redirect_uri, logout_uri)."""
    started: list[subprocess.Popen] = []

    def start(redirect_uri: str, logout_uri: str) -> Peer:
        addresses = {"redirectUri": redirect_uri, "logoutUri": logout_uri}
        options = json.dumps({"clientId": CLIENT_ID, "secret": SECRET, **addresses})
        command = ["node", "server.js", options]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=install_oidc_provider(), text=True, **pipes)
        started.append(process)
        issuer = process.stdout.readline().strip() if process.stdout else ""
        assert issuer.startswith("http"), "oidc-provider didn't start."
        return Peer(issuer, "bo", f"{issuer}/session/end")

    yield start
    for process in started:
        process.communicate("", timeout=20)  # it exits when its input ends


@pytest.fixture(scope="module")
def canaille(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running Canaille, as pytest-iam's Server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's code
        import pytest_iam
        from canaille import create_app
        from canaille.backends import Backend

        port = pytest_iam.portpicker.pick_unused_port()
        configuration = unwrap(pytest_iam.iam_configuration)(tmp_path_factory, port)
        app = create_app(config=configuration, env_file="", env_prefix="TEAMADMIN_TEST_IAM_")
        server = pytest_iam.Server(app, port, Backend.instance)
        thread = threading.Thread(target=server.httpd.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            with app.app_context():
                yield server
        finally:
            server.httpd.shutdown()
            thread.join()
            server.httpd.server_close()


def unwrap(fixture: Any) -> Callable[..., Any]:
    """Return the function of a pytest fixture."""
    return fixture.__wrapped__ if hasattr(fixture, "__wrapped__") else fixture._get_wrapped_function()


def connect_canaille(server: Any, redirect_uri: str) -> Peer:
    """Register the client and sign Bo in at Canaille."""
    client = server.models.Client(
        client_id=CLIENT_ID,
        client_secret=SECRET,
        client_name="TeamAdmin",
        redirect_uris=[redirect_uri],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "email", "profile"],
        token_endpoint_auth_method="client_secret_basic",
    )
    server.backend.save(client)
    client.audience = [client]
    server.backend.save(client)
    person = {"user_name": "bo", "emails": ["bo@acme.example"], "given_name": "Bo", "family_name": "Lindqvist"}
    user = server.random_user(**person)
    server.login(user)
    server.consent(user, client)
    return Peer(server.url.rstrip("/"), user.user_name)
