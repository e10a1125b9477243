"""The production web server, as a real process."""

import time
import urllib.request

from teamadmin.testing.processes import responds


def test_serves_pages_and_stops_gracefully(web_process):
    web = web_process()
    assert responds(f"{web.url}/health/live")
    with urllib.request.urlopen(f"{web.url}/accounts/login/", timeout=30) as response:
        assert response.status == 200 and "Sign in" in response.read().decode()
    began = time.monotonic()
    web.stop()
    assert time.monotonic() - began < 10 and web.process.returncode == 0
    assert "Traceback" not in web.output
