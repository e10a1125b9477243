"""ETag and If-Match: a change applies only to the version that the client has read."""

import hashlib
import re

from django.http import HttpRequest
from pydantic import BaseModel

from api.problems import Problem, invalid

TAG = re.compile(r'(?:W/)?"([!#-~]*)"')
MAX_IF_MATCH = 1000
IF_MATCH = r'^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$'


def etag_of(resource: BaseModel) -> str:
    """Return the entity tag of a resource. It changes with each change that the API shows."""
    return f'"{hashlib.sha256(resource.model_dump_json().encode()).hexdigest()[:32]}"'


def check_header(request: HttpRequest) -> None:
    """Raise Problem (422) if If-Match isn't an entity tag. The gateway calls it for all operations with versions."""
    header = request.headers.get("If-Match", "*")
    if len(header) > MAX_IF_MATCH or not re.match(IF_MATCH, header):
        raise invalid("If-Match", "Send the ETag as you received it, in quotation marks.")


def require_match(request: HttpRequest, current: BaseModel) -> None:
    """Raise Problem (412) if the client sent If-Match for another version than `current`.

    Call it after locking what `current` was read from. A weak tag counts too: compressing a response weakens its tag.
    """
    header = request.headers.get("If-Match")
    if header is None or header == "*":
        return
    if etag_of(current).strip('"') not in TAG.findall(header):
        raise Problem(412, "The resource has changed since the version in If-Match. Get it again.")
