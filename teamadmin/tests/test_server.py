"""The production web server, as a real process."""

import signal

from teamadmin.testing.http_client import Browser
from teamadmin.testing.processes import responds
from teamadmin.testing.raw_http import connect, read_all, status


def test_loses_no_request_when_it_stops(live_cast, web_process):
    """Pages and exports that are running or waiting for one of two threads are answered completely."""
    web = web_process(threads=2)
    assert responds(f"{web.url}/health/live")
    browser = Browser(web.url, live_cast.client("olga"))
    clients = []
    for path in ("/o/acme/users/", "/o/acme/users/export/", "/o/acme/") * 4:
        clients.append(connect(web.port))
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {browser.cookie}\r\n\r\n"
        clients[-1].sendall(request.encode())
    web.process.send_signal(signal.SIGTERM)
    responses = [read_all(client) for client in clients]
    assert [status(response) for response in responses] == [200] * 12, responses[0][:1000]
    for number, end in enumerate([b"</html>", b"opal@acme.example", b"</html>"] * 4):
        assert end in responses[number]
    assert web.process.wait(30) == 0 and "Traceback" not in web.output
    for client in clients:
        client.close()
