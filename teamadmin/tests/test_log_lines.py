"""Every line that the web server and workers write, while they are used and attacked, is JSON with its id (row 5)."""

import json
import re
import socket
from collections import Counter
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest
from celery import current_app

from accounts.emails import password_reset_url
from base import context
from invitations.links import accept_url
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.processes import wait_until

HOST = b"127.0.0.1"
PUBLISHER = "f0f0f0f0f0f0f0f0"
POOLS = [(), ("--pool=threads",)]


def exchange(port: int, data: bytes) -> bytes:
    """Send bytes to the server and return what it answers. It may close the connection before it has read them all."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(data)
            while part := connection.recv(65536):
                answer += part
        except ConnectionError:
            pass
    return answer


def request(path: bytes, *headers: bytes, method: bytes = b"GET", host: bytes = HOST, body: bytes = b"") -> bytes:
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([method + b" " + path + b" HTTP/1.0", b"Host: " + host, length, *headers, b"", body])


GOOD = [
    request(b"/accounts/login/"),
    request(b"/accounts/login/", method=b"HEAD"),
    request(b"/", b"User-Agent: a \xff \\ \" ' %s {}"),
    request(b"/static/app.css"),
]
ATTACKS = [
    request(b"/x/invitations/%22evil/"),
    request(b"/x/invitations/%22evil%5C/%0a%0d%00/%7B%7D"),
    request(b"/%ff%fe/%c0%af"),
    request(b"/%ed%a0%80/%e2%80%a8"),
    request(b"/a\xff\x80"),
    request(b"/%s%d%(x)s{0}"),
    request(b"/" + b"a" * 20_000),
    request(b"/" + b"a" * 40_000),
    request(b"/?next=/invitations/secret-t0ken/"),
    request(b"/accounts/login/", host=b"evil.example"),
    request(b"/accounts/login/", host=b'\xff"\\'),
    request(b"/accounts/login/", method=b"BREW"),
    request(b"/accounts/login/", method=b'B{}"\\'),
    request(b"/accounts/login/", method=b"POST", body=b"x=1"),
    request(b"/accounts/login/", b"Content-Type: multipart/form-data", method=b"POST", body=b"x"),
    request(b"/accounts/login/", b"Content-Type: multipart/form-data; boundary=\xff", method=b"POST", body=b"--\xff"),
    request(b"/accounts/login/", b'Cookie: teamadmin-8000-session=\xff"\\; teamadmin-8000-csrf=s3cret; =; ;'),
    request(b"/accounts/login/", b"Cookie: " + b"a=b; " * 3000),
    request(b"/accounts/login/", b'X-Forwarded-For: "\\\n', b"X_Forwarded_For: 1.1.1.1"),
    request(b"/api/v1/members", b"Authorization: Bearer tao_x7QmLw71c0RvZq8m4hT"),
    request(b"/api/v1/members", b"Authorization: Basic \xff"),
    request(b"/scim/v2/Users", b"Authorization: Bearer tas_x7QmLw71c0RvZq8m4hT"),
    request(b"/scim/v2/%00"),
    request(b"/accounts/not-me/s3cret:x:y/"),
    request(b"/accounts/email-change/s3cret/"),
    request(b"/setup/s3cret/"),
    request(b"/o/acme/users/", b"Content-Length: 5"),
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /s3cret-line HTTP/1.1\r\nHost : x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: s3cret\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
]


def lines_of(output: str) -> list[dict]:
    """Return the lines. Each must be JSON with the required fields."""
    lines = []
    for text in output.splitlines():
        line = json.loads(text, parse_constant=pytest.fail)
        assert {"time", "level", "logger", "message"} <= set(line), text
        assert line["level"] in ("ERROR", "CRITICAL") or "Traceback" not in line.get("exception", ""), text
        lines.append(line)
    return lines


def test_every_line_of_web_and_workers_is_json_with_its_id_and_without_secrets(
    live_cast, web_process, celery_worker_process, mail_server
):
    cast = live_cast
    links = [accept_url(cast.invite()[0]), password_reset_url(cast.bo.user)]
    secrets = ["s3cret", "t0ken", "x7QmLw71c0Rv", *(max(link.split("/"), key=len) for link in links)]
    web = web_process(EMAIL_URL=mail_server.url)
    workers = [celery_worker_process(*options, ready=120, EMAIL_URL=mail_server.url) for options in POOLS]
    paths = [link.removeprefix("http://testserver").encode() for link in links]
    sent = [*GOOD, *ATTACKS, *map(request, paths), *(request(path + b"%22x/") for path in paths)]
    answers = [exchange(web.port, each) for each in sent]
    assert not [each for each in answers if b" 500 " in each[:15]]
    publish_failing_tasks()
    browser = Browser(web.url)
    browser.post("/accounts/login/", login="olga@acme.example", password=PASSWORD)
    assert browser.open("/o/acme/users/").status == 200
    browser.post("/accounts/password/reset/", email="opal@acme.example")
    secrets += [PASSWORD, *browser.secrets]
    ended = ("outbox.tasks.deliver_email", "audit.tasks.deliver", "x.unknown")
    wait_until(lambda: all(any(name in each.output for each in workers) for name in ended), 60)
    wait_until(lambda: mail_server.messages, 60)
    for process in (web, *workers):
        process.stop()
    for process in (web, *workers):
        assert [secret for secret in secrets if secret in process.output] == []
    check_web(lines_of(web.output), answers, str(cast.olga.user_id))
    requests = {line["message"]: line["request"] for line in lines_of(web.output) if "method" in line}
    reset = requests["POST /accounts/password/reset/ 302"]
    lines = [line for worker in workers for line in lines_of(worker.output)]
    check_workers(lines)
    assert any(line["request"] == reset for line in lines if line.get("task_name") == "outbox.tasks.deliver_email")


class Browser:
    """A client with cookies."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url, CookieJar()
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.cookies))

    def open(self, path: str, data: bytes | None = None):
        return self.opener.open(self.url + path, data, timeout=60)

    def post(self, path: str, **fields: str):
        """Load the page's form and send it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.open(path).read().decode())[1]
        return self.open(path, urlencode({**fields, "csrfmiddlewaretoken": token}).encode())

    @property
    def secrets(self) -> list[str]:
        return [cookie.value for cookie in self.cookies if len(cookie.value) > 20]


def check_web(lines: list[dict], answers: list[bytes], user: str) -> None:
    """Each request has one line with its id, and no line is without an id but those about the process."""
    requests = [line for line in lines if line["logger"] == "teamadmin.requests"]
    counts = Counter(line["request"] for line in requests)
    ids = [found[1].decode() for each in answers if (found := re.search(rb"(?i)X-Request-ID: (\w+)", each[:4000]))]
    assert len(ids) == len(answers) - answers.count(b"") > len(answers) - 4 and set(counts.values()) == {1}
    by_id = {line["request"]: line for line in requests}
    for key, answer in zip(ids, filter(None, answers), strict=True):
        status = int(answer.split(b" ", 2)[1])
        line = by_id.get(key)
        assert (line and line["status"] == status) or b"text/css" in answer, answer[:500]
    assert any(line.get("user") == user and line["path"] == "/o/acme/users/" for line in requests)
    assert any("CSRF" in line.get("reason", "") for line in requests)
    assert any("HTTP_HOST" in line.get("reason", "") for line in requests)
    without = [line for line in lines if "request" not in line]
    assert {line["logger"] for line in without} <= {"teamadmin.server"}, without


def check_workers(lines: list[dict]) -> None:
    """Each line about a task has its id and name, and those of a request the request's id. Errors appear once."""
    of_tasks = [line for line in lines if "Task " in line["message"] or "task" in line]
    assert [line for line in of_tasks if not (line.get("task") and line.get("task_name"))] == []
    failed = [line for line in lines if line.get("task_name") == "audit.tasks.deliver" and "exception" in line]
    assert len(failed) == 4 == len({line["task"] for line in failed})
    for line in failed:
        assert line["request"] == PUBLISHER and line["exception"].startswith("Traceback")
    names = {line.get("task_name") for line in lines}
    assert {"outbox.tasks.deliver_email", "outbox.tasks.sweep"} <= names


def publish_failing_tasks() -> None:
    """Publish tasks that raise, for a request of ours."""
    token = context.set_current(context.RequestContext(PUBLISHER))
    try:
        for name, args in (
            ("audit.tasks.deliver", ["no id s3cret: tap_x7QmLw71c0Rv"]),
            ("x.unknown", ["tap_x7QmLw71c0Rv"]),
        ):
            for _ in range(4):  # so that each worker gets some
                current_app.send_task(name, args=args, ignore_result=True)
    finally:
        context.reset(token)
