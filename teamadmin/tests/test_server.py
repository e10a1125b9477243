"""The production web server, as a real process."""

import signal
import threading

from teamadmin.testing.http_client import Browser
from teamadmin.testing.processes import responds


def test_loses_no_request_when_it_stops(live_cast, web_process):
    """Pages and exports that are running or waiting for one of two threads are answered completely."""
    web = web_process(threads=2)
    assert responds(f"{web.url}/health/live")
    browser = Browser(web.url, live_cast.client("olga"))
    statuses, sent = [], threading.Barrier(13)

    def fetch(path: str, end: str) -> None:
        sent.wait()
        response = browser.get(path)
        statuses.append((response.status, end in response.text))

    paths = [
        ("/o/acme/users/", "</html>"),
        ("/o/acme/users/export/", "opal@acme.example"),
        ("/accounts/login/", "</html>"),
    ]
    threads = [threading.Thread(target=fetch, args=path) for path in paths * 4]
    for thread in threads:
        thread.start()
    sent.wait()
    web.wait_for(lambda: len(statuses) > 1, 30)
    web.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert statuses == [(200, True)] * 12
    assert web.process.wait(30) == 0 and "Traceback" not in web.output
