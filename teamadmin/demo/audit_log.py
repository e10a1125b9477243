"""The demo's last two weeks in the audit log: sign-ins, changes and exports, with addresses."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from audit.models import AuditStream
from audit.services import record_each
from audit.services.streams import new_secret
from base import context
from base.context import RequestContext
from organizations.models import Membership
from teamadmin.demo.builder import Builder

LISBON, BERLIN, LAGOS, PARIS = "83.240.140.9", "91.64.10.4", "41.58.12.200", "90.63.240.18"


@dataclass(frozen=True)
class Event:
    """What someone did so many hours ago. `target` is an email address, or the name of a group or project."""

    hours: float
    actor: str
    action: str
    target: str = ""
    ip: str = LISBON
    via: str = ""
    data: dict[str, Any] = field(default_factory=dict)


FIREFOX, SAFARI = {"device": "Firefox on Windows"}, {"device": "Safari on iPhone"}
RULES = {"from": {"idle_minutes": 0, "max_sessions": 0}, "to": {"idle_minutes": 60, "max_sessions": 5}}
EVENTS = (
    Event(1.2, "ines.carvalho", "sign_in.succeeded", "ines.carvalho", data=FIREFOX),
    Event(2.1, "ines.carvalho", "member.roles_changed", "camille.lefevre",
          data={"from": ["Operator"], "to": ["Builder"]}),
    Event(2.4, "", "sign_in.failed", "camille.lefevre", PARIS, data={"reason": "password", "count": 4, **SAFARI}),
    Event(4.5, "amara.okafor", "group.member_added", "mateo.quispe", LAGOS, data={"group": "Field operations"}),
    Event(5.1, "ines.carvalho", "members.exported", ip=LISBON, data={"view": "?status=active", "selected": 0}),
    Event(27, "mei-ling.chen", "passkey.added", "mei-ling.chen", BERLIN, data={"passkey": "MacBook"}),
    Event(28, "olga", "audit.exported", ip=BERLIN, data={"format": "CSV", "view": "?when=30d"}),
    Event(29.5, "ines.carvalho", "member.email_changed", "sara.ozolina",
          data={"from": "sara.o@acme.example", "to": "sara.ozolina@acme.example"}),
    Event(51, "priya.raghunathan", "sign_in.new_device", "priya.raghunathan", LAGOS, data=SAFARI),
    Event(52, "ines.carvalho", "two_factor.reset", "priya.raghunathan"),
    Event(76, "olga", "organization.rules_changed", "Acme", BERLIN, data=RULES),
    Event(99, "kenji.watanabe", "group.projects_given", "Data", BERLIN,
          data={"projects": ["Forecasting", "Quality checks"]}),
    Event(126, "kenji.watanabe", "project.renamed", "Forecasting", BERLIN),
    Event(150, "olga", "invitation.resent", "ali.hassan", BERLIN),
    Event(171, "amara.okafor", "sessions.ended", "ngozi.eze", LAGOS),
    Event(215, "max", "member.projects_given", "bo", PARIS, data={"projects": ["Brand library"]}),
    Event(260, "bo", "password.changed", "bo", PARIS),
)  # fmt: skip
STREAM_URL = "https://siem.acme.example/teamadmin"


def add(builder: Builder) -> None:
    """Write them to Acme's log, and set up a stream that is turned off: there is no such receiver."""
    if builder.company.slug != "acme":
        return
    for number, event in enumerate(EVENTS):
        request_id = f"7c1e9a5b2d48{number:04}"
        token = context.set_current(RequestContext(ip=event.ip, via=event.via, request_id=request_id))
        record_each([_entry(builder, event)])
        context.reset(token)
    AuditStream.objects.create(
        organization_id=builder.organization.pk,
        url=STREAM_URL,
        secret=new_secret(),
        is_active=False,
        last_error=_("The receiver responded with status %(status)s.") % {"status": 410},
        created_at=builder.now - timedelta(days=40),
        created_by_label=str(builder.founder),
    )


def _member(builder: Builder, name: str) -> Membership | None:
    return builder.members.get(f"{name}@{builder.company.slug}.example")


def _entry(builder: Builder, event: Event) -> dict[str, Any]:
    others = {builder.organization.name: builder.organization, **builder.groups, **builder.projects}
    return {
        "organization_id": builder.organization.pk,
        "actor": _member(builder, event.actor),
        "action": event.action,
        "target": _member(builder, event.target) or others.get(event.target),
        "data": event.data,
        "at": builder.now - timedelta(hours=event.hours),
    }
