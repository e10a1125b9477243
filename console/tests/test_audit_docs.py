"""The examples in docs/audit-log.md verify the signatures of real requests (A-8)."""

import json
import re
import shutil
import subprocess

import pytest
from django.conf import settings
from django.utils import timezone

from audit.models import AuditStream
from audit.services.delivery import headers_for
from audit.services.streams import new_secret

pytestmark = pytest.mark.spec("A-8")
BODY = '[{"message":"Zoë → 李"}]'.encode()
NODE = """
const {secret, headers, body} = JSON.parse(require("fs").readFileSync(0));
console.log(verify(secret, headers, Buffer.from(body)));
"""


def example(language: str) -> str:
    text = (settings.BASE_DIR / "docs/audit-log.md").read_text()
    return re.search(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[1]


def verify_in_python(secret: str, headers: dict, body: bytes) -> bool:
    names: dict = {}
    exec(example("python"), names)  # noqa: S102
    return names["verify"](secret, headers, body)


def verify_in_node(secret: str, headers: dict, body: bytes) -> bool:
    data = json.dumps({"secret": secret, "headers": headers, "body": body.decode()})
    command = [shutil.which("node") or "node", "-e", example("javascript") + NODE]
    return json.loads(subprocess.run(command, input=data, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("verify", [verify_in_python, verify_in_node])
def test_the_examples_accept_our_requests_and_no_others(verify):
    now, old, new = timezone.now(), new_secret(), new_secret()
    stream = AuditStream(secret=new, previous_secret=old, previous_secret_until=now + timezone.timedelta(hours=1))
    headers = headers_for(stream, "msg_1", BODY, now)
    assert verify(new, headers, BODY) and verify(old, headers, BODY)
    assert not verify(new_secret(), headers, BODY)
    assert not verify(new, headers, BODY.replace(b"1", b"2").replace(b"Zo", b"Zu"))
    assert not verify(new, headers | {"webhook-id": "msg_2"}, BODY)
    late = headers_for(stream, "msg_1", BODY, now - timezone.timedelta(minutes=6))
    assert not verify(new, late, BODY)
