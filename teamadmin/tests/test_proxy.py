"""The proxy of docker-compose.yml: Debian's nginx with deploy/nginx, in front of the production web server."""

import urllib.request

import pytest

from teamadmin.testing import nginx
from teamadmin.testing.processes import free_port


@pytest.fixture
def proxied(web_process, tmp_path):
    """A web process and the proxy in front of it: (web, proxy)."""
    if not nginx.ensure():
        pytest.skip("nginx isn't installed, and can't be installed here")
    port = free_port()
    web = web_process(**nginx.environment(port))
    with nginx.running(tmp_path / "proxy", port=port, web_port=web.port) as proxy:
        yield web, proxy


def test_sign_in_page(proxied):
    web, proxy = proxied
    with urllib.request.urlopen(f"{proxy.url}/accounts/login/", context=proxy.tls, timeout=30) as response:
        assert response.status == 200 and "Sign in" in response.read().decode()
