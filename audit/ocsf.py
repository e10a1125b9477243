"""Entries as OCSF events (Open Cybersecurity Schema Framework), for SIEMs: to_ocsf(entry) and to_json_line(entry).

https://schema.ocsf.io describes the classes. What OCSF has no attribute for is in `unmapped`.
"""

import json
import re
from typing import Any

from django.conf import settings

from audit.models import Entry
from audit.ocsf_actions import CAPTIONS, FAILED, SEVERE, Activity, OcsfClass, activity_of

VERSION = "1.9.0-dev"
INFORMATIONAL, MEDIUM = 1, 3
SUCCESS, FAILURE = 1, 2
# OCSF's pattern for email addresses. Labels of people are names or addresses.
EMAIL = re.compile(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+")
USER, SYSTEM = 1, 3
# Types of Managed Entity that OCSF knows. All others are 99, with their name.
ENTITY_TYPES = {"user": (2, "User"), "group": (3, "Group"), "organization": (4, "Organization"), "role": (5, "Policy")}
OTHER = 99


def to_ocsf(entry: Entry) -> dict[str, Any]:
    """Return the entry as an OCSF event: a dict that json.dumps() takes."""
    activity = activity_of(entry.action)
    failed = entry.action in FAILED
    return {
        **_classification(activity),
        "time": round(entry.at.timestamp() * 1000),
        "severity_id": MEDIUM if entry.action in SEVERE else INFORMATIONAL,
        "status_id": FAILURE if failed else SUCCESS,
        "message": str(entry),
        "metadata": _metadata(entry),
        "actor": _actor(entry),
        **_source(entry, activity),
        **_SUBJECTS[activity.ocsf_class](entry),
        "unmapped": _unmapped(entry),
    }


def to_json_line(entry: Entry) -> str:
    """Return the entry as an OCSF event in one line of JSON, without the line break."""
    return json.dumps(to_ocsf(entry), separators=(",", ":"), ensure_ascii=False)


def _classification(activity: Activity) -> dict[str, Any]:
    class_uid = int(activity.ocsf_class)
    return {
        "class_uid": class_uid,
        "class_name": activity.ocsf_class.caption,
        "category_uid": class_uid // 1000,
        "activity_id": activity.id,
        "activity_name": CAPTIONS[activity.ocsf_class].get(activity.id, "Other"),
        "type_uid": class_uid * 100 + activity.id,
    }


def _metadata(entry: Entry) -> dict[str, Any]:
    metadata = {
        "version": VERSION,
        "product": {"name": settings.PLATFORM_NAME, "vendor_name": "TeamAdmin"},
        "uid": str(entry.pk),
        "event_code": entry.action,
        "log_name": "audit",
        "original_time": entry.at.isoformat(),
    }
    optional = {
        "tenant_uid": entry.organization_id and str(entry.organization_id),
        "sequence": entry.sequence,
        "correlation_uid": entry.request_id,
    }
    return metadata | {name: value for name, value in optional.items() if value}


def _person(uid: Any, label: str) -> dict[str, Any]:
    person: dict[str, Any] = {"name": label or "Unknown", "type_id": USER}
    if uid:
        person["uid"] = str(uid)
    if EMAIL.fullmatch(label):
        person["email_addr"] = label
    return person


def _actor(entry: Entry) -> dict[str, Any]:
    if not entry.actor_id and not entry.actor_label:
        return {"app_name": settings.PLATFORM_NAME, "user": {"name": "System", "type_id": SYSTEM}}
    actor: dict[str, Any] = {"user": _person(entry.actor_id, entry.actor_label)}
    return actor | ({"invoked_by": entry.via} if entry.via else {})


def _source(entry: Entry, activity: Activity) -> dict[str, Any]:
    if entry.ip:
        return {"src_endpoint": {"ip": entry.ip}}
    # API Activity requires an endpoint. Without an address, a worker of ours acted.
    return {"src_endpoint": {"svc_name": "TeamAdmin"}} if activity.ocsf_class == OcsfClass.API else {}


def _target_person(entry: Entry) -> dict[str, Any]:
    return _person(entry.target_id or entry.actor_id, entry.target_label or entry.actor_label)


def _named(uid: Any, label: str) -> dict[str, Any]:
    return {"name": label or "Unknown"} | ({"uid": str(uid)} if uid else {})


def _user(entry: Entry) -> dict[str, Any]:
    return {"user": _target_person(entry)}


def _authentication(entry: Entry) -> dict[str, Any]:
    """Return who signed in, and to what: the class requires a service or a destination."""
    return _user(entry) | {"service": {"name": settings.PLATFORM_NAME}}


def _session(entry: Entry) -> dict[str, Any]:
    return _user(entry) | {"privileges": [entry.action]}


def _access(entry: Entry) -> dict[str, Any]:
    projects = entry.data.get("projects")
    return _user(entry) | (_resources(projects, "Project") if isinstance(projects, list) else {})


def _group(entry: Entry) -> dict[str, Any]:
    if group := entry.data.get("group"):  # someone was added to it, or removed from it
        return {"group": {"name": str(group)}} | _user(entry)
    projects = entry.data.get("projects")
    own = {"group": _named(entry.target_id, entry.target_label)}
    return own | (_resources(projects, "Project") if isinstance(projects, list) else {})


def _resources(names: list, kind: str) -> dict[str, Any]:
    return {"resources": [{"name": str(name), "type": kind} for name in names]} if names else {}


def _entity(entry: Entry) -> dict[str, Any]:
    noun = entry.action.partition(".")[0]
    type_id, kind = ENTITY_TYPES.get(noun, (OTHER, noun.replace("_", " ").capitalize()))
    entity = _named(entry.target_id, entry.target_label or kind) | {"type_id": type_id, "type": kind}
    return {"entity": entity}


def _api(entry: Entry) -> dict[str, Any]:
    resource = _named(entry.target_id or entry.organization_id, entry.target_label or entry.action)
    return {"api": {"operation": entry.action}, "resources": [resource]}


def _unmapped(entry: Entry) -> dict[str, Any]:
    values = {"action": entry.action, "data": entry.data, "hash": entry.hash, "target_label": entry.target_label}
    return {name: value for name, value in values.items() if value}


_SUBJECTS = {
    OcsfClass.ACCOUNT: _user,
    OcsfClass.AUTHENTICATION: _authentication,
    OcsfClass.SESSION: _session,
    OcsfClass.ENTITY: _entity,
    OcsfClass.ACCESS: _access,
    OcsfClass.GROUP: _group,
    OcsfClass.API: _api,
}
